import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { Person } from '../support/api.mjs';
import { clip } from '../support/clips.mjs';
import { heldFetch as fetch } from '../support/contract.mjs';
import { startServer, until } from '../support/server.mjs';

let server;
let ada;
let bob;
let videos;

before(async () => {
    server = await startServer();
    ada = await new Person(server.url).join('Ada Lovelace');
    bob = await new Person(server.url).join('Bob');
    const file = await clip();
    videos = [];
    for (const title of ['first', 'second', 'third'])
        videos.push((await ada.upload(file, { title, description: `the ${title}` }, { query: '?wait=ready' })).body.data);
});
after(() => server?.stop());

const guest = () => new Person(server.url);

test('an uploaded clip is ready with everything the contract names', () => {
    const [video] = videos;
    assert.equal(video.status, 'ready', JSON.stringify(video));
    for (const field of ['id', 'videoUrl', 'hlsUrl', 'title', 'description', 'thumbnail', 'placeholder', 'uploaderId',
        'uploader', 'viewCount', 'likeCount', 'commentCount', 'visibility', 'tags', 'duration', 'width', 'height',
        'createdAt', 'updatedAt', 'metadata']) assert.ok(field in video, field);
    assert.ok('previewUrl' in video);
    assert.match(video.videoUrl, /^http:\/\/.*\.mp4$/);
    assert.match(video.hlsUrl, /^http:\/\/.*\.m3u8$/);
    assert.equal(video.width, 360);
    assert.equal(video.height, 640);
    assert.ok(Math.abs(video.duration - 2) < 0.1, `duration ${video.duration}`);
    assert.equal(video.uploader.name, 'Ada Lovelace');
    assert.ok(!JSON.stringify(video).includes('@'), 'an e-mail address in a public answer');
    assert.ok(Array.isArray(video.metadata.streams));
});

test('the feed lists newest first, with the original envelope', async () => {
    const answer = await guest().get('/api/v1/video?page=1&limit=2');
    assert.equal(answer.status, 200);
    assert.equal(answer.body.message, 'Video retrieved successfully');
    const { meta, data } = answer.body.data;
    assert.equal(meta.page, 1);
    assert.equal(meta.limit, 2);
    assert.equal(meta.total, 3);
    assert.deepEqual(data.map((video) => video.title), ['third', 'second']);
    const second = await guest().get('/api/v1/video?page=2&limit=2');
    assert.deepEqual(second.body.data.data.map((video) => video.title), ['first']);
    const beyond = await guest().get('/api/v1/video?page=9&limit=2');
    assert.deepEqual(beyond.body.data.data, []);
});

test('cursors walk the whole feed once', async () => {
    const seen = [];
    let path = '/api/v1/video?sort=latest&limit=1';
    for (let i = 0; i < 10 && path; ++i) {
        const answer = await guest().get(path);
        assert.equal(answer.status, 200, answer.text);
        const { meta, data } = answer.body.data;
        seen.push(...data.map((video) => video.title));
        path = meta.nextCursor ? `/api/v1/video?limit=1&cursor=${encodeURIComponent(meta.nextCursor)}` : null;
    }
    assert.deepEqual(seen, ['third', 'second', 'first']);
});

for (const query of ['page=0', 'page=-1', 'page=x', 'page=1.5', 'page=99999999999999999999', 'limit=0', 'limit=51',
    'limit=-5', 'limit=abc', 'cursor=%00', 'cursor=..%2f..', 'cursor=AAAA', 'sort=password']) {
    test(`a list with ${query} is 400`, async () => {
        const answer = await guest().get(`/api/v1/video?${query}`);
        assert.equal(answer.status, 400, answer.text);
        assert.equal(answer.body.message, 'Validation Error');
        assert.equal(answer.body.errorMessages[0].path, query.split('=')[0]);
    });
}

test('a page is sent compressed, with a strong ETag, and is 304 when unchanged', async () => {
    const plain = await guest().get('/api/v1/video?limit=10', { headers: { 'accept-encoding': 'identity' } });
    const etag = plain.headers.get('etag');
    assert.match(etag, /^"[^"]+"$/);
    for (const encoding of ['br', 'gzip']) {
        const answer = await guest().get('/api/v1/video?limit=10', { headers: { 'accept-encoding': encoding } });
        assert.equal(answer.headers.get('content-encoding'), encoding);
        assert.match(answer.headers.get('vary'), /accept-encoding/i);
        assert.deepEqual(answer.body, plain.body);
        const again = await guest().get('/api/v1/video?limit=10', {
            headers: { 'accept-encoding': encoding, 'if-none-match': answer.headers.get('etag') },
        });
        assert.equal(again.status, 304);
        assert.equal(again.text, '');
    }
});

test('a clip knows its neighbours in time', async () => {
    const middle = (await guest().get(`/api/v1/video/${videos[1].id}`)).body.data;
    assert.deepEqual(new Set([middle.prevVideoId, middle.nextVideoId]), new Set([videos[0].id, videos[2].id]));
});

for (const id of ['x', '0190163d-8694-739b-aea5-966c26f8ad91', "1'%20OR%20'1'='1", '%00', '%F0%9F%98%80', 'a'.repeat(500)]) {
    test(`the unknown clip ${id.slice(0, 40)} is a clean 4xx`, async () => {
        for (const answer of [
            await guest().get(`/api/v1/video/${id}`),
            await bob.post(`/api/v1/video/${id}`),
            await bob.put(`/api/v1/video/${id}/like`),
            await bob.delete(`/api/v1/video/${id}`),
        ]) {
            assert.ok([400, 404].includes(answer.status), `${answer.status} ${answer.text}`);
            assert.equal(answer.body.success, false);
        }
    });
}

test('a like toggles and is seen by everyone', async () => {
    const id = videos[0].id;
    const liked = await bob.post(`/api/v1/video/${id}`);
    assert.equal(liked.status, 200);
    assert.equal(liked.body.message, 'You have liked the video');
    assert.deepEqual(liked.body.data, { videoId: id, likeCount: 1, isLiked: true });
    assert.equal((await bob.get(`/api/v1/video/${id}`)).body.data.isLiked, true);
    assert.equal((await ada.get(`/api/v1/video/${id}`)).body.data.isLiked, false);
    assert.equal((await guest().get(`/api/v1/video/${id}`)).body.data.isLiked, false);
    assert.equal((await guest().get(`/api/v1/video/${id}/${bob.id}`)).body.data.isLiked, true);
    assert.equal((await guest().get(`/api/v1/video/${id}`)).body.data.likeCount, 1);
    const feed = (await guest().get('/api/v1/video')).body.data.data;
    assert.equal(feed.find((video) => video.id === id).likeCount, 1);
    const unliked = await bob.post(`/api/v1/video/${id}`);
    assert.equal(unliked.body.message, 'You have unliked the video');
    assert.deepEqual(unliked.body.data, { videoId: id, likeCount: 0, isLiked: false });
    assert.equal((await guest().post(`/api/v1/video/${id}`)).status, 401);
});

test('PUT and DELETE of a like are idempotent', async () => {
    const id = videos[0].id;
    for (let i = 0; i < 3; ++i) assert.equal((await bob.put(`/api/v1/video/${id}/like`)).body.data.likeCount, 1);
    for (let i = 0; i < 3; ++i) assert.equal((await bob.delete(`/api/v1/video/${id}/like`)).body.data.likeCount, 0);
});

test('32 likes at once leave the count equal to the people', async () => {
    const id = videos[1].id;
    const people = [];
    for (let i = 0; i < 8; ++i) people.push(await new Person(server.url).join(`Person ${i}`));
    const answers = await Promise.all(people.flatMap((one) => Array.from({ length: 4 }, () => one.put(`/api/v1/video/${id}/like`))));
    assert.ok(answers.every((answer) => answer.status === 200));
    assert.equal((await guest().get(`/api/v1/video/${id}`)).body.data.likeCount, 8);
    const toggles = await Promise.all(people.map((one) => one.post(`/api/v1/video/${id}`)));
    assert.ok(toggles.every((answer) => answer.status === 200));
    assert.equal((await guest().get(`/api/v1/video/${id}`)).body.data.likeCount, 0);
});

test('a view counts once per viewer and is visible within 5 s', async () => {
    const id = videos[2].id;
    const start = (await ada.get(`/api/v1/video/${id}`)).body.data.viewCount;
    const settled = async () => (await ada.get(`/api/v1/video/${id}`)).body.data.viewCount;
    await until(async () => (await settled()) >= 1, { ms: 5000, what: 'the first view' });
    const viewers = await Promise.all(Array.from({ length: 20 }, () => new Person(server.url)));
    await Promise.all(viewers.map((one) => one.get(`/api/v1/video/${id}`, { headers: { 'user-agent': `viewer ${Math.random()}` } })));
    await Promise.all(viewers.map((one) => one.get(`/api/v1/video/${id}`)));
    await until(async () => (await settled()) >= 21, { ms: 5000, what: '20 more views' });
    assert.equal(await settled(), Math.max(start, 1) + 20);
});

test('progress is told as server-sent events until the clip is ready', async () => {
    const file = await clip({ seconds: 4 });
    const uploaded = await ada.upload(file, { title: 'watched' });
    assert.equal(uploaded.status, 201);
    const answer = await fetch(`${server.url}/api/v1/video/${uploaded.body.data.id}/events`, {
        headers: { authorization: `Bearer ${ada.token}` },
    });
    assert.equal(answer.status, 200);
    assert.match(answer.headers.get('content-type'), /^text\/event-stream/);
    const text = await answer.text();  // ends by itself
    const events = [...text.matchAll(/event: (\w+)\ndata: (.*)\n/g)].map((match) => [match[1], JSON.parse(match[2])]);
    assert.ok(events.length >= 1, text);
    const [kind, last] = events.at(-1);
    assert.equal(kind, 'status');
    assert.equal(last.status, 'ready');
    const progress = events.map(([, data]) => data.progress).filter((value) => value !== undefined);
    assert.deepEqual(progress, [...progress].sort((a, b) => a - b));
    assert.ok(progress.every((value) => value >= 0 && value <= 100));
});

test('the owner sees what a clip waits for', async () => {
    const idle = await startServer({ env: { WORKERS: '0' } });
    try {
        const cora = await new Person(idle.url).join('Cora');
        const first = await cora.upload(await clip(), { title: 'first' });
        const second = await cora.upload(await clip({ width: 180, height: 320 }), { title: 'second' });
        const { processing } = (await cora.get(`/api/v1/video/${second.body.data.id}`)).body.data;
        assert.equal(processing.stage, 'waiting');
        assert.equal(processing.ahead, 1);
        assert.equal(processing.reason, 'Other clips come first.');
        assert.ok(Math.abs(Date.parse(processing.waitingSince) - Date.now()) < 60_000, processing.waitingSince);
        assert.equal(processing.progress, 0);
        assert.equal((await cora.get(`/api/v1/video/${first.body.data.id}`)).body.data.processing.ahead, 0);
        const answer = await globalThis.fetch(`${idle.url}/api/v1/video/${second.body.data.id}/events`, { headers: { authorization: `Bearer ${cora.token}` } });
        const reader = answer.body.getReader();
        assert.match(Buffer.from((await reader.read()).value).toString(), /event: processing\ndata: \{"stage":"waiting","reason":"Other clips come first\."/);
        await reader.cancel();
    } finally {
        await idle.stop();
    }
});

test('only the owner changes and deletes, and a deleted clip is gone at once', async () => {
    const file = await clip();
    const { id } = (await ada.upload(file, { title: 'to be deleted' }, { query: '?wait=ready' })).body.data;
    assert.ok([403, 404].includes((await bob.delete(`/api/v1/video/${id}`)).status));
    assert.equal((await guest().delete(`/api/v1/video/${id}`)).status, 401);
    const patched = await ada.request('PATCH', `/api/v1/video/${id}`, { json: { title: 'renamed' } });
    assert.equal(patched.status, 200, patched.text);
    assert.equal((await bob.request('PATCH', `/api/v1/video/${id}`, { json: { title: 'mine now' } })).status, 403);
    const unknown = await ada.request('PATCH', '/api/v1/video/01890000-0000-7000-8000-000000000000', { json: { title: 'nothing' } });
    assert.equal(unknown.status, 404);
    assert.equal((await guest().get(`/api/v1/video/${id}`)).body.data.title, 'renamed');
    assert.equal((await ada.delete(`/api/v1/video/${id}`)).status, 200);
    assert.equal((await guest().get(`/api/v1/video/${id}`)).status, 404);
    const feed = (await guest().get('/api/v1/video')).body.data.data;
    assert.ok(!feed.some((video) => video.id === id));
});

test('an unlisted clip is not in the feed but plays for those who have the link', async () => {
    const file = await clip();
    const { id } = (await ada.upload(file, { title: 'a secret', visibility: 'unlisted' }, { query: '?wait=ready' })).body.data;
    assert.equal((await guest().get(`/api/v1/video/${id}`)).status, 200);
    const feed = (await guest().get('/api/v1/video?limit=50')).body.data.data;
    assert.ok(!feed.some((video) => video.id === id));
});

test('the clips of one user are listed to everybody, those that are not public to their owner only', async () => {
    const carol = await new Person(server.url).join('Carol');
    const file = await clip();
    for (const data of [{ title: 'one' }, { title: 'two' }, { title: 'hidden', visibility: 'unlisted' }])
        assert.equal((await carol.upload(file, data, { query: '?wait=ready' })).status, 201);
    const titles = (answer) => answer.body.data.data.map((video) => video.title);
    assert.deepEqual(titles(await guest().get(`/api/v1/user/${carol.id}/videos`)), ['two', 'one']);
    assert.deepEqual(titles(await carol.get('/api/v1/user/me/videos')), ['hidden', 'two', 'one']);
    const first = await guest().get(`/api/v1/user/${carol.id}/videos?limit=1`);
    const rest = await guest().get(`/api/v1/user/${carol.id}/videos?cursor=${first.body.data.meta.nextCursor}`);
    assert.deepEqual(titles(rest), ['one']);
    assert.equal((await guest().get(`/api/v1/user/${carol.id}/videos?limit=0`)).status, 400);
    const again = { headers: { 'if-none-match': first.headers.get('etag') } };
    assert.equal((await guest().get(`/api/v1/user/${carol.id}/videos?limit=1`, again)).status, 304);
});

test('the page of a clip is 304 for who has it already', async () => {
    const { id } = videos[0];
    for (const path of [`/api/v1/video/${id}`, `/api/v1/video/${id}/undefined`]) {
        const first = await bob.get(path);
        assert.equal((await bob.get(path, { headers: { 'if-none-match': first.headers.get('etag') } })).status, 304);
    }
});
