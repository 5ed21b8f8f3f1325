// Views, watch time and what an owner learns of them.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { Person } from '../support/api.mjs';
import { clip } from '../support/clips.mjs';
import { startServer, until } from '../support/server.mjs';

let server;
let ada;
let bob;
let id;

before(async () => {
    server = await startServer();
    ada = await new Person(server.url).join('Ada Lovelace');
    bob = await new Person(server.url).join('Bob');
    id = (await ada.upload(await clip(), { title: 'watched' }, { query: '?wait=ready' })).body.data.id;
});
after(() => server?.stop());

const guest = () => new Person(server.url);
const report = async (video = id) => (await ada.get(`/api/v1/statistics/video/${video}`)).body.data;
const tell = (person, json, video = id) => person.post(`/api/v1/video/${video}/view`, { json });

test('a player tells how long it was watched, its owner learns of it', async () => {
    const viewers = Array.from({ length: 10 }, guest);
    for (const viewer of viewers) {
        const first = await viewer.get(`/api/v1/video/${id}`, { headers: { 'user-agent': `viewer ${Math.random()}` } });
        assert.equal(first.status, 200);
        const told = await tell(viewer, { watchedMs: 1000 });
        assert.equal(told.status, 202, told.text);
    }
    for (const viewer of viewers.slice(0, 4)) await tell(viewer, { watchedMs: 2000, completed: true });
    await tell(viewers[0], { watchedMs: 500 });
    await until(async () => (await report()).watchedMs >= 14_000, { ms: 5000, what: 'watch time' });
    const statistics = await report();
    assert.equal(statistics.videoId, id);
    assert.equal(statistics.views, 10);
    assert.equal(statistics.watches, 10);
    assert.equal(statistics.watchedMs, 4 * 2000 + 6 * 1000);
    assert.equal(statistics.averageWatchedMs, 1400);
    assert.equal(statistics.completionRate, 0.4);
    assert.equal(statistics.retention.length, 21);
    assert.deepEqual(statistics.retention[0], { at: 0, share: 1 });
    assert.deepEqual(statistics.retention.at(-1), { at: 1, share: 0.4 });
    const shares = statistics.retention.map((point) => point.share);
    assert.deepEqual(shares, [...shares].sort((a, b) => b - a));
    assert.equal(statistics.viewsPerDay.length, 1);
    assert.match(statistics.viewsPerDay[0].day, /^\d{4}-\d\d-\d\d$/);
    assert.equal(statistics.viewsPerDay[0].views, 10);
});

test('a signal alone is a view too, and names the guest', async () => {
    const { id: other } = (await ada.upload(await clip(), { title: 'second' }, { query: '?wait=ready' })).body.data;
    const viewer = guest();
    await tell(viewer, { watchedMs: 100 }, other);
    assert.match(viewer.cookies.get('rs_guest'), /^[\w-]{22}\.[0-9a-f]{32}$/);
    for (let i = 0; i < 5; ++i) await tell(viewer, { watchedMs: 100 + i }, other);
    await until(async () => (await report(other)).watchedMs === 104, { ms: 5000, what: 'watch time' });
    assert.equal((await report(other)).views, 1);
});

test('100 viewers at 32 at once are 100 views', async () => {
    const { id: other } = (await ada.upload(await clip(), { title: 'crowd' }, { query: '?wait=ready' })).body.data;
    const viewers = Array.from({ length: 100 }, guest);
    const work = viewers.map((viewer, n) => async () => {
        for (let time = 0; time < 3; ++time) {
            const answer = await viewer.get(`/api/v1/video/${other}`, { headers: { 'user-agent': `crowd ${n}` } });
            assert.equal(answer.status, 200);
        }
    });
    await Promise.all(Array.from({ length: 32 }, async () => {
        for (let next = work.shift(); next; next = work.shift()) await next();
    }));
    await until(async () => (await report(other)).views >= 100, { ms: 5000, what: '100 views' });
    assert.equal((await report(other)).views, 100);
});

for (const [what, json, path] of [
    ['no time', {}, 'watchedMs'],
    ['a null time', { watchedMs: null }, 'watchedMs'],
    ['a text', { watchedMs: '100' }, 'watchedMs'],
    ['a negative time', { watchedMs: -1 }, 'watchedMs'],
    ['two days', { watchedMs: 172_800_000 }, 'watchedMs'],
    ['a completed that is none', { watchedMs: 1, completed: 'yes' }, 'completed'],
    ['an unknown field', { watchedMs: 1, views: 1_000_000 }, 'views'],
]) {
    test(`a signal with ${what} is 400`, async () => {
        const answer = await tell(guest(), json);
        assert.equal(answer.status, 400, answer.text);
        assert.ok(answer.body.errorMessages.some((one) => one.path === path), answer.text);
    });
}

test('a signal for a clip that is not there is 404, and one that is no JSON is refused', async () => {
    for (const unknown of ['x', '0190163d-8694-739b-aea5-966c26f8ad91'])
        assert.equal((await tell(guest(), { watchedMs: 1 }, unknown)).status, 404);
    const rubbish = await guest().post(`/api/v1/video/${id}/view`, { body: '{', headers: { 'content-type': 'application/json' } });
    assert.equal(rubbish.status, 400);
});

test('statistics of a clip are its owner\'s alone', async () => {
    assert.equal((await guest().get(`/api/v1/statistics/video/${id}`)).status, 401);
    assert.equal((await bob.get(`/api/v1/statistics/video/${id}`)).status, 403);
    for (const unknown of ['x', '0190163d-8694-739b-aea5-966c26f8ad91'])
        assert.equal((await ada.get(`/api/v1/statistics/video/${unknown}`)).status, 404);
});

test('a guest cookie that is not ours is replaced', async () => {
    const forger = guest();
    forger.cookies.set('rs_guest', `${'A'.repeat(22)}.${'0'.repeat(32)}`);
    await forger.get(`/api/v1/video/${id}`);
    assert.notEqual(forger.cookies.get('rs_guest'), `${'A'.repeat(22)}.${'0'.repeat(32)}`);
});

test('an item says what a client needs to start fast', async () => {
    const video = (await guest().get(`/api/v1/video/${id}`)).body.data;
    assert.match(video.placeholder, /^#[0-9a-f]{6}$/);
    assert.ok(video.renditions.length >= 1);
    for (const rendition of video.renditions) {
        assert.ok(rendition.width > 0 && rendition.height > 0 && rendition.size > 0);
        assert.ok(rendition.startBytes > 0 && rendition.startBytes <= rendition.size, JSON.stringify(rendition));
        const start = await fetch(rendition.url, { headers: { range: `bytes=0-${rendition.startBytes - 1}` } });
        const bytes = Buffer.from(await start.arrayBuffer());
        assert.equal(bytes.toString('latin1', 4, 8), 'ftyp');
        // Whole boxes: what follows begins with the next fragment or the end of the file.
        let at = 0;
        while (at < bytes.length) at += bytes.readUInt32BE(at);
        assert.equal(at, bytes.length);
    }
});

test('trending is a list of its own, by cursor', async () => {
    const { data: latest } = (await guest().get('/api/v1/video?sort=latest')).body.data;
    const oldest = latest.at(-1);
    await bob.put(`/api/v1/video/${oldest.id}/like`);
    const seen = [];
    let path = '/api/v1/video?sort=trending&limit=1';
    while (path) {
        const answer = await guest().get(path);
        assert.equal(answer.status, 200, answer.text);
        const { meta, data } = answer.body.data;
        seen.push(...data.map((one) => one.id));
        path = meta.nextCursor && `/api/v1/video?sort=trending&limit=1&cursor=${encodeURIComponent(meta.nextCursor)}`;
    }
    assert.deepEqual(new Set(seen), new Set(latest.map((one) => one.id)));
    assert.equal(seen.length, latest.length);
});
