import assert from 'node:assert/strict';
import { request } from 'node:http';
import { connect } from 'node:net';
import { after, before, test } from 'node:test';

import { Person } from '../support/api.mjs';
import { clip } from '../support/clips.mjs';
import { heldFetch as fetch } from '../support/contract.mjs';
import { startServer } from '../support/server.mjs';

let server;
let video;
let whole;
let media;

before(async () => {
    server = await startServer();
    const ada = await new Person(server.url).join();
    video = (await ada.upload(await clip(), { title: 'clip' }, { query: '?wait=ready' })).body.data;
    media = new URL(video.videoUrl).pathname;
    whole = Buffer.from(await (await fetch(server.url + media)).arrayBuffer());
});
after(() => server?.stop());

const get = (path, headers = {}, method = 'GET') => fetch(server.url + path, { headers, method });
const bytes = async (answer) => Buffer.from(await answer.arrayBuffer());

test('a rendition is whole, immutable and typed', async () => {
    const answer = await get(media);
    assert.equal(answer.status, 200);
    assert.equal(answer.headers.get('content-type'), 'video/mp4');
    assert.equal(Number(answer.headers.get('content-length')), whole.length);
    assert.equal(answer.headers.get('accept-ranges'), 'bytes');
    assert.match(answer.headers.get('cache-control'), /immutable/);
    assert.equal(answer.headers.get('x-content-type-options'), 'nosniff');
    assert.match(answer.headers.get('content-security-policy'), /default-src 'none'/);
    assert.equal(whole.subarray(4, 8).toString(), 'ftyp');
    assert.ok(whole.indexOf('moov') < 4096, 'the index is in front');
});

for (const [range, from, to] of [['bytes=0-99', 0, 100], ['bytes=100-199', 100, 200], ['bytes=-50', -50, undefined], ['bytes=1000-', 1000, undefined], ['bytes=0-999999999', 0, undefined]]) {
    test(`range ${range}`, async () => {
        const answer = await get(media, { range });
        assert.equal(answer.status, 206);
        const expected = whole.subarray(from, to);
        assert.deepEqual(await bytes(answer), expected);
        const start = from < 0 ? whole.length + from : from;
        assert.equal(answer.headers.get('content-range'), `bytes ${start}-${start + expected.length - 1}/${whole.length}`);
    });
}

test('a range that cannot be is 416; several or broken ones are ignored', async () => {
    const beyond = await get(media, { range: `bytes=${whole.length}-` });
    assert.equal(beyond.status, 416);
    assert.equal(beyond.headers.get('content-range'), `bytes */${whole.length}`);
    for (const range of ['bytes=0-1,5-6', `bytes=${'0-,'.repeat(2000)}0-`.slice(0, 4000), 'bytes=abc', 'lines=0-5', 'bytes=5-1'])
        assert.equal((await get(media, { range })).status, 200, range.slice(0, 20));
});

test('If-Range and If-None-Match', async () => {
    const etag = (await get(media, {}, 'HEAD')).headers.get('etag');
    assert.equal((await get(media, { range: 'bytes=0-9', 'if-range': etag })).status, 206);
    assert.equal((await get(media, { range: 'bytes=0-9', 'if-range': '"other"' })).status, 200);
    assert.equal((await get(media, { 'if-none-match': etag })).status, 304);
    assert.equal((await get(media, { 'if-none-match': '"other"' })).status, 200);
});

test('HEAD has the headers and no body', async () => {
    const answer = await get(media, {}, 'HEAD');
    assert.equal(answer.status, 200);
    assert.equal(Number(answer.headers.get('content-length')), whole.length);
    assert.equal((await bytes(answer)).length, 0);
});

test('the playlists name every attribute and add up to the file', async () => {
    const master = await (await fetch(video.hlsUrl)).text();
    assert.match(master, /^#EXTM3U\n/);
    assert.match(master, /#EXT-X-INDEPENDENT-SEGMENTS/);
    const variants = [...master.matchAll(/#EXT-X-STREAM-INF:(.*)\n(.*)\n/g)];
    assert.ok(variants.length >= 1);
    for (const [, attributes, uri] of variants) {
        for (const name of ['BANDWIDTH=', 'AVERAGE-BANDWIDTH=', 'CODECS="avc1.', 'RESOLUTION=', 'FRAME-RATE='])
            assert.ok(attributes.includes(name), `${name} in ${attributes}`);
        const playlistUrl = new URL(uri, video.hlsUrl);
        const playlist = await (await fetch(playlistUrl)).text();
        assert.match(playlist, /#EXT-X-MAP:URI="[^"]+",BYTERANGE="\d+@0"/);
        assert.match(playlist, /#EXT-X-ENDLIST/);
        const file = new URL(playlist.match(/#EXT-X-MAP:URI="([^"]+)"/)[1], playlistUrl);
        const size = Number((await fetch(file, { method: 'HEAD' })).headers.get('content-length'));
        let end = 0;
        for (const [, length, offset] of playlist.matchAll(/#EXT-X-BYTERANGE:(\d+)@(\d+)/g)) {
            assert.ok(Number(offset) >= end);
            end = Number(offset) + Number(length);
            const head = await bytes(await fetch(file, { headers: { range: `bytes=${offset}-${Number(offset) + 7}` } }));
            assert.ok(['moof', 'styp', 'sidx'].includes(head.subarray(4, 8).toString()));
        }
        assert.equal(end, size);
        const durations = [...playlist.matchAll(/#EXTINF:([\d.]+)/g)].map((match) => Number(match[1]));
        assert.ok(Math.abs(durations.reduce((a, b) => a + b, 0) - video.duration) < 0.15);
    }
});

test('the poster is a JPEG in the aspect of the clip', async () => {
    const answer = await fetch(video.thumbnail);
    assert.equal(answer.headers.get('content-type'), 'image/jpeg');
    const picture = await bytes(answer);
    assert.equal(picture.readUInt16BE(0), 0xffd8);
});

/** Sends a target as it is: fetch would tidy it. */
function raw(target) {
    return new Promise((done, failed) => {
        const sent = request({ host: '127.0.0.1', port: server.port, path: target }, (answer) => {
            answer.resume();
            answer.on('end', () => done(answer.statusCode));
        });
        sent.on('error', failed).end();
    });
}

test('no path leads out of the media folder', async () => {
    const folder = media.slice(0, media.lastIndexOf('/'));
    for (const target of [
        '/media/../reelshare.db', '/media/%2e%2e/reelshare.db', `${folder}/../../../reelshare.db`, `${folder}/..%2f..%2fx.mp4`,
        `${folder}/%2e%2e%2f540.mp4`, `${folder}/x%00.mp4`, `${folder}/..\\x.mp4`, '/media//etc/passwd', '/media/x/y/z.mp4',
        `${folder}/reelshare.db`, `${folder}/.mp4`, `${folder}/`, folder, '/../../etc/passwd', '/assets/../../etc/passwd',
    ]) {
        const status = await raw(target);
        assert.ok([400, 404].includes(status), `${target}: ${status}`);
    }
});

test('the web client is served compressed, immutable where hashed, for any page', async () => {
    const page = await get('/', { 'accept-encoding': 'br' });
    assert.equal(page.status, 200);
    assert.match(page.headers.get('content-type'), /text\/html/);
    assert.match(page.headers.get('content-security-policy'), /default-src 'self'/);
    assert.match(page.headers.get('content-security-policy'), /frame-ancestors 'none'/);
    assert.ok(!/unsafe/.test(page.headers.get('content-security-policy').replace(/style-src[^;]*/, '')));
    const html = await page.text();
    const script = html.match(/src="(\/assets\/[^"]+\.js)"/)[1];
    const asset = await get(script, { 'accept-encoding': 'br' });
    assert.equal(asset.headers.get('content-encoding'), 'br');
    assert.match(asset.headers.get('cache-control'), /immutable/);
    assert.equal((await get(`/v/${video.id}`)).status, 200);
    assert.equal((await get('/assets/none.js')).status, 404);
});

test('100 pipelined requests are answered in order', async () => {
    const socket = connect(server.port, '127.0.0.1');
    let text = '';
    socket.setEncoding('latin1').on('data', (piece) => (text += piece));
    for (let i = 0; i < 100; ++i)
        socket.write(`GET /healthz HTTP/1.1\r\nHost: x\r\nX-Request-Id: pipe-${i}\r\n${i === 99 ? 'Connection: close\r\n' : ''}\r\n`);
    await new Promise((done) => socket.once('end', done));
    const ids = [...text.matchAll(/x-request-id: (pipe-\d+)/gi)].map((match) => match[1]);
    assert.deepEqual(ids, Array.from({ length: 100 }, (_, i) => `pipe-${i}`));
});

test('metrics are for loopback; a forwarded stranger gets nothing', async () => {
    const page = await (await get('/metrics')).text();
    for (const name of ['reelshare_http_request_duration_seconds', 'process_resident_memory_bytes'])
        assert.ok(page.includes(name), name);
    const behind = await startServer({ env: { TRUSTED_PROXIES: '127.0.0.1' } });
    try {
        const answer = await fetch(`${behind.url}/metrics`, { headers: { 'x-forwarded-for': '203.0.113.9' } });
        assert.equal(answer.status, 404);
    } finally {
        await behind.stop();
    }
});
