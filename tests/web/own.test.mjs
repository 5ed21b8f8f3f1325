// What somebody does with clips of their own: who may watch them, how they are watched, and their end.
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, test } from 'node:test';

import { Person } from '../support/api.mjs';
import { desktop, launch, logIn, open, phone, shot } from '../support/browser.mjs';
import { clip, damaged } from '../support/clips.mjs';
import { startServer, temporaryFolder, until } from '../support/server.mjs';

let server;
let browser;
let person;
let ada; // on a phone
let guest; // on a desktop
let id;

before(async () => {
    server = await startServer();
    browser = await launch();
    person = await new Person(server.url).join('Ada Lovelace');
    ada = await open(browser, server.url, phone);
    guest = await open(browser, server.url, desktop);
    await logIn(ada, person);
});
after(async () => {
    await browser?.close();
    await server?.stop();
});

const clips = async () => (await person.get('/api/v1/user/me/videos')).body.data.data;
const plays = (page) => until(() => page.evaluate(() => {
    const video = document.querySelector('.slot video.painted');
    return !!video && video.currentTime > 0;
}), { what: 'the clip to play' });

test('a private clip is uploaded: its owner watches it, nobody else', async () => {
    await ada.goto('/upload');
    await ada.locator('input[type=file]').setInputFiles(await clip({ seconds: 6, width: 720, height: 1280 }));
    await ada.getByLabel('Title').fill('Only for me');
    await ada.getByLabel('Description').fill('At the #sea, with #waves');
    await ada.getByRole('list', { name: 'Hashtags' }).getByText('#waves').waitFor();
    await ada.getByText('Private', { exact: true }).click();
    await ada.getByText('Only you can watch it.').waitFor();
    await shot(ada, 'phone-upload-private');
    await ada.getByRole('button', { name: 'Share clip' }).click();
    await ada.getByRole('heading', { name: 'It is ready' }).waitFor({ timeout: 60_000 });
    await shot(ada, 'phone-upload-done');
    const [mine] = await clips();
    assert.deepEqual([mine.visibility, mine.tags], ['private', ['sea', 'waves']]);
    id = mine.id;
    await person.processed(id);
    await ada.goto(`/v/${id}`);
    await plays(ada);
    await ada.getByText('Private', { exact: true }).waitFor();
    await guest.goto(`/v/${id}`);
    await guest.getByText('This clip is not here').waitFor();
});

test('made public, everybody watches it', async () => {
    await ada.getByRole('article', { name: 'Only for me' }).getByRole('button', { name: 'More for this clip' }).click();
    await shot(ada, 'phone-clip-menu');
    await ada.getByRole('button', { name: 'Edit' }).click();
    await ada.getByLabel('Title').fill('');
    await ada.getByRole('button', { name: 'Save' }).click();
    await ada.getByText('Give your clip a title.').waitFor();
    await ada.getByLabel('Title').fill('For everybody');
    await ada.getByText('Public', { exact: true }).click();
    await shot(ada, 'phone-edit');
    await ada.getByRole('button', { name: 'Save' }).click();
    await ada.waitForURL((url) => url.pathname === `/v/${id}`);
    await guest.goto(`/v/${id}`);
    await guest.getByRole('heading', { name: 'For everybody' }).waitFor();
    await plays(guest);
});

test('who drags along the line of a clip sees where they will be', async () => {
    const bar = guest.locator('.progress').first();
    const box = await bar.boundingBox();
    await guest.mouse.move(box.x + box.width * 0.7, box.y + box.height / 2);
    await guest.locator('.glance').waitFor();
    assert.match(await guest.locator('.glance').innerText(), /0:04/);
    await until(() => guest.locator('.glance .tile').evaluate((tile) => /storyboard/.test(getComputedStyle(tile).backgroundImage)),
        { what: 'the small picture' });
    await shot(guest, 'desktop-glance');
    await guest.mouse.move(box.x + box.width * 0.7, box.y - 300);
    await guest.locator('.glance').waitFor({ state: 'detached' });
});

test('its owner sees how it is watched', async () => {
    for (const watchedMs of [900, 2400, 3300, 5900]) {
        const viewer = await new Person(server.url).join('Some Viewer');
        await viewer.post(`/api/v1/video/${id}/view`, { json: { watchedMs, completed: watchedMs > 5800 } });
    }
    await until(async () => (await person.get(`/api/v1/statistics/video/${id}`)).body.data.watches >= 4, { what: 'four watches' });
    await ada.goto('/me');
    await ada.getByRole('link', { name: 'Statistics' }).click();
    await ada.getByRole('link', { name: /For everybody/ }).waitFor();
    await shot(ada, 'phone-statistics');
    await ada.getByRole('link', { name: /For everybody/ }).click();
    await ada.getByText('How long people stay').waitFor();
    assert.ok((await ada.getByRole('table', { name: /still watching/ }).getByRole('row').count()) > 5);
    await shot(ada, 'phone-clip-statistics');
    await ada.setViewportSize({ width: 1440, height: 900 });
    await shot(ada, 'desktop-clip-statistics');
    await ada.goto('/upload');
    await shot(ada, 'desktop-upload-form');
    await ada.setViewportSize(phone.viewport);
});

test('a clip that failed says why to its owner only, and goes', async () => {
    const file = path.join(await temporaryFolder(), 'broken.mp4');
    const whole = await clip({ seconds: 2 });
    const { readFile } = await import('node:fs/promises');
    const bytes = await readFile(whole);
    bytes.fill(0x55, Math.floor(bytes.length * 0.1), Math.floor(bytes.length * 0.98));
    await writeFile(file, bytes);
    const answer = await person.upload(file, { title: 'Broken on the way' });
    if (answer.status === 201) {
        const failed = await person.processed(answer.body.data.id);
        assert.equal(failed.status, 'failed');
        await ada.goto('/me');
        await ada.getByRole('link', { name: /Broken on the way, .*Failed/ }).waitFor();
        await shot(ada, 'phone-me-states');
        await ada.getByRole('link', { name: /Broken on the way/ }).click();
        await ada.getByText('could not be made ready').waitFor();
        await shot(ada, 'phone-failed');
        await ada.getByRole('button', { name: 'Delete this one' }).click();
        await ada.getByRole('alertdialog').getByRole('button', { name: 'Delete' }).click();
        await ada.waitForURL((url) => url.pathname === '/me');
        await until(async () => (await clips()).length === 1, { what: 'one clip to be left' });
    }
});

test('what was wrong with a file of which something could be kept is told to its owner only', async () => {
    await ada.goto('/upload');
    await ada.locator('input[type=file]').setInputFiles(await damaged({ seconds: 6, part: 0.4 }));
    await ada.getByLabel('Title').fill('Torn at the end');
    await ada.getByRole('button', { name: 'Share clip' }).click();
    const words = /(damaged in places|end of the file is missing)/;
    await ada.getByText(words).waitFor({ timeout: 60_000 });
    await shot(ada, 'phone-upload-warning');
    const torn = (await clips()).find(({ title }) => title === 'Torn at the end');
    assert.match(torn.warning, words);
    await ada.goto(`/v/${torn.id}`);
    await ada.locator('.caption').getByText(words).waitFor();
    await shot(ada, 'phone-clip-warning');
    await ada.goto(`/v/${torn.id}/edit`);
    await ada.getByText(words).waitFor();
    await shot(ada, 'phone-edit-warning');
    await guest.goto(`/v/${torn.id}`);
    await guest.getByRole('heading', { name: 'Torn at the end' }).waitFor();
    assert.equal(await guest.getByText(words).count(), 0);
    assert.equal((await person.delete(`/api/v1/video/${torn.id}`)).status, 200);
});

test('deleted, it is gone for everybody', async () => {
    await ada.goto(`/v/${id}/edit`);
    await ada.getByRole('button', { name: 'Delete clip' }).click();
    await ada.getByRole('alertdialog').getByRole('button', { name: 'Delete' }).click();
    await ada.getByText('Your first clip goes here').waitFor();
    await shot(ada, 'phone-me-empty');
    await guest.goto(`/v/${id}`);
    await guest.getByText('This clip is not here').waitFor();
});

test('nobody edits what is not theirs', async () => {
    const other = await new Person(server.url).join('Bob Noyce');
    const answer = await other.upload(await clip({ seconds: 2 }), { title: 'Of Bob' });
    await other.processed(answer.body.data.id);
    await ada.goto(`/v/${answer.body.data.id}`);
    await plays(ada);
    await ada.getByRole('article', { name: 'Of Bob' }).getByRole('button', { name: 'More for this clip' }).click();
    await ada.getByRole('dialog').getByRole('button', { name: 'Report' }).waitFor();
    assert.equal(await ada.getByRole('dialog').getByRole('button', { name: 'Edit' }).count(), 0);
    await ada.goto(`/v/${answer.body.data.id}/statistics`);
    await ada.getByText('This is not your clip').waitFor();
    await ada.goto(`/v/${answer.body.data.id}/edit`);
    await ada.getByText('This is not your clip').waitFor();
});

test('no page complained', () => {
    for (const page of [ada, guest]) assert.deepEqual(page.complaints.filter((text) => !/status of 4\d\d/.test(text)), []);
});
