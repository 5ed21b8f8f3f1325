// An upload from a browser whose server is killed, and whose page is loaded anew, in the middle.
import assert from 'node:assert/strict';
import { rm, stat } from 'node:fs/promises';
import { after, before, test } from 'node:test';

import { launch, open, phone, signUp } from '../support/browser.mjs';
import { clip } from '../support/clips.mjs';
import { startServer, temporaryFolder, until } from '../support/server.mjs';

let browser;
let dataDir;
let server;
let file;
let size;

before(async () => {
    dataDir = await temporaryFolder();
    server = await startServer({ dataDir });
    browser = await launch();
    file = await clip({ seconds: 20, width: 720, height: 1280 });
    size = (await stat(file)).size;
});
after(async () => {
    await browser?.close();
    await server?.stop({ keepData: true });
    await rm(dataDir, { recursive: true, force: true });
});

/** Somebody logged in whose clip takes about ten seconds to send; offsets of resumed uploads are noted. */
async function somebody(name) {
    const page = await open(browser, server.url, phone);
    const network = await page.context().newCDPSession(page);
    page.pace = (seconds) => network.send('Network.emulateNetworkConditions', {
        offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: seconds ? size / seconds : -1,
    });
    await network.send('Network.enable');
    page.resumedAt = [];
    page.on('response', (answer) => {
        if (answer.request().method() === 'HEAD') page.resumedAt.push(Number(answer.headers()['upload-offset'] ?? -1));
    });
    await signUp(page, name);
    return page;
}

async function choose(page) {
    await page.goto('/upload');
    await page.locator('input[type=file]').setInputFiles(file);
}

const share = (page) => page.getByRole('button', { name: 'Share clip' }).click();
const percent = (page) => page.getByRole('progressbar', { name: 'Upload' }).getAttribute('aria-valuenow').then(Number, () => 0);
const live = (page) => page.getByRole('heading', { name: 'It is live' }).waitFor({ timeout: 120_000 });

test('the server is killed in the middle: the upload waits, and goes on from where it was', async () => {
    const page = await somebody('Ada Lovelace');
    await choose(page);
    await page.getByLabel('Title').fill('Through a crash');
    await page.pace(10);
    await share(page);
    await until(async () => (await percent(page)) >= 40, { what: 'the middle of the upload' });
    await server.kill();
    await page.getByText('Waiting for the connection').waitFor();
    server = await startServer({ dataDir, port: server.port });
    await page.pace(0);
    await live(page);
    assert.ok(page.resumedAt.at(-1) > 0, `resumed at ${page.resumedAt}`);
    await page.context().close();
});

test('the page is loaded anew in the middle: the same file goes on from where it was', async () => {
    const page = await somebody('Bob Noyce');
    await choose(page);
    await page.getByLabel('Title').fill('Through a reload');
    await page.pace(10);
    await share(page);
    await until(async () => (await percent(page)) >= 40, { what: 'the middle of the upload' });
    page.on('dialog', (dialog) => dialog.accept());
    await page.reload();
    await choose(page);
    await page.getByText('It goes on where it stopped').waitFor();
    assert.equal(await page.getByLabel('Title').inputValue(), 'Through a reload');
    await page.getByLabel('Title').fill('Another title now');
    await page.pace(0);
    await share(page);
    await live(page);
    assert.ok(page.resumedAt.at(-1) > 0, `resumed at ${page.resumedAt}`);
    const { data } = (await (await fetch(`${server.url}/api/v1/video`)).json()).data;
    assert.equal(data[0].title, 'Another title now');
    await page.context().close();
});
