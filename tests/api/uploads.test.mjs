import assert from 'node:assert/strict';
import { readFile, readdir, stat } from 'node:fs/promises';
import { connect } from 'node:net';
import path from 'node:path';
import { after, before, test } from 'node:test';

import { Person } from '../support/api.mjs';
import { clip } from '../support/clips.mjs';
import { heldFetch as fetch } from '../support/contract.mjs';
import { startServer, until } from '../support/server.mjs';

let server;
let ada;
const bytes = await readFile(await clip());

before(async () => {
    server = await startServer({ env: { MAX_UPLOAD_MB: '4' } });
    ada = await new Person(server.url).join();
});
after(() => server?.stop());

const boundary = 'x-boundary-0123456789';
const part = (name, body, extra = '') => Buffer.concat([
    Buffer.from(`--${boundary}\r\nContent-Disposition: form-data; name="${name}"${extra}\r\n\r\n`), Buffer.from(body), Buffer.from('\r\n'),
]);
const file = (body = bytes, filename = 'clip.mp4') => part('reelVideo', body, `; filename="${filename}"\r\nContent-Type: video/mp4`);
const data = (fields = { title: 'A clip' }) => part('data', typeof fields === 'string' ? fields : JSON.stringify(fields));
const end = Buffer.from(`--${boundary}--\r\n`);
const type = `multipart/form-data; boundary=${boundary}`;
const send = (pieces, { contentType = type, query = '?wait=none', token } = {}) => ada.post(`/api/v1/video/upload${query}`, {
    body: Buffer.concat(pieces), headers: { 'content-type': contentType }, ...(token !== undefined ? { token } : {}),
});

/** Every stored file: nothing may be left behind by a refused upload. */
async function stored() {
    const found = [];
    for (const folder of ['media', 'sources', 'objects', 'tmp']) {
        const entries = await readdir(path.join(server.dataDir, folder), { recursive: true, withFileTypes: true }).catch(() => []);
        for (const entry of entries) if (entry.isFile()) found.push(path.join(entry.path ?? entry.parentPath, entry.name));
    }
    return found.sort();
}

test('data and file are taken in either order', async () => {
    for (const pieces of [[data(), file(), end], [file(), data(), end]]) {
        const answer = await send(pieces);
        assert.equal(answer.status, 201, answer.text);
        assert.equal(answer.body.message, 'Video uploaded successfully!');
        assert.equal(answer.body.data.uploaderId, ada.id);
        assert.equal((await ada.processed(answer.body.data.id)).status, 'ready');
    }
});

test('all that the data part may say is kept', async () => {
    const answer = await send([data({ title: '  <b>Title</b> 😀 ', description: 'a\nb', visibility: 'unlisted', tags: ['one', 'two'], thumbnailAt: 0.5 }), file(), end]);
    assert.equal(answer.status, 201, answer.text);
    assert.equal(answer.body.data.title, '<b>Title</b> 😀');
    assert.equal(answer.body.data.visibility, 'unlisted');
    assert.deepEqual(answer.body.data.tags, ['one', 'two']);
});

test('without wait the answer comes when the clip is playable, or after 2 s', async () => {
    const start = Date.now();
    const answer = await send([data(), file(), end], { query: '' });
    assert.equal(answer.status, 201);
    assert.ok(['processing', 'playable', 'ready'].includes(answer.body.data.status));
    if (answer.body.data.status === 'processing') assert.ok(Date.now() - start >= 1900);
    await ada.processed(answer.body.data.id);
});

const refused = [
    ['no token', [data(), file(), end], 401, { token: '' }],
    ['a wrong content type', [Buffer.from('{}')], 415, { contentType: 'application/json' }],
    ['no content type', [Buffer.from('x')], 415, { contentType: '' }],
    ['no boundary', [data(), file(), end], 400, { contentType: 'multipart/form-data' }],
    ['an endless boundary', [data(), file(), end], 400, { contentType: `multipart/form-data; boundary=${'x'.repeat(200)}` }],
    ['another boundary', [data(), file(), end], 400, { contentType: 'multipart/form-data; boundary=other' }],
    ['no file', [data(), end], 400],
    ['no data', [file(), end], 400],
    ['two files', [data(), file(), file(), end], 400],
    ['two data parts', [data(), data(), file(), end], 400],
    ['a part of another name', [data(), part('other', 'x'), file(), end], 400],
    ['an empty file', [data(), file(Buffer.alloc(0)), end], 400],
    ['a cut body', [data(), file()], 400],
    ['a cut part header', [data(), Buffer.from(`--${boundary}\r\nContent-Dispo`)], 400],
    ['no last boundary but a similar one', [data(), file(), Buffer.from(`--${boundary}x--\r\n`)], 400],
    ['a text file called .mp4', [data(), file('this is only text, whatever it is called', 'movie.mp4'), end], [400, 415]],
    ['a web page called .mp4', [data(), file('<!doctype html><script>alert(1)</script>', 'movie.mp4'), end], [400, 415]],
    ['a playlist called .mp4', [data(), file('#EXTM3U\n#EXTINF:1,\n/etc/passwd\n', 'movie.mp4'), end], [400, 415]],
    ['a concat list', [data(), file("ffconcat version 1.0\nfile '/etc/passwd'\n"), end], [400, 415]],
    ['a picture', [data(), file(Buffer.from('ffd8ffe000104a46494600010100', 'hex')), end], [400, 415]],
    ['too large a file', [data(), file(Buffer.concat([bytes, Buffer.alloc(5 << 20)])), end], 413],
    ['broken JSON', [data('{"title":'), file(), end], 400],
    ['deep JSON', [data(`{"title":${'['.repeat(3000)}${']'.repeat(3000)}}`), file(), end], 400],
    ['a huge data part', [data({ title: 'x'.repeat(300_000) }), file(), end], [400, 413]],
    ['no title', [data({}), file(), end], 400],
    ['an empty title', [data({ title: '   ' }), file(), end], 400],
    ['a long title', [data({ title: 'x'.repeat(151) }), file(), end], 400],
    ['a long description', [data({ title: 'x', description: 'x'.repeat(5001) }), file(), end], 400],
    ['a number as title', [data({ title: 5 }), file(), end], 400],
    ['an unknown field', [data({ title: 'x', uploaderId: 'someone' }), file(), end], 400],
    ['an unknown visibility', [data({ title: 'x', visibility: 'friends' }), file(), end], 400],
    ['tags that are no list', [data({ title: 'x', tags: 'a' }), file(), end], 400],
    ['a thumbnail in the past', [data({ title: 'x', thumbnailAt: -1 }), file(), end], 400],
    ['bad data behind the file', [file(), data({}), end], 400],
    ['thousands of parts', [...Array.from({ length: 2000 }, () => part('data', '{}')), end], 400],
    ['a part header without end', [Buffer.from(`--${boundary}\r\nContent-Disposition: form-data; name="${'x'.repeat(100_000)}"`)], 400],
];
for (const [what, pieces, status, options] of refused) {
    test(`${what} is refused and leaves nothing behind`, async () => {
        const before = await stored();
        const answer = await send(pieces, options);
        assert.ok([status].flat().includes(answer.status), `${answer.status} ${answer.text}`);
        assert.equal(answer.body.success, false);
        assert.ok(!/sqlite|\/tmp|libav|boost/i.test(answer.text), answer.text);
        assert.deepEqual(await until(async () => {
            const now = await stored();
            return now.length <= before.length ? now : null;
        }, { ms: 5000, what: 'the refused bytes to go' }), before);
    });
}

for (const name of ['../../etc/cron.d/x', '/etc/passwd', 'a\\..\\b.mp4', 'x".mp4', 'ü😀.mp4', '%00.mp4', 'x'.repeat(2000) + '.mp4']) {
    test(`the file name ${name.slice(0, 20)} never becomes a path`, async () => {
        const answer = await send([data(), file(bytes, name.replaceAll('"', '%22')), end]);
        assert.equal(answer.status, 201, answer.text);
        for (const kept of await stored()) assert.ok(!kept.includes('passwd') && !kept.includes('cron'));
        await ada.processed(answer.body.data.id);
    });
}

/** One request over a bare socket; gives what came back when the peer closed or `until` matched. */
function raw(text, { ms = 10_000, stop = /\r\n\r\n/ } = {}) {
    return new Promise((done, failed) => {
        const socket = connect(server.port, '127.0.0.1', () => socket.write(text));
        let answer = '';
        const finish = () => { socket.destroy(); done(answer); };
        const timer = setTimeout(() => { socket.destroy(); failed(new Error(`no answer: ${answer}`)); }, ms);
        socket.setEncoding('latin1').on('data', (piece) => {
            answer += piece;
            if (stop.test(answer)) { clearTimeout(timer); finish(); }
        });
        socket.on('error', () => { clearTimeout(timer); finish(); });
        socket.on('end', () => { clearTimeout(timer); finish(); });
    });
}
const head = (lines) => `POST /api/v1/video/upload HTTP/1.1\r\nHost: x\r\nContent-Type: ${type}\r\n${lines.join('\r\n')}\r\n\r\n`;

test('a length of 4 GB is refused before the body', async () => {
    const answer = await raw(head([`Authorization: Bearer ${ada.token}`, 'Content-Length: 4294967296']));
    assert.match(answer, /^HTTP\/1\.1 413 /);
});

test('100-continue comes only for a request that will be read', async () => {
    const good = await raw(head([`Authorization: Bearer ${ada.token}`, 'Content-Length: 1000', 'Expect: 100-continue']));
    assert.match(good, /^HTTP\/1\.1 100 /);
    const anonymous = await raw(head(['Content-Length: 1000', 'Expect: 100-continue']));
    assert.match(anonymous, /^HTTP\/1\.1 401 /);
    const large = await raw(head([`Authorization: Bearer ${ada.token}`, 'Content-Length: 99999999999', 'Expect: 100-continue']));
    assert.match(large, /^HTTP\/1\.1 413 /);
});

test('more than four uploads of one person at once are refused until one is done', async () => {
    const eve = await new Person(server.url).join('Eve Adams');
    const begun = (person) => new Promise((done, failed) => {
        const socket = connect(server.port, '127.0.0.1', () => socket.write(head([`Authorization: Bearer ${person.token}`, 'Content-Length: 100000', 'Expect: 100-continue'])));
        socket.setEncoding('latin1').once('data', (answer) => done({ socket, answer })).once('error', failed);
    });
    const four = await Promise.all(Array.from({ length: 4 }, () => begun(eve)));
    for (const { answer } of four) assert.match(answer, /^HTTP\/1\.1 100 /);
    const fifth = await begun(eve);
    assert.match(fifth.answer, /^HTTP\/1\.1 429 [\s\S]*\r\nRetry-After: \d+\r\n/i);
    assert.match((await begun(ada)).answer, /^HTTP\/1\.1 100 /, 'others are not held up');
    four[0].socket.destroy();
    await until(async () => {
        const again = await begun(eve);
        again.socket.destroy();
        return / 100 /.test(again.answer);
    }, { what: 'the place of an upload that was given up' });
    for (const { socket } of four) socket.destroy();
});

test('a client that goes away in the middle leaves nothing behind', async () => {
    const before = await stored();
    for (const share of [0.01, 0.5, 0.99]) {
        await new Promise((done) => {
            const body = Buffer.concat([data(), file()]);
            const socket = connect(server.port, '127.0.0.1', () => {
                socket.write(head([`Authorization: Bearer ${ada.token}`, `Content-Length: ${body.length + end.length}`]));
                socket.write(body.subarray(0, Math.floor(body.length * share)), () => socket.destroy());
            });
            socket.on('close', done).on('error', () => {});
        });
    }
    assert.deepEqual(await until(async () => {
        const now = await stored();
        return now.length === before.length ? now : null;
    }, { what: 'the half uploads to go' }), before);
});

test('a chunked upload works', async () => {
    async function* pieces() {
        const body = Buffer.concat([data({ title: 'chunked' }), file(), end]);
        for (let at = 0; at < body.length; at += 10_007) yield body.subarray(at, at + 10_007);
    }
    const answer = await fetch(`${server.url}/api/v1/video/upload?wait=none`, {
        method: 'POST', duplex: 'half', body: pieces(),
        headers: { authorization: `Bearer ${ada.token}`, 'content-type': type },
    });
    const body = await answer.json();
    assert.equal(answer.status, 201, JSON.stringify(body));
    await ada.processed(body.data.id);
});

test('the server is still well', async () => {
    assert.equal((await ada.get('/healthz')).status, 200);
    assert.equal((await ada.get('/readyz')).status, 200);
    assert.ok((await stat(server.dataDir)).isDirectory());
});

test('what browsers play as it is becomes playable before it is encoded, and its address stays', async () => {
    // Long enough to encode that the first stage is seen.
    const long = await readFile(await clip({ seconds: 4, width: 720, height: 1280 }));
    const uploaded = await send([data({ title: 'at once' }), file(long), end]);
    const { id } = uploaded.body.data;
    const early = await until(async () => {
        const { data: video } = (await ada.get(`/api/v1/video/${id}`)).body;
        return ['playable', 'ready'].includes(video.status) ? video : null;
    }, { what: 'something to play', every: 20 });
    assert.equal(early.status, 'playable');
    assert.equal((await fetch(early.videoUrl, { headers: { range: 'bytes=0-99' } })).status, 206);
    assert.match(await (await fetch(early.hlsUrl)).text(), /#EXT-X-STREAM-INF/);
    // Everybody sees it already.
    const feed = (await ada.get('/api/v1/video?limit=50')).body.data.data;
    assert.ok(feed.some((video) => video.id === id));
    const done = await ada.processed(id);
    assert.equal(done.status, 'ready');
    assert.notEqual(done.videoUrl, early.videoUrl);
    assert.equal((await fetch(early.videoUrl, { method: 'HEAD' })).status, 200, 'who is watching goes on watching');
});
