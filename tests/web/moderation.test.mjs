// Somebody reports what they see; a moderator looks at it, takes it away, and gives it back.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { Person } from '../support/api.mjs';
import { faults } from '../support/axe.mjs';
import { desktop, launch, logIn, open, phone, shot } from '../support/browser.mjs';
import { clip } from '../support/clips.mjs';
import { startWithStaff } from '../support/staff.mjs';

const V1 = '/api/v1';

let staff;
let browser;
let eve; // who sells things
let bob; // who comments
let cy; // who reports, on a phone
let judge; // a moderator's page, on a desktop
let guest; // the API without a token
const clips = {};
let words; // the id of Bob's comment

before(async () => {
    staff = await startWithStaff();
    const { url } = staff.server;
    browser = await launch();
    eve = await new Person(url).join('Eve Seller');
    bob = await new Person(url).join('Bob Noyce');
    cy = { person: await new Person(url).join('Cy Twombly'), page: await open(browser, url, phone) };
    guest = new Person(url);
    for (const [seconds, title] of [[2, 'Out with the tide'], [2.5, 'Buy my snake oil']])
        clips[title] = (await eve.upload(await clip({ seconds }), { title }, { query: '?wait=ready' })).body.data.id;
    words = (await bob.post(`${V1}/video/${clips['Out with the tide']}/comments`, { json: { content: 'You are all fools!' } })).body.data.id;
    judge = await open(browser, url, desktop);
    await logIn(cy.page, cy.person);
    await logIn(judge, staff.moderator);
});
after(async () => {
    await browser?.close();
    await staff?.stop();
});

const slide = (page, title) => page.getByRole('article', { name: title });
const card = (name) => judge.getByRole('article', { name });
const status = async (path) => (await guest.get(`${V1}/${path}`)).status;
const fits = (page) => page.evaluate(() => [...document.querySelectorAll('.page')].every((one) => one.scrollWidth <= one.clientWidth));

async function looksRight(page, name) {
    assert.deepEqual(await faults(page), [], name);
    assert.ok(await fits(page), `${name} is too wide`);
    await shot(page, name);
}

/** Chooses what is wrong, sends it and reads the answer. */
async function report(page, reason, more = '', said = /^Thank you/) {
    const form = page.getByRole('dialog', { name: /^Report this/ });
    await form.getByLabel(reason).check();
    await form.getByLabel('Anything to add?').fill(more);
    await form.getByRole('button', { name: 'Report' }).click();
    await form.getByText(said).waitFor();
    if (more) await shot(page, `phone-${/this (\w+)/.exec(await form.getByRole('heading').innerText())[1]}-reported`);
    await form.getByRole('button', { name: 'Close' }).click();
    await form.waitFor({ state: 'detached' });
}

/** Presses a button of a case and says yes. */
async function decide(name, action, reason) {
    await card(name).getByRole('button', { name: action }).click();
    const question = judge.getByRole('dialog');
    if (reason) await question.getByLabel('Why').fill(reason);
    await question.getByRole('button', { name: action }).click();
}

test('a clip is reported with a reason, and once only', async () => {
    const { page } = cy;
    await page.goto(`/v/${clips['Buy my snake oil']}`);
    for (const said of [/^Thank you/, /reported it already/]) {
        await slide(page, 'Buy my snake oil').getByRole('button', { name: 'More for this clip' }).click();
        await page.getByRole('dialog').getByRole('button', { name: 'Report' }).click();
        assert.ok(await page.getByRole('dialog', { name: 'Report this clip' }).getByRole('button', { name: 'Report' }).isDisabled());
        if (said.source.startsWith('^')) await looksRight(page, 'phone-report');
        await report(page, 'It sells something, or is spam', 'Oil of snakes.', said);
    }
});

test('so are a comment and a person', async () => {
    const { page } = cy;
    await page.goto(`/v/${clips['Out with the tide']}?comments`);
    await page.getByRole('article', { name: 'By Bob Noyce' }).getByRole('button', { name: 'Report' }).click();
    await report(page, 'Something else', 'He insults everybody');
    await page.goto(`/u/${eve.id}`);
    await page.getByRole('button', { name: 'More about Eve Seller' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Report' }).click();
    await report(page, 'They sell something, or spam');
});

test('a guest is asked to log in, and finds no page of moderators; nor does a user', async () => {
    const stranger = await open(browser, staff.server.url, desktop);
    await stranger.goto(`/u/${eve.id}`);
    await stranger.getByRole('button', { name: 'More about Eve Seller' }).click();
    await stranger.getByRole('dialog').getByRole('button', { name: 'Report' }).click();
    await stranger.getByRole('dialog', { name: 'Log in to report this person' }).waitFor();
    for (const page of [stranger, cy.page]) {
        await page.goto('/moderation');
        await page.getByText('This page does not exist').waitFor();
    }
    await stranger.context().close();
    await cy.page.goto('/settings');
    await cy.page.getByLabel('Name').waitFor();
    assert.equal(await cy.page.getByRole('link', { name: 'Moderation' }).count(), 0);
});

test('a moderator sees what was reported, by whom and why', async () => {
    await bob.post(`${V1}/video/${clips['Buy my snake oil']}/report`, { json: { reason: 'It smells' } });
    await judge.goto('/settings');
    await judge.getByRole('link', { name: 'Moderation' }).click();
    const seen = card('Clip: Buy my snake oil');
    await seen.getByRole('list', { name: '2 reports' }).getByText('It sells something, or is spam: Oil of snakes.').waitFor();
    await seen.getByText('It smells').waitFor();
    await seen.getByRole('link', { name: 'Cy Twombly' }).waitFor();
    await seen.getByText('by Eve Seller').waitFor();
    await seen.locator('img[src*="/media/"]').waitFor();
    await card('Comment: You are all fools!').getByText('by Bob Noyce').waitFor();
    await card('Person: Eve Seller').waitFor();
    await looksRight(judge, 'desktop-moderation');
    await judge.setViewportSize(phone.viewport);
    await looksRight(judge, 'phone-moderation');
    await judge.setViewportSize(desktop.viewport);
});

test('a clip is hidden with the keyboard alone: gone for a guest, marked for a moderator', async () => {
    const button = card('Clip: Buy my snake oil').getByRole('button', { name: 'Hide' });
    await button.focus();
    await judge.keyboard.press('Enter');
    await judge.getByRole('dialog', { name: 'Hide this clip?' }).waitFor();
    await looksRight(judge, 'desktop-moderation-hide');
    await judge.keyboard.press('Escape');
    assert.ok(await button.evaluate((one) => one === document.activeElement));
    await judge.keyboard.press('Enter');
    const why = judge.getByRole('dialog').getByLabel('Why');
    assert.equal(await why.inputValue(), 'It smells');
    await why.fill('It sells snake oil');
    for (const key of ['Tab', 'Tab', 'Enter']) await judge.keyboard.press(key);
    await judge.getByText('The clip is hidden.').waitFor();
    await card('Clip: Buy my snake oil').waitFor({ state: 'detached' });
    assert.equal(await judge.evaluate(() => document.activeElement.getAttribute('aria-label')), 'Open reports');
    const id = clips['Buy my snake oil'];
    assert.equal(await status(`video/${id}`), 404);
    await cy.page.goto(`/v/${id}`);
    await cy.page.getByText('This clip is not here').waitFor();
    const beside = await judge.context().newPage();
    await beside.goto(`/v/${id}`);
    await slide(beside, 'Buy my snake oil').getByText('Hidden', { exact: true }).waitFor();
    await shot(beside, 'desktop-clip-hidden');
    await beside.close();
});

test('restored, it is back', async () => {
    await judge.getByRole('link', { name: 'Judged' }).click();
    await card('Clip: Buy my snake oil').getByText('Hidden', { exact: true }).waitFor();
    await shot(judge, 'desktop-moderation-judged');
    await decide('Clip: Buy my snake oil', 'Restore');
    await judge.getByText('The clip is back.').waitFor();
    await card('Clip: Buy my snake oil').getByRole('button', { name: 'Hide' }).waitFor();
    assert.equal(await status(`video/${clips['Buy my snake oil']}`), 200);
});

test('a person is banned with all they made, and the log takes it back', async () => {
    await judge.getByRole('link', { name: 'Reports' }).click();
    await card('Person: Eve Seller').getByRole('button', { name: 'Ban' }).click();
    await judge.getByRole('dialog', { name: 'Ban Eve Seller?' }).waitFor();
    await shot(judge, 'desktop-moderation-ban');
    await judge.getByRole('dialog').getByRole('button', { name: 'Ban' }).click();
    await judge.getByText('They are banned.').waitFor();
    await card('Person: Eve Seller').waitFor({ state: 'detached' });
    for (const path of [`user/${eve.id}`, `video/${clips['Out with the tide']}`]) assert.equal(await status(path), 404, path);
    await judge.getByRole('link', { name: 'Log' }).click();
    await judge.getByText(/The moderator\s+banned a person/).waitFor();
    await looksRight(judge, 'desktop-moderation-log');
    await judge.getByRole('button', { name: 'Unban' }).click();
    await judge.getByRole('dialog').getByRole('button', { name: 'Unban' }).click();
    await judge.getByText(/took back the ban of\s+a person/).waitFor();
    assert.equal(await status(`user/${eve.id}`), 200);
    assert.equal(await status(`video/${clips['Out with the tide']}`), 200);
});

test('what the server refuses is said, and a page that did not come can be asked for again', async () => {
    await cy.person.post(`${V1}/user/${staff.admin.id}/report`, { json: { reason: 'He banned me' } });
    await judge.route(/\/admin\/reports\?/, (route) => route.abort());
    await judge.goto('/moderation');
    await judge.getByRole('alert').filter({ hasText: 'cannot be reached' }).waitFor();
    await judge.unroute(/\/admin\/reports\?/);
    await judge.getByRole('button', { name: 'Try again' }).click();
    await decide('Person: The admin', 'Ban');
    await judge.getByRole('dialog').getByText('Only a higher role can do this.').waitFor();
    await judge.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
});

test('once all is judged there is nothing to look at', async () => {
    await decide('Person: The admin', 'Dismiss');
    await judge.getByText('The report is dismissed.').waitFor();
    await decide('Comment: You are all fools!', 'Hide', 'He insults everybody');
    await judge.getByText('Nothing to look at').waitFor();
    await shot(judge, 'desktop-moderation-empty');
    assert.equal(await status(`comment/${words}/replies`), 404);
    await judge.goto(`/v/${clips['Out with the tide']}?comments`);
    await judge.getByRole('article', { name: 'By Bob Noyce' }).getByText('Hidden').waitFor();
    await shot(judge, 'desktop-comment-hidden');
});

test('a word is put on the list and taken off', async () => {
    await judge.goto('/moderation/words');
    await judge.getByText('No words yet').waitFor();
    await judge.getByLabel('A word, or several in a row').fill('Snake  Oil');
    await judge.getByRole('button', { name: 'Put it on the list' }).click();
    await judge.getByRole('list', { name: /may not be written/ }).getByText('snake oil').waitFor();
    await looksRight(judge, 'desktop-moderation-words');
    await judge.getByRole('button', { name: 'Take “snake oil” off the list' }).click();
    await judge.getByText('No words yet').waitFor();
    assert.equal(await judge.getByRole('link', { name: 'Roles' }).count(), 0);
    await judge.goto('/moderation/roles');
    await judge.getByText('This page does not exist').waitFor();
});

test('an admin gives a role, and the log tells', async () => {
    const page = await open(browser, staff.server.url, phone);
    await logIn(page, staff.admin);
    await page.goto('/moderation/roles');
    await page.getByLabel('Whose role').fill('Bob');
    await page.getByRole('button', { name: 'Bob Noyce' }).click();
    await page.getByLabel('Moderator').check();
    await page.getByLabel('Why').fill('He helps');
    await looksRight(page, 'phone-moderation-roles');
    await page.getByRole('button', { name: 'Give this role' }).click();
    await page.getByText('Bob Noyce has the role Moderator now.').waitFor();
    assert.equal((await bob.get(`${V1}/user/me`)).body.data.role, 'moderator');
    await page.getByRole('link', { name: 'Log' }).click();
    await page.getByText(/The admin\s+gave a role to\s+a person: moderator/).waitFor();
    assert.ok(await fits(page));
    await shot(page, 'phone-moderation-log');
    await page.context().close();
});

test('no page complained', () => {
    const expected = /status of 4\d\d|ERR_FAILED/; // Refused or cut above.
    for (const page of [cy.page, judge]) assert.deepEqual(page.complaints.filter((text) => !expected.test(text)), []);
});
