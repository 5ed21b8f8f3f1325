// Two people follow each other, hear of what happens at once, and keep others away.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';

import { Person } from '../support/api.mjs';
import { desktop, launch, logIn, open, phone, shot } from '../support/browser.mjs';
import { clip } from '../support/clips.mjs';
import { startServer, temporaryFolder, until } from '../support/server.mjs';

const run = promisify(execFile);
let server;
let dataDir;
let browser;
const [ada, bob] = [{}, {}]; // each {person, page}: Ada on a phone, Bob on a desktop
let id; // of Ada's first clip

before(async () => {
    dataDir = await temporaryFolder();
    server = await startServer({ dataDir });
    browser = await launch();
    ada.person = await new Person(server.url).join('Ada Lovelace');
    bob.person = await new Person(server.url).join('Bob Noyce');
    for (const title of ['First light', 'Second wind', 'Third time lucky', 'Fourth wall']) {
        const answer = await ada.person.upload(await clip({ seconds: 2 }), { title });
        id ??= answer.body.data.id;
        await ada.person.processed(answer.body.data.id);
    }
    ada.page = await open(browser, server.url, phone);
    bob.page = await open(browser, server.url, desktop);
    await logIn(ada.page, ada.person);
    await logIn(bob.page, bob.person);
});
after(async () => {
    await browser?.close();
    await server?.stop({ keepData: false });
});

const unread = (page, count) => page.getByRole('link', { name: new RegExp(`News.*${count} unread`, 's') }).waitFor();
const everythingRead = () => until(
    async () => (await ada.person.get('/api/v1/notifications')).body.data.meta.unreadCount === 0, { what: 'everything read' });

test('the name below a clip leads to the page of who made it', async () => {
    const { page } = bob;
    await page.goto(`/v/${id}`);
    await page.getByRole('article', { name: 'First light' }).getByRole('link', { name: 'Ada Lovelace' }).click();
    await page.getByRole('heading', { name: 'Ada Lovelace' }).waitFor();
    await page.getByRole('link', { name: /^Fourth wall, \d+ views?$/ }).waitFor();
    assert.equal(await page.locator('ul a[href^="/v/"]').count(), 4);
    await shot(page, 'desktop-profile');
});

test('following is counted at once, and Ada hears of it without loading anything', async () => {
    await ada.page.goto('/notifications');
    await ada.page.getByText('All quiet').waitFor();
    await shot(ada.page, 'phone-notifications-empty');
    const { page } = bob;
    await page.getByRole('button', { name: 'Follow', exact: true }).click();
    await page.getByRole('button', { name: 'Following', exact: true }).waitFor();
    await page.getByRole('link', { name: '1 follower' }).waitFor();
    await ada.page.getByRole('link', { name: /Bob Noyce follows you now/ }).waitFor();
    await everythingRead();  // It was looked at.
    await page.reload();
    await page.getByRole('button', { name: 'Following', exact: true }).waitFor();
});

test('likes and comments come in while another page is open, and are read once seen', async () => {
    await ada.page.goto('/me');
    await ada.page.getByRole('heading', { name: 'Ada Lovelace' }).waitFor();
    await bob.person.put(`/api/v1/video/${id}/like`);
    await unread(ada.page, 1);
    await bob.person.post(`/api/v1/video/${id}/comments`, { json: { content: 'So early in the morning!' } });
    await unread(ada.page, 2);
    const other = await new Person(server.url).join('Cy Twombly');
    await other.put(`/api/v1/video/${id}/like`);
    await ada.page.getByRole('link', { name: /News/ }).click();
    await ada.page.getByRole('link', { name: /Cy Twombly and 1 other liked your clip/ }).waitFor();
    await shot(ada.page, 'phone-notifications');
    await everythingRead();
    await ada.page.getByRole('link', { name: /So early in the morning!/ }).click();
    await ada.page.getByRole('dialog', { name: '1 comment' }).getByText('So early').waitFor();
});

test('the stream comes back by itself after the server was away', async () => {
    await ada.page.goto('/me');
    await ada.page.getByRole('heading', { name: 'Ada Lovelace' }).waitFor();
    await server.kill();
    server = await startServer({ dataDir, port: server.port });
    await bob.person.post(`/api/v1/video/${id}/comments`, { json: { content: 'Are you there?' } });
    await unread(ada.page, 1);
    await ada.page.goto('/notifications');
    await ada.page.getByText('Are you there?').waitFor();
});

test('lists of people lead from one page to the next', async () => {
    const { page } = ada;
    await page.goto('/me');
    await page.getByRole('link', { name: '1 follower' }).click();
    await page.getByRole('link', { name: /^Bob Noyce/ }).waitFor();
    await shot(page, 'phone-followers');
    await page.getByRole('link', { name: 'Following' }).click();
    await page.getByText('They do not follow anybody yet').waitFor();
    await page.getByRole('link', { name: 'Followers' }).click();
    await page.getByRole('link', { name: /^Bob Noyce/ }).click();
    await page.getByText('Follows you').waitFor();
    await page.getByText('No clips yet').waitFor();
    await page.getByRole('button', { name: 'Follow back' }).click();
    await page.getByRole('button', { name: 'Following', exact: true }).waitFor();
    await shot(page, 'phone-profile-other');
});

test('who is blocked can follow no more, until that is over', async () => {
    const { page } = ada;
    await page.getByRole('button', { name: 'More about Bob Noyce' }).click();
    await shot(page, 'phone-profile-menu');
    await page.getByRole('dialog').getByRole('button', { name: 'Block' }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Block' }).click();
    await page.getByText('You blocked this person').waitFor();
    await bob.page.goto(`/u/${ada.person.id}`);
    await bob.page.getByRole('button', { name: 'Follow', exact: true }).click();
    await bob.page.getByText('You cannot follow Ada Lovelace.').waitFor();
    await bob.page.getByRole('button', { name: 'Follow', exact: true }).waitFor();
    await page.reload();
    await page.getByText('You blocked this person').waitFor();
    await page.getByRole('button', { name: 'More about Bob Noyce' }).click();
    await page.getByRole('button', { name: 'Block no more' }).click();
    await page.getByText('You blocked this person').waitFor({ state: 'detached' });
});

test('a guest who wants to follow is asked to log in', async () => {
    const page = await open(browser, server.url, phone);
    await page.goto(`/u/${ada.person.id}`);
    await page.getByRole('button', { name: 'Follow', exact: true }).click();
    await page.getByRole('dialog', { name: /Log in to follow Ada Lovelace/ }).waitFor();
    await page.goto('/u/nobody-at-all');
    await page.getByText('Nobody is here').waitFor();
    await shot(page, 'phone-profile-missing');
    await page.context().close();
});

test('the profile is changed, and says so everywhere', async () => {
    const { page } = ada;
    await page.goto('/me');
    await shot(page, 'phone-me');
    await page.getByRole('link', { name: 'Settings' }).click();
    await page.getByLabel('Name').fill('Ada King');
    await page.getByLabel('About you').fill('Numbers, and what they could do.\nAlso <i>waves</i>.');
    await shot(page, 'phone-settings');
    await page.getByRole('button', { name: 'Save profile' }).click();
    await page.getByText('Your profile is saved.').waitFor();
    await bob.page.goto(`/u/${ada.person.id}`);
    await bob.page.getByRole('heading', { name: 'Ada King' }).waitFor();
    await bob.page.getByText('Also <i>waves</i>.').waitFor();
});

test('a picture of oneself is shown to others, and taken away again', async () => {
    const { page } = ada;
    const folder = await temporaryFolder();
    const file = path.join(folder, 'me.png');
    await run('ffmpeg', ['-v', 'error', '-f', 'lavfi', '-i', 'testsrc=size=900x600', '-frames:v', '1', file]);
    await page.goto('/settings');
    await page.getByLabel('Add a picture').setInputFiles(file);
    await page.getByText('Your picture is changed.').waitFor();
    await page.getByRole('main').locator('img[src*="/avatars/"]').waitFor();
    await shot(page, 'phone-picture');
    await bob.page.goto(`/u/${ada.person.id}`);
    const seen = bob.page.getByRole('main').locator('img[src*="/avatars/"]');
    await seen.waitFor();
    assert.equal(await seen.evaluate((image) => image.decode().then(() => image.naturalWidth)), 320);
    await shot(bob.page, 'desktop-profile-picture');
    await page.getByLabel('Change picture').setInputFiles({ name: 'me.png', mimeType: 'image/png', buffer: Buffer.from('no picture') });
    await page.getByRole('alert').getByText(/JPEG, PNG or WebP/).waitFor();
    await page.getByRole('button', { name: 'Remove picture' }).click();
    await page.getByText('Your picture is removed.').waitFor();
    await bob.page.reload();
    await bob.page.getByRole('heading', { name: 'Ada King' }).waitFor();
    assert.equal(await seen.count(), 0);
    await rm(folder, { recursive: true });
});

test('everything of mine can be downloaded', async () => {
    const { page } = ada;
    await page.goto('/settings');
    await page.getByText('Download my data').click();
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Download', exact: true }).click();
    assert.equal((await download).suggestedFilename(), 'reelshare-export.zip');
    await run('unzip', ['-tqq', await (await download).path()]);
    await shot(page, 'phone-settings-download');
});

test('another device is seen, and logged out from here', async () => {
    const { page } = ada;
    const elsewhere = new Person(server.url);
    Object.assign(elsewhere, { email: ada.person.email, password: ada.person.password });
    await elsewhere.login();
    await page.goto('/settings');
    await page.getByText('Where you are logged in').click();
    await page.getByText(/This device/).waitFor();
    await shot(page, 'phone-settings-devices');
    while (await page.getByRole('button', { name: /^Log out .+/ }).count())
        await page.getByRole('button', { name: /^Log out .+/ }).first().click();
    await until(async () => (await elsewhere.get('/api/v1/user/me')).status === 401, { what: 'the other device to be logged out' });
    await page.reload();
    await page.getByText('Where you are logged in').click();
    await page.getByText(/This device/).waitFor();
});

test('an account is deleted with its password only', async () => {
    const { page } = bob;
    await page.goto('/settings');
    await page.getByText('Delete my account').first().click();
    await shot(page, 'desktop-settings');
    for (const [password, expected] of [['wrong horse 1', page.getByRole('alert').filter({ hasText: /\w/ }).or(page.locator('p.error'))],
        [bob.person.password, page.getByText('Your account is deleted.')]]) {
        await page.getByLabel('Your password', { exact: true }).fill(password);
        await page.getByRole('button', { name: 'Delete my account' }).click();
        await page.getByRole('alertdialog').getByRole('button', { name: 'Delete everything' }).click();
        await expected.first().waitFor();
    }
    await page.goto(`/u/${bob.person.id}`);
    await page.getByText('Nobody is here').waitFor();
});

test('no page complained', () => {
    const expected = /status of 4\d\d|ERR_CONNECTION|ERR_INCOMPLETE|ERR_EMPTY/; // Refused above, or while the server was away.
    for (const { page } of [ada, bob]) assert.deepEqual(page.complaints.filter((text) => !expected.test(text)), []);
});
