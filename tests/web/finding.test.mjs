// How people find clips and each other: the feeds of the start page, hashtags, and the search.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { Person } from '../support/api.mjs';
import { desktop, launch, logIn, open, phone, shot } from '../support/browser.mjs';
import { clip } from '../support/clips.mjs';
import { startServer, until } from '../support/server.mjs';

let server;
let browser;
let grace; // sails
let ada; // on a phone
let guest; // on a desktop

async function post(person, title, description) {
    const answer = await person.upload(await clip({ seconds: 2 }), { title, description });
    await person.processed(answer.body.data.id);
    return answer.body.data.id;
}
const inView = (page, title) => page.getByRole('article', { name: title }).getByRole('heading', { name: title }).waitFor();

before(async () => {
    server = await startServer();
    browser = await launch();
    grace = await new Person(server.url).join('Grace Hopper');
    const other = await new Person(server.url).join('Alan Turing');
    await post(grace, 'Out with the tide', 'Before breakfast. #sailing at #dawn');
    await post(other, 'A machine that waits', 'It does not #sail.');
    const person = await new Person(server.url).join('Ada Lovelace');
    ada = await open(browser, server.url, phone);
    guest = await open(browser, server.url, desktop);
    await logIn(ada, person);
});
after(async () => {
    await browser?.close();
    await server?.stop();
});

test('what I follow plays in a feed of its own', async () => {
    await ada.goto('/');
    await shot(ada, 'phone-tabs');
    await ada.getByRole('link', { name: 'Following' }).click();
    await ada.getByText('Nobody to watch yet').waitFor();
    await shot(ada, 'phone-following-empty');
    await ada.goto(`/u/${grace.id}`);
    await ada.getByRole('button', { name: 'Follow', exact: true }).click();
    await ada.getByRole('button', { name: 'Following', exact: true }).waitFor();
    await ada.goto('/following');
    await inView(ada, 'Out with the tide');
    await ada.getByRole('link', { name: 'Following', exact: true }).and(ada.locator('[aria-current=page]')).waitFor();
    await ada.getByRole('link', { name: 'Trending' }).click();
    await ada.waitForURL((url) => url.pathname === '/trending');
    await ada.locator('.slot video.painted').first().waitFor();
    await ada.goBack();
    await inView(ada, 'Out with the tide');
});

test('a guest is asked to log in before following plays; the other feeds are open', async () => {
    await guest.goto('/following');
    await guest.getByText('Whom do you follow?').waitFor();
    await shot(guest, 'desktop-following-guest');
    await guest.getByRole('link', { name: 'For you' }).click();
    await guest.locator('.slot video.painted').first().waitFor();
    await shot(guest, 'desktop-tabs');
});

test('a hashtag below a clip leads to the others that carry it', async () => {
    await ada.goto('/following');
    await inView(ada, 'Out with the tide');
    await ada.getByRole('link', { name: '#dawn' }).click();
    await ada.getByRole('heading', { name: '#dawn' }).waitFor();
    await ada.getByRole('link', { name: /^Out with the tide/ }).waitFor();
    assert.equal(await ada.getByRole('link', { name: /^A machine that waits/ }).count(), 0);
    await shot(ada, 'phone-search-tag');
});

test('while somebody types, tags and people are offered; arrow keys choose', async () => {
    await guest.goto('/search');
    await guest.getByText('What people tag now').waitFor();
    await guest.getByRole('link', { name: /^A machine that waits/ }).waitFor();
    await shot(guest, 'desktop-search');
    const asked = [];
    guest.on('request', (request) => request.url().includes('/suggestions') && asked.push(request.url()));
    await guest.getByRole('combobox', { name: 'Search' }).pressSequentially('sail', { delay: 30 });
    await guest.getByRole('option', { name: 'sailing' }).waitFor();
    assert.ok(asked.length <= 2, `asked ${asked.length} times for four letters`);
    await shot(guest, 'desktop-suggestions');
    await guest.keyboard.press('ArrowDown');
    await guest.keyboard.press('ArrowDown');
    const marked = guest.locator('[role=option][aria-selected=true]');
    const tag = (await marked.innerText()).trim();
    await guest.keyboard.press('Enter');
    await guest.getByRole('heading', { name: `#${tag}` }).waitFor();
    await guest.getByRole('combobox', { name: 'Search' }).fill('grace');
    await guest.getByRole('option', { name: /Grace Hopper/ }).click();
    await guest.getByRole('heading', { name: 'Grace Hopper' }).waitFor();
});

test('words find clips and people, and a clip found opens', async () => {
    await ada.goto('/search');
    await ada.getByRole('combobox', { name: 'Search' }).fill('grace');
    await ada.keyboard.press('Enter');
    await ada.waitForURL((url) => url.searchParams.get('q') === 'grace');
    await ada.getByRole('link', { name: /Grace Hopper/ }).waitFor();
    await ada.getByRole('link', { name: /^Out with the tide/ }).waitFor();
    await shot(ada, 'phone-search');
    await ada.getByRole('link', { name: /^Out with the tide/ }).click();
    await inView(ada, 'Out with the tide');
    await ada.goBack();
    await ada.getByRole('link', { name: /Grace Hopper/ }).waitFor();
    await ada.getByRole('combobox', { name: 'Search' }).fill('nothing like that');
    await ada.keyboard.press('Enter');
    await ada.getByText('No clips for “nothing like that”').waitFor();
    await shot(ada, 'phone-search-nothing');
});

test('no page complained', () => {
    for (const page of [ada, guest]) assert.deepEqual(page.complaints, []);
});
