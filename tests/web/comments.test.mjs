// Two people talk below a clip: one on a phone, one on a desktop.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { Person } from '../support/api.mjs';
import { desktop, launch, logIn, open, phone, shot, signUp } from '../support/browser.mjs';
import { clip } from '../support/clips.mjs';
import { startServer, until } from '../support/server.mjs';

let server;
let browser;
let cy; // whose clip it is
let id;
let ada; // on a phone
let bob; // on a desktop

const sheet = (page) => page.getByRole('dialog', { name: /comment/ });
const comment = (page, text) => sheet(page).getByRole('article').filter({ hasText: text }).last();
const countOnServer = async () => (await (await fetch(`${server.url}/api/v1/video/${id}`)).json()).data.commentCount;

async function say(page, text) {
    await sheet(page).getByRole('textbox').fill(text);
    await sheet(page).getByRole('button', { name: 'Send' }).click();
}

before(async () => {
    server = await startServer();
    browser = await launch();
    cy = await new Person(server.url).join('Cy Twombly');
    const answer = await cy.upload(await clip({ seconds: 4, width: 720, height: 1280 }), { title: 'Waves at noon' });
    id = answer.body.data.id;
    await cy.processed(id);
    ada = await open(browser, server.url, phone);
    bob = await open(browser, server.url, desktop);
});
after(async () => {
    await browser?.close();
    await server?.stop();
});

test('a guest reads, and is asked to log in before writing', async () => {
    await ada.goto(`/v/${id}`);
    await ada.getByRole('button', { name: 'Comments, 0 comments' }).click();
    await sheet(ada).getByText('No comments yet').waitFor();
    await shot(ada, 'phone-comments-empty');
    await sheet(ada).getByRole('button', { name: 'Log in to comment' }).click();
    await ada.getByRole('dialog', { name: /Log in/ }).waitFor();
});

test('Ada comments: it is there at once, and counted', async () => {
    await signUp(ada, 'Ada Lovelace');
    await ada.goto(`/v/${id}?comments`);
    await say(ada, 'What a <b>wave</b>!\nAgain, please.');
    await comment(ada, 'What a <b>wave</b>!').waitFor();
    await sheet(ada).getByRole('heading', { name: '1 comment' }).waitFor();
    assert.equal(await sheet(ada).getByRole('textbox').inputValue(), '');
    await until(async () => (await countOnServer()) === 1, { what: 'the comment on the server' });
    await shot(ada, 'phone-comments');
});

test('Bob sees it beside the clip, likes it and replies', async () => {
    await signUp(bob, 'Bob Noyce');
    await bob.goto(`/v/${id}`);
    await bob.locator('.slot video.painted').first().waitFor();
    await bob.keyboard.press('c');
    const hers = comment(bob, 'What a');
    await hers.getByRole('button', { name: 'Like this comment, 0 likes' }).click();
    await hers.getByRole('button', { name: 'Like this comment, 1 like' }).waitFor();
    await hers.getByRole('button', { name: 'Reply' }).click();
    await sheet(bob).getByText('Replying to Ada Lovelace').waitFor();
    await sheet(bob).getByRole('textbox').fill('It never comes twice.');
    await bob.keyboard.press('Enter');
    await comment(bob, 'It never comes twice.').waitFor();
    await say(bob, 'And I was there.');
    await comment(bob, 'And I was there.').waitFor();
    await sheet(bob).getByRole('heading', { name: '3 comments' }).waitFor();
    await until(async () => (await countOnServer()) === 3, { what: 'all three on the server' });
    await shot(bob, 'desktop-comments');
});

test('beside the clip, keys that are typed into a comment do not steer the feed', async () => {
    const before = await bob.evaluate(() => document.querySelector('.slot video.painted').muted);
    await sheet(bob).getByRole('textbox').click();
    await bob.keyboard.type('mmm');
    assert.equal(await bob.evaluate(() => document.querySelector('.slot video.painted').muted), before);
    await sheet(bob).getByRole('textbox').fill('');
    await bob.keyboard.press('Escape');
    await sheet(bob).waitFor({ state: 'detached' });
});

test('Ada finds the reply and the like, and answers', async () => {
    await ada.goto(`/v/${id}?comments`);
    const mine = comment(ada, 'What a');
    await mine.getByRole('button', { name: 'Like this comment, 1 like' }).waitFor();
    await mine.getByRole('button', { name: 'View 1 reply' }).click();
    const his = comment(ada, 'It never comes twice.');
    await his.getByRole('button', { name: 'Reply' }).click();
    assert.equal(await sheet(ada).getByRole('textbox').inputValue(), '@Bob Noyce ');
    await sheet(ada).getByRole('textbox').fill('@Bob Noyce then film it');
    await sheet(ada).getByRole('button', { name: 'Send' }).click();
    await comment(ada, 'then film it').waitFor();
    await shot(ada, 'phone-comments-thread');
});

test('what the server refuses is taken back, and no word is lost', async () => {
    await ada.route('**/api/v1/video/*/comments', (route) =>
        route.request().method() === 'POST' ? route.abort() : route.continue());
    await say(ada, 'Into the void');
    await sheet(ada).getByRole('alert').getByText(/cannot be reached/).waitFor();
    assert.equal(await comment(ada, 'Into the void').count(), 0);
    assert.equal(await sheet(ada).getByRole('textbox').inputValue(), 'Into the void');
    await sheet(ada).getByRole('heading', { name: '4 comments' }).waitFor();
    await shot(ada, 'phone-comments-refused');
    await ada.unroute('**/api/v1/video/*/comments');
    await sheet(ada).getByRole('button', { name: 'Send' }).click();
    await comment(ada, 'Into the void').waitFor();
});

test('only my own can be deleted, and only if I mean it', async () => {
    assert.equal(await comment(ada, 'And I was there.').getByRole('button', { name: 'Delete' }).count(), 0);
    await comment(ada, 'Into the void').getByRole('button', { name: 'Delete' }).click();
    await ada.getByRole('alertdialog').getByRole('button', { name: 'Cancel' }).click();
    await comment(ada, 'Into the void').waitFor();
    await comment(ada, 'Into the void').getByRole('button', { name: 'Delete' }).click();
    await ada.getByRole('alertdialog').getByRole('button', { name: 'Delete' }).click();
    await comment(ada, 'Into the void').waitFor({ state: 'detached' });
    await until(async () => (await countOnServer()) === 4, { what: 'four on the server' });
});

test('a long list goes on as it is scrolled', async () => {
    for (let n = 1; n <= 45; n++)
        assert.equal((await cy.post(`/api/v1/video/${id}/comments`, { json: { content: `Number ${n}.` } })).status, 200);
    await ada.goto(`/v/${id}?comments`);
    await comment(ada, 'Number 45.').waitFor();
    assert.equal(await comment(ada, 'And I was there.').count(), 0);
    const list = sheet(ada).locator('.list');
    await until(async () => {
        await list.evaluate((element) => (element.scrollTop = element.scrollHeight));
        return (await comment(ada, 'And I was there.').count()) > 0;
    }, { what: 'the first comment', every: 100 });
});

test('the comment field stays above the keyboard of a phone', async () => {
    // What a keyboard does to the page: the visible part gets shorter, the page does not.
    await ada.evaluate(() => {
        Object.defineProperty(visualViewport, 'height', { value: innerHeight - 320, configurable: true });
        visualViewport.dispatchEvent(new Event('resize'));
    });
    const box = await until(async () => {
        const now = await sheet(ada).getByRole('textbox').boundingBox();
        return now.y + now.height <= 844 - 320 && now;
    }, { what: 'the field above the keyboard' });
    assert.ok(box.y > 0);
    await shot(ada, 'phone-comments-keyboard');
});

test('no page complained', () => {
    for (const page of [ada, bob]) assert.deepEqual(page.complaints.filter((text) => !/ERR_FAILED/.test(text)), []);
});
