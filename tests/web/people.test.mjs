// Two people in two browsers: one uploads, the other watches and likes.
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, test } from 'node:test';

import { Person } from '../support/api.mjs';
import { desktop, launch, open, phone, shot, signUp } from '../support/browser.mjs';
import { clip } from '../support/clips.mjs';
import { startServer, temporaryFolder, until } from '../support/server.mjs';

let server;
let browser;
let ada; // on a phone
let bob; // on a desktop

/** The video element in view: what is painted. */
const playing = (page) => page.evaluate(() => {
    const video = [...document.querySelectorAll('.slot video.painted')].find((one) => {
        const box = one.getBoundingClientRect();
        return box.top < innerHeight / 2 && box.bottom > innerHeight / 2;
    });
    return video && { time: video.currentTime, width: video.videoWidth, height: video.videoHeight, paused: video.paused, muted: video.muted, duration: video.duration };
});
const advances = async (page) => {
    const first = await until(() => playing(page), { what: 'a painted picture' });
    return until(async () => {
        const now = await playing(page);
        return now && now.time !== first.time && !now.paused ? now : null;
    }, { what: 'the clip to play on' });
};

before(async () => {
    server = await startServer();
    browser = await launch();
    ada = await open(browser, server.url, phone);
    bob = await open(browser, server.url, desktop);
});
after(async () => {
    await browser?.close();
    await server?.stop();
});

test('an empty server says so and asks for the first clip', async () => {
    await ada.goto('/');
    await ada.getByText(/no clips|nothing here|first/i).first().waitFor();
    await shot(ada, 'phone-empty');
});

test('Ada registers and uploads with progress until the clip is live', async () => {
    await signUp(ada, 'Ada Lovelace');
    await ada.goto('/upload');
    const file = await clip({ seconds: 6, width: 720, height: 1280 });
    await ada.locator('input[type=file]').setInputFiles(file);
    await ada.getByLabel('Title').fill('Sunrise over the lake');
    await shot(ada, 'phone-upload');
    await ada.getByRole('button', { name: 'Share clip' }).click();
    await ada.getByRole('heading', { name: 'It is live' }).waitFor({ timeout: 60_000 });
    await shot(ada, 'phone-live');
});

test('Bob sees it appear, and it plays upright', async () => {
    await bob.goto('/');
    const now = await advances(bob);
    assert.ok(now.width > 0 && now.width * 16 === now.height * 9, `${now.width}x${now.height}`);
    assert.ok(Math.abs(now.duration - 6) < 0.1, `duration ${now.duration}`);
    await bob.getByText('Sunrise over the lake').first().waitFor();
    await shot(bob, 'desktop-feed');
});

test('a guest who likes is asked to log in; logged in, the count changes for both', async () => {
    await bob.getByRole('button', { name: /^Like, 0/ }).click();
    await bob.getByRole('dialog').waitFor();
    await signUp(bob, 'Bob Noyce');
    await bob.goto('/');
    await bob.getByRole('button', { name: /^Like, 0/ }).click();
    await bob.getByRole('button', { name: /^Like, 1 like$/ }).waitFor();
    assert.equal(await bob.getByRole('button', { name: /^Like/ }).first().getAttribute('aria-pressed'), 'true');
    await bob.reload();
    await bob.getByRole('button', { name: /^Like, 1 like$/ }).waitFor();
    await bob.locator('.like.on').waitFor();
    await ada.goto('/');
    await ada.getByRole('button', { name: /^Like, 1 like$/ }).waitFor();
    await advances(ada);
    await shot(ada, 'phone-feed');
});

test('views are counted and seen after a reload', async () => {
    const page = await (await fetch(`${server.url}/api/v1/video?limit=1`)).json();
    const [{ id }] = page.data.data;
    await until(async () => {
        const answer = await (await fetch(`${server.url}/api/v1/video/${id}`)).json();
        return answer.data.viewCount >= 2;
    }, { what: 'two views' });
});

test('tap pauses, a double tap likes, and the sound can be turned on', async () => {
    const centre = [195, 380];
    await ada.goto('/');
    await advances(ada);
    await ada.touchscreen.tap(...centre);
    await until(async () => (await playing(ada))?.paused, { what: 'the pause' });
    await ada.touchscreen.tap(...centre);
    await until(async () => (await playing(ada))?.paused === false, { what: 'playing again' });
    await new Promise((done) => setTimeout(done, 400)); // No double tap out of this and the next.
    await ada.touchscreen.tap(...centre);
    await ada.touchscreen.tap(...centre);
    await ada.getByRole('button', { name: /^Like, 2 likes$/ }).waitFor();
    await ada.getByRole('button', { name: /Turn sound on/ }).first().click();
    await until(async () => (await playing(ada))?.muted === false, { what: 'sound' });
});

test('the keyboard moves through the feed', async () => {
    const author = await new Person(server.url).join('Cy Twombly');
    for (const title of ['Second clip', 'Third clip']) {
        const answer = await author.upload(await clip({ seconds: 2 }), { title });
        await author.processed(answer.body.data.id);
    }
    await bob.goto('/');
    await bob.getByText('Third clip').first().waitFor();
    await advances(bob);
    await bob.keyboard.press('ArrowDown');
    await until(async () => /Second clip/.test(await bob.locator('body').innerText()), { what: 'the second clip' });
    await advances(bob);
    await shot(bob, 'desktop-second');
});

test('a file that is no video is refused in words', async () => {
    const folder = await temporaryFolder();
    const file = path.join(folder, 'holiday.mp4');
    await writeFile(file, 'this is only text');
    await ada.goto('/upload');
    await ada.locator('input[type=file]').setInputFiles(file);
    await ada.getByLabel('Title').fill('Not a clip');
    await ada.getByRole('button', { name: 'Share clip' }).click();
    await ada.getByRole('alert').filter({ hasText: /\w+/ }).first().waitFor();
    await shot(ada, 'phone-refused');
});

test('a clip has a page of its own that a stranger can open', async () => {
    const answer = await (await fetch(`${server.url}/api/v1/video?limit=1`)).json();
    const [{ id, title }] = answer.data.data;
    const stranger = await open(browser, server.url, phone);
    await stranger.goto(`/v/${id}`);
    await stranger.getByText(title).first().waitFor();
    await advances(stranger);
    await shot(stranger, 'phone-clip');
    await stranger.goto('/v/nothing-here');
    await stranger.getByText(/is not here/i).first().waitFor();
    await shot(stranger, 'phone-missing');
    await stranger.context().close();
});

test('other pages look right', async () => {
    for (const [page, name] of [[ada, 'phone'], [bob, 'desktop']]) {
        for (const where of ['me', 'upload']) {
            await page.goto(`/${where}`);
            await page.getByRole('heading').first().waitFor();
            await shot(page, `${name}-${where}`);
        }
    }
});

test('no page complained', () => {
    const expected = /status of 4\d\d/; // What was refused above is told by the browser too.
    for (const page of [ada, bob]) assert.deepEqual(page.complaints.filter((text) => !expected.test(text)), []);
});
