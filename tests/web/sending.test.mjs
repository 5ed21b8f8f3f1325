// Uploads by hand: a file is dropped on the page, an upload is given up in the middle.
import assert from 'node:assert/strict';
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { after, before, test } from 'node:test';

import { Person } from '../support/api.mjs';
import { desktop, launch, logIn, open, phone, shot } from '../support/browser.mjs';
import { clip } from '../support/clips.mjs';
import { startServer, until } from '../support/server.mjs';

let server;
let browser;
let person;
let page;
let tools; // Chromium's own, for what a person does with files

before(async () => {
    server = await startServer();
    browser = await launch();
    person = await new Person(server.url).join('Ada Lovelace');
    page = await open(browser, server.url, desktop);
    tools = await page.context().newCDPSession(page);
    await tools.send('Network.enable');
    await logIn(page, person);
});
after(async () => {
    await browser?.close();
    await server?.stop();
});

const clips = async () => (await person.get('/api/v1/user/me/videos')).body.data.data;

/** A file is dragged over the page and let go there, by steps; the browser itself reads it. */
async function drag(file, steps, { x, y }) {
    const data = { items: [], files: [file], dragOperationsMask: 1 };
    for (const type of steps) await tools.send('Input.dispatchDragEvent', { type, x, y, data });
}

/** Every file below the folder of what is stored. */
async function stored() {
    const entries = await readdir(path.join(server.dataDir, 'objects'), { recursive: true, withFileTypes: true });
    return entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.path, entry.name)).sort();
}

test('a file dropped anywhere on the page is uploaded', async () => {
    await page.goto('/upload');
    await page.getByRole('button', { name: /Choose a video/ }).waitFor();
    const file = await clip({ seconds: 2 });
    const besides = { x: 1200, y: 760 }; // Not on the box.
    await drag(file, ['dragEnter', 'dragOver'], besides);
    await page.getByText('Let go to add it').waitFor();
    await shot(page, 'desktop-drag');
    await drag(file, ['drop'], besides);
    await page.getByText(path.basename(file)).waitFor();
    assert.equal(new URL(page.url()).pathname, '/upload'); // The browser did not open it.
    await page.getByLabel('Title').fill('Let go');
    await page.getByRole('button', { name: 'Share clip' }).click();
    await page.getByRole('heading', { name: 'It is live' }).waitFor({ timeout: 60_000 });
    assert.deepEqual((await clips()).map(({ title }) => title), ['Let go']);
    await person.processed((await clips())[0].id);
});

test('given up in the middle, nothing of it is left, here or on the server', async () => {
    const before = await stored();
    const file = await clip({ seconds: 20, width: 720, height: 1280 });
    const { size } = await stat(file);
    await page.goto('/upload');
    await page.locator('input[type=file]').setInputFiles(file);
    await page.getByLabel('Title').fill('Never mind');
    const made = page.waitForResponse((answer) => answer.request().method() === 'POST' && answer.url().endsWith('/upload/tus'));
    await tools.send('Network.emulateNetworkConditions', { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: size / 10 });
    await page.getByRole('button', { name: 'Share clip' }).click();
    const place = new URL((await made).headers().location, server.url).pathname;
    const percent = page.getByRole('progressbar', { name: 'Upload' });
    await until(async () => Number(await percent.getAttribute('aria-valuenow')) >= 30, { what: 'the middle of the upload' });
    assert.notDeepEqual(await stored(), before); // There is something to be left.
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('button', { name: 'Share clip' }).waitFor();
    assert.equal(await page.getByRole('alert').filter({ hasText: /\w/ }).count(), 0); // It is no failure.
    await tools.send('Network.emulateNetworkConditions', { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: -1 });
    const tus = { 'tus-resumable': '1.0.0' };
    await until(async () => [404, 410].includes((await person.request('HEAD', place, { headers: tus })).status), { what: 'the server to have forgotten it' });
    await until(async () => JSON.stringify(await stored()) === JSON.stringify(before), { what: 'its bytes to be gone' });
    assert.equal((await clips()).length, 1);
    await page.reload();
    await page.locator('input[type=file]').setInputFiles(file);
    await page.getByText(path.basename(file)).waitFor();
    assert.equal(await page.getByText('It goes on where it stopped').count(), 0);
});

test('what a clip waits for is told to its owner', async () => {
    const idle = await startServer({ env: { WORKERS: '0' } });
    try {
        const owner = await new Person(idle.url).join('Cora');
        await owner.upload(await clip(), { title: 'The first' });
        const { id } = (await owner.upload(await clip({ width: 180, height: 320 }), { title: 'The second' })).body.data;
        const waiting = await open(browser, idle.url, phone);
        await logIn(waiting, owner);
        await waiting.goto(`/v/${id}`);
        await waiting.getByRole('article', { name: 'The second' }).getByText('1 clip is before it').waitFor();
        await shot(waiting, 'phone-waiting');
        await waiting.context().close();
    } finally {
        await idle.stop();
    }
});

test('no page complained', () => {
    assert.deepEqual(page.complaints.filter((text) => !/status of 4\d\d/.test(text)), []);
});
