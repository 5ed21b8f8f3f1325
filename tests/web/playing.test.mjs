// How clips play where the browser knows playlists, and where it does not.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { Person } from '../support/api.mjs';
import { desktop, launch, open } from '../support/browser.mjs';
import { clip } from '../support/clips.mjs';
import { startServer, until } from '../support/server.mjs';

let server;
let browser;
let id;

before(async () => {
    server = await startServer();
    browser = await launch();
    const person = await new Person(server.url).join('Ada Lovelace');
    const answer = await person.upload(await clip({ seconds: 6, width: 720, height: 1280 }), { title: 'Three segments' });
    id = answer.body.data.id;
    assert.equal((await person.processed(id)).status, 'ready');
});
after(async () => {
    await browser?.close();
    await server?.stop();
});

/** A page whose browser lacks the given ways to play; what it fetches of media is noted. */
async function browserWithout({ playlists, mediaSource }) {
    const page = await open(browser, server.url, desktop);
    await page.addInitScript((without) => {
        const { canPlayType } = HTMLMediaElement.prototype;
        if (without.playlists)
            HTMLMediaElement.prototype.canPlayType = function (type) {
                return /mpegurl/i.test(type) ? '' : canPlayType.call(this, type);
            };
        if (without.mediaSource) {
            delete window.MediaSource;
            delete window.ManagedMediaSource;
        }
    }, { playlists, mediaSource });
    page.media = [];
    page.on('response', (answer) => {
        const { pathname } = new URL(answer.url());
        if (!pathname.startsWith('/media/') || !/\.(m3u8|mp4)$/.test(pathname)) return;
        page.media.push({ file: pathname.split('/').at(-1), status: answer.status(), by: answer.request().resourceType(), range: answer.request().headers().range });
    });
    return page;
}

const state = (page) => page.evaluate(() => {
    const video = document.querySelector('.slot video.painted');
    return video && { source: video.currentSrc, time: video.currentTime, duration: video.duration, height: video.videoHeight, error: video.error?.message };
});

/** It came past its first segment. */
const plays = (page) => until(async () => {
    const now = await state(page);
    return now && now.time > 3 ? now : null;
}, { what: 'the clip to come to its second segment' });

test('without playlists of its own, a browser plays by hls.js: playlists and segments are fetched by ranges', async () => {
    const page = await browserWithout({ playlists: true });
    await page.goto(`/v/${id}`);
    const now = await plays(page);
    assert.match(now.source, /^blob:/);
    assert.ok(Math.abs(now.duration - 6) < 0.2, `duration ${now.duration}`);
    const playlists = page.media.filter(({ file }) => file.endsWith('.m3u8'));
    assert.ok(playlists.some(({ file }) => file === 'master.m3u8') && playlists.length >= 2, JSON.stringify(page.media));
    for (const one of page.media) assert.match(one.by, /^(xhr|fetch)$/, JSON.stringify(one));
    const segments = page.media.filter(({ file }) => file.endsWith('.mp4'));
    assert.ok(segments.length >= 3, JSON.stringify(segments)); // The header and two segments at least.
    for (const one of segments) assert.ok(one.status === 206 && /^bytes=\d+-\d+$/.test(one.range), JSON.stringify(one));
    assert.deepEqual(page.complaints, []);
    await page.context().close();
});

test('without Media Source as well, it plays the plain file', async () => {
    const page = await browserWithout({ playlists: true, mediaSource: true });
    await page.goto(`/v/${id}`);
    const now = await plays(page);
    assert.match(now.source, /\/media\/.+\.mp4$/);
    assert.equal(page.media.filter(({ file }) => file.endsWith('.m3u8')).length, 0);
    assert.deepEqual(page.complaints, []);
    await page.context().close();
});

test('a playlist that is lost on the way is no dead clip: the plain file plays', async () => {
    const page = await browserWithout({ playlists: true });
    await page.route('**/master.m3u8', (route) => route.abort());
    await page.goto(`/v/${id}`);
    assert.match((await plays(page)).source, /\/media\/.+\.mp4$/);
    await page.context().close();
});
