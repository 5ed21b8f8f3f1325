// Private posts: every kind of file, every viewer, every route.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { after, before, test } from 'node:test';

import { Person } from '../support/api.mjs';
import { clip } from '../support/clips.mjs';
import { heldFetch } from '../support/contract.mjs';
import { startServer, until } from '../support/server.mjs';

const secret = 'the secret of this test, long enough';
let server;
let owner;
let other;
let guest;
let hidden;

before(async () => {
    server = await startServer({ env: { JWT_SECRET: secret } });
    owner = await new Person(server.url).join('Owner');
    other = await new Person(server.url).join('Other');
    guest = new Person(server.url);
    const answer = await owner.upload(await clip(), { title: 'mine', visibility: 'private' }, { query: '?wait=ready' });
    assert.equal(answer.status, 201, answer.text);
    hidden = answer.body.data;
    assert.equal(hidden.status, 'ready');
    assert.equal(hidden.visibility, 'private');
});
after(() => server?.stop());

/** Every file of a clip: what the answer names, and what its playlists lead to. */
async function filesOf(video) {
    const files = new Set([video.videoUrl, video.hlsUrl, video.thumbnail, ...video.renditions.map((one) => one.url)]);
    const master = await (await heldFetch(video.hlsUrl)).text();
    for (const [, name] of master.matchAll(/^(\S+\.m3u8)$/gm)) {
        const playlist = new URL(name, video.hlsUrl).href;
        files.add(playlist);
        for (const [, file] of (await (await heldFetch(playlist)).text()).matchAll(/URI="([^"]+)"/g))
            files.add(new URL(file, playlist).href);
    }
    return [...files];
}

/** /media/<asset>/<signature>/<version>/<file> in its parts. */
function parts(url) {
    const [, , asset, signature, version, file] = new URL(url).pathname.split('/');
    return { asset, signature, version, file };
}

const path = (...segments) => `${server.url}/media/${segments.join('/')}`;

function signatureFor(asset, end) {
    const key = createHmac('sha256', secret).update('media path').digest();
    const seconds = Math.floor(end).toString(16);
    return `${seconds}-${createHmac('sha256', key).update(`/media/${asset}/\n${seconds}`).digest('hex').slice(0, 32)}`;
}

test('its owner plays every file through one signature, also by ranges', async () => {
    const files = await filesOf(hidden);
    const kinds = new Set(files.map((url) => url.slice(url.lastIndexOf('.') + 1)));
    for (const kind of ['mp4', 'm3u8', 'jpg']) assert.ok(kinds.has(kind), `${kind} in ${[...kinds]}`);
    const signatures = new Set(files.map((url) => parts(url).signature));
    assert.equal(signatures.size, 1);
    for (const url of files) {
        const answer = await heldFetch(url);
        assert.equal(answer.status, 200, url);
        assert.match(answer.headers.get('cache-control'), /^private, max-age=\d+/, url);
        await answer.arrayBuffer();
    }
    await until(() => server.log().includes('[signature]'), { what: 'the lines of these requests' });
    assert.ok(!server.log().includes([...signatures][0]), 'a log is no key');
    const range = await heldFetch(hidden.videoUrl, { headers: { range: 'bytes=0-99' } });
    assert.equal(range.status, 206);
    assert.equal((await range.arrayBuffer()).byteLength, 100);
    const etag = range.headers.get('etag');
    assert.equal((await heldFetch(hidden.videoUrl, { headers: { 'if-none-match': etag } })).status, 304);
    assert.equal((await heldFetch(hidden.videoUrl, { headers: { range: 'bytes=999999999-' } })).status, 416);
    assert.equal((await heldFetch(hidden.videoUrl.replace(/[^/]+$/, 'none.mp4'))).status, 404);
});

test('without, with an old and with a foreign signature no file is to be had', async () => {
    const files = await filesOf(hidden);
    const now = Date.now() / 1000;
    for (const url of files) {
        const { asset, version, file: name } = parts(url);
        assert.equal((await heldFetch(path(asset, version, name))).status, 404, `unsigned ${name}`);
        assert.equal((await heldFetch(path(asset, version, name), { method: 'HEAD' })).status, 404, `unsigned HEAD ${name}`);
        for (const [what, signature] of [
            ['ended', signatureFor(asset, now - 61)],
            ['foreign', signatureFor('0190163d-8694-739b-aea5-966c26f8ad91', now + 3600)],
            ['made up', `${Math.floor(now + 3600).toString(16)}-${'0'.repeat(32)}`],
            ['cut', signatureFor(asset, now + 3600).slice(0, -1)],
        ]) {
            const answer = await heldFetch(path(asset, signature, version, name));
            assert.equal(answer.status, 403, `${what} ${name}`);
            assert.equal(answer.headers.get('cache-control'), 'no-store');
        }
        const late = await heldFetch(path(asset, signatureFor(asset, now - 30), version, name));
        assert.equal(late.status, 200, 'clocks may differ by a minute');
        await late.arrayBuffer();
    }
});

test('links stay the same for a while, so that what they name is fetched once', async () => {
    const again = (await owner.get(`/api/v1/video/${hidden.id}`)).body.data;
    const limit = parseInt(parts(again.videoUrl).signature, 16) - Date.now() / 1000;
    assert.ok(limit > 3500 && limit <= 7200, `${limit} s`);
    if (parts(again.videoUrl).signature === parts(hidden.videoUrl).signature)
        assert.equal(again.videoUrl, hidden.videoUrl);
});

test('every route knows of it for its owner only', async () => {
    const id = hidden.id;
    const rows = [
        ['GET', `/api/v1/video/${id}`], ['GET', `/api/v1/video/${id}/${owner.id}`], ['GET', `/api/v1/video/${id}/events`],
        ['POST', `/api/v1/video/${id}`], ['PUT', `/api/v1/video/${id}/like`], ['DELETE', `/api/v1/video/${id}/like`],
        ['PATCH', `/api/v1/video/${id}`, { title: 'stolen' }], ['DELETE', `/api/v1/video/${id}`],
    ];
    for (const [method, route, json] of rows) {
        const stranger = await other.request(method, route, { json });
        assert.equal(stranger.status, 404, `other ${method} ${route}: ${stranger.text}`);
        const nobody = await guest.request(method, route, { json });
        assert.ok([401, 404].includes(nobody.status), `guest ${method} ${route}: ${nobody.status}`);
        assert.ok(!nobody.text.includes('mine') && !stranger.text.includes('mine'));
    }
    for (const route of ['/api/v1/video?limit=50', '/api/v1/video?page=1&limit=50', `/api/v1/user/${owner.id}/videos`])
        for (const person of [other, guest]) {
            const list = await person.get(route);
            assert.ok(!list.text.includes(id), `${route} shows it`);
        }
    assert.equal((await owner.get(`/api/v1/video/${id}`)).status, 200);
    assert.ok((await owner.get(`/api/v1/user/${owner.id}/videos`)).text.includes(id));
    assert.ok(!(await owner.get('/api/v1/video?limit=50')).text.includes(id), 'it is in no public list, not even in mine');
});

test('its owner likes and changes it as any other', async () => {
    assert.equal((await owner.post(`/api/v1/video/${hidden.id}`)).body.data.isLiked, true);
    assert.equal((await owner.get(`/api/v1/video/${hidden.id}`)).body.data.isLiked, true);
    assert.equal((await owner.request('PATCH', `/api/v1/video/${hidden.id}`, { json: { title: 'mine still' } })).status, 200);
    assert.equal((await owner.request('PATCH', `/api/v1/video/${hidden.id}`, { json: { visibility: 'secret' } })).status, 400);
});

test('a public post made private is so at once, and back', async () => {
    const video = (await owner.upload(await clip(), { title: 'for all' }, { query: '?wait=ready' })).body.data;
    const unsigned = video.videoUrl;
    assert.equal(new URL(unsigned).pathname.split('/').length, 5, 'a public link carries no signature');
    const fetched = await heldFetch(unsigned);
    assert.equal(fetched.status, 200);
    assert.match(fetched.headers.get('cache-control'), /^public/);
    await fetched.arrayBuffer();
    assert.equal((await guest.get(`/api/v1/video/${video.id}`)).status, 200);
    assert.ok((await guest.get('/api/v1/video?limit=50')).text.includes(video.id));

    const change = (visibility) => owner.request('PATCH', `/api/v1/video/${video.id}`, { json: { visibility } });
    const changed = await change('private');
    assert.equal(changed.status, 200);
    assert.equal((await heldFetch(unsigned)).status, 404);
    assert.equal((await guest.get(`/api/v1/video/${video.id}`)).status, 404);
    assert.ok(!(await guest.get('/api/v1/video?limit=50')).text.includes(video.id));
    const own = await heldFetch(changed.body.data.videoUrl);
    assert.equal(own.status, 200);
    await own.arrayBuffer();

    await change('unlisted');
    const open = await heldFetch(unsigned);
    assert.equal(open.status, 200);
    await open.arrayBuffer();
    assert.equal((await guest.get(`/api/v1/video/${video.id}`)).status, 200);
});

test('a deleted private post is gone for who kept a link', async () => {
    // Bytes of its own: those of a public clip would stay, for that clip.
    const file = await clip({ seconds: 3 });
    const video = (await owner.upload(file, { title: 'gone', visibility: 'private' }, { query: '?wait=ready' })).body.data;
    const seen = await heldFetch(video.videoUrl);
    assert.equal(seen.status, 200);
    await seen.arrayBuffer();
    assert.equal((await owner.delete(`/api/v1/video/${video.id}`)).status, 200);
    await until(async () => {
        const answer = await heldFetch(video.videoUrl);
        await answer.arrayBuffer();
        return answer.status === 404;
    }, { what: 'its files to go' });
});
