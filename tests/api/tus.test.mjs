// Resumable uploads (tus 1.0): the protocol's rules one by one, then the client that everybody uses.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFile, readdir } from 'node:fs/promises';
import { connect } from 'node:net';
import { after, before, test } from 'node:test';

import * as tus from 'tus-js-client';

import { Person } from '../support/api.mjs';
import { clip } from '../support/clips.mjs';
import { attachS3 } from '../support/s3.mjs';
import { startServer, until } from '../support/server.mjs';

const route = '/api/v1/upload/tus';
const stream = 'application/offset+octet-stream';

let server;
let ada;
let bob;
let bytes;

before(async () => {
    server = await startServer({ env: { MAX_UPLOAD_MB: '8', CORS_ORIGINS: 'https://app.example' } });
    ada = await new Person(server.url).join('Ada Lovelace');
    bob = await new Person(server.url).join('Bob');
    bytes = await readFile(await clip({ seconds: 4 }));
});
after(() => server?.stop());

const b64 = (text) => Buffer.from(text).toString('base64');
const meta = (fields) => Object.entries(fields).map(([key, value]) => `${key} ${b64(value)}`).join(',');
const checksum = (body, kind = 'sha1') => `${kind} ${createHash(kind).update(body).digest('base64')}`;

const ask = (who, method, path, headers = {}, body = undefined) =>
    who.request(method, path, { headers: { 'tus-resumable': '1.0.0', ...headers }, body });
const create = (who, length = bytes.length, headers = {}, body = undefined) => ask(who, 'POST', route, {
    'upload-length': String(length), 'upload-metadata': meta({ title: 'resumed', filename: 'clip.mp4' }), ...headers,
}, body);
const patch = (who, path, offset, body, headers = {}) => ask(who, 'PATCH', path, {
    'content-type': stream, 'upload-offset': String(offset), ...headers,
}, body);
const head = (who, path) => ask(who, 'HEAD', path);

/** A fresh upload's path, cancelled at the end of the test: there is a limit on open ones. */
async function begin(t, who = ada, length = bytes.length, headers = {}) {
    const answer = await create(who, length, headers);
    assert.equal(answer.status, 201, answer.text);
    const path = new URL(answer.headers.get('location')).pathname;
    t.after(() => ask(who, 'DELETE', path));
    return path;
}

test('OPTIONS tells what the server can do', async () => {
    const answer = await new Person(server.url).request('OPTIONS', route);
    assert.equal(answer.status, 204);
    assert.equal(answer.headers.get('tus-resumable'), '1.0.0');
    assert.equal(answer.headers.get('tus-version'), '1.0.0');
    assert.equal(answer.headers.get('tus-max-size'), String(8 << 20));
    assert.deepEqual(new Set(answer.headers.get('tus-extension').split(',')),
        new Set(['creation', 'creation-with-upload', 'expiration', 'checksum', 'termination']));
    assert.deepEqual(answer.headers.get('tus-checksum-algorithm').split(','), ['sha1', 'sha256']);
    assert.equal((await new Person(server.url).request('OPTIONS', `${route}/x`)).status, 204);
});

test('a clip in three pieces becomes a post', async (t) => {
    const path = await begin(t, ada, bytes.length, {
        'upload-metadata': meta({ title: 'in pieces', description: 'by the #sea', tags: '["a","b"]', visibility: 'unlisted', thumbnailAt: '1.5', filename: '../../x', filetype: 'text/html' }),
    });
    const first = await head(ada, path);
    assert.equal(first.status, 200);
    assert.equal(first.headers.get('upload-offset'), '0');
    assert.equal(first.headers.get('upload-length'), String(bytes.length));
    assert.equal(first.headers.get('cache-control'), 'no-store');
    assert.match(first.headers.get('upload-metadata'), /^title aW4gcGllY2Vz,/);
    assert.ok(new Date(first.headers.get('upload-expires')) > Date.now());
    const cuts = [0, 1000, 70_000, bytes.length];
    let last;
    for (let i = 0; i < 3; ++i) {
        last = await patch(ada, path, cuts[i], bytes.subarray(cuts[i], cuts[i + 1]));
        assert.equal(last.status, 204, last.text);
        assert.equal(last.headers.get('upload-offset'), String(cuts[i + 1]));
        assert.equal(last.headers.get('tus-resumable'), '1.0.0');
        assert.equal(last.headers.has('x-video-id'), i === 2);
        if (i < 2) assert.ok(last.headers.get('upload-expires'));
    }
    const id = last.headers.get('x-video-id');
    const video = await ada.processed(id);
    assert.equal(video.status, 'ready');
    assert.equal(video.title, 'in pieces');
    assert.equal(video.description, 'by the #sea');
    assert.equal(video.visibility, 'unlisted');
    assert.deepEqual(video.tags, ['a', 'b', 'sea']);
    // A client that lost the last answer learns it again.
    const again = await head(ada, path);
    assert.equal(again.headers.get('upload-offset'), String(bytes.length));
    assert.equal(again.headers.get('x-video-id'), id);
    const repeated = await patch(ada, path, bytes.length, Buffer.alloc(0));
    assert.equal(repeated.status, 204);
    assert.equal(repeated.headers.get('x-video-id'), id);
});

test('creation brings the whole clip', async () => {
    const answer = await create(ada, bytes.length, { 'content-type': stream }, bytes);
    assert.equal(answer.status, 201, answer.text);
    assert.equal(answer.headers.get('upload-offset'), String(bytes.length));
    const id = answer.headers.get('x-video-id');
    assert.equal((await ada.processed(id)).status, 'ready');
});

test('creation brings the first part', async (t) => {
    const answer = await create(ada, bytes.length, { 'content-type': stream }, bytes.subarray(0, 5000));
    assert.equal(answer.status, 201, answer.text);
    const path = new URL(answer.headers.get('location')).pathname;
    t.after(() => ask(ada, 'DELETE', path));
    assert.equal(answer.headers.get('upload-offset'), '5000');
    assert.equal((await head(ada, path)).headers.get('upload-offset'), '5000');
});

for (const [what, headers, status, field] of [
    ['no length', { 'upload-length': undefined }, 400, 'Upload-Length'],
    ['a negative length', { 'upload-length': '-1' }, 400, 'Upload-Length'],
    ['a length that is no number', { 'upload-length': '12x' }, 400, 'Upload-Length'],
    ['a length of hexadecimal digits', { 'upload-length': '0x10' }, 400, 'Upload-Length'],
    ['a giant length', { 'upload-length': '99999999999999999999' }, 400, 'Upload-Length'],
    ['an empty file', { 'upload-length': '0' }, 400, 'Upload-Length'],
    ['a file that is too large', { 'upload-length': String((8 << 20) + 1) }, 413, null],
    ['a deferred length', { 'upload-length': undefined, 'upload-defer-length': '1' }, 400, 'Upload-Defer-Length'],
    ['no title', { 'upload-metadata': meta({ description: 'x' }) }, 400, 'title'],
    ['no metadata', { 'upload-metadata': '' }, 400, 'title'],
    ['a title that is too long', { 'upload-metadata': meta({ title: 'x'.repeat(151) }) }, 400, 'title'],
    ['an unknown field', { 'upload-metadata': meta({ title: 'x', viewCount: '1000' }) }, 400, 'viewCount'],
    ['an unknown visibility', { 'upload-metadata': meta({ title: 'x', visibility: 'hidden' }) }, 400, 'visibility'],
    ['a thumbnail nowhere', { 'upload-metadata': meta({ title: 'x', thumbnailAt: '-1' }) }, 400, 'thumbnailAt'],
    ['a thumbnail that is no number', { 'upload-metadata': meta({ title: 'x', thumbnailAt: 'soon' }) }, 400, 'thumbnailAt'],
    ['too many tags', { 'upload-metadata': meta({ title: 'x', tags: Array.from({ length: 21 }, (_, i) => `t${i}`).join(',') }) }, 400, 'tags'],
    ['metadata that is no base64', { 'upload-metadata': 'title !!!' }, 400, 'Upload-Metadata'],
    ['metadata without padding', { 'upload-metadata': 'title eA' }, 400, 'Upload-Metadata'],
    ['metadata that is no UTF-8', { 'upload-metadata': `title ${Buffer.from([0xff, 0xfe]).toString('base64')}` }, 400, 'Upload-Metadata'],
    ['a field twice', { 'upload-metadata': `${meta({ title: 'x' })},${meta({ title: 'y' })}` }, 400, 'Upload-Metadata'],
    ['an empty pair', { 'upload-metadata': `${meta({ title: 'x' })},` + ',' }, 400, 'Upload-Metadata'],
    ['a body of another type', { 'content-type': 'video/mp4' }, 415, null],
]) {
    test(`creation with ${what} is ${status}`, async () => {
        const all = { 'upload-length': '1000', 'upload-metadata': meta({ title: 'x' }), ...headers };
        for (const name of Object.keys(all)) if (all[name] === undefined) delete all[name];
        const answer = await ask(ada, 'POST', route, all);
        assert.equal(answer.status, status, answer.text);
        assert.equal(answer.headers.get('tus-resumable'), '1.0.0');
        assert.equal(answer.body.success, false);
        if (field) assert.ok(answer.body.errorMessages.some((one) => one.path === field), answer.text);
    });
}

test('tags may be a list with commas', async () => {
    const answer = await create(ada, bytes.length, { 'content-type': stream, 'upload-metadata': meta({ title: 'x', tags: 'sun, sea ,,' }) }, bytes);
    const video = await ada.processed(answer.headers.get('x-video-id'));
    assert.deepEqual(video.tags, ['sun', 'sea']);
});

for (const [what, method, headers] of [
    ['creation', 'POST', {}], ['a look', 'HEAD', {}], ['bytes', 'PATCH', { 'content-type': stream, 'upload-offset': '0' }],
    ['an end', 'DELETE', {}],
]) {
    test(`${what} without the protocol's version is 412, with another too`, async (t) => {
        const path = method === 'POST' ? route : await begin(t);
        for (const version of [undefined, '0.2.2', '2.0.0']) {
            const answer = await ada.request(method, path, { headers: { ...headers, ...(version ? { 'tus-resumable': version } : {}) } });
            assert.equal(answer.status, 412);
            assert.equal(answer.headers.get('tus-version'), '1.0.0');
        }
    });
    test(`${what} without a token is 401, with somebody else's 404`, async (t) => {
        const path = method === 'POST' ? route : await begin(t);
        assert.equal((await ask(new Person(server.url), method, path, headers)).status, 401);
        if (method !== 'POST') assert.equal((await ask(bob, method, path, headers)).status, 404);
    });
    test(`${what} of what is not there is 404`, async () => {
        if (method === 'POST') return;
        for (const id of ['0190163d-8694-739b-aea5-966c26f8ad91', 'x', '..%2f..', "1'%20OR%20'1'='1"])
            assert.ok([400, 404].includes((await ask(ada, method, `${route}/${id}`, headers)).status), id);
    });
}

for (const [what, headers, status] of [
    ['no offset', { 'upload-offset': undefined }, 400],
    ['a negative offset', { 'upload-offset': '-1' }, 400],
    ['an offset that is no number', { 'upload-offset': 'end' }, 400],
    ['an offset too far on', { 'upload-offset': '5' }, 409],
    ['an offset beyond the end', { 'upload-offset': '999999999' }, 409],
    ['another type', { 'content-type': 'application/octet-stream' }, 415],
    ['no type', { 'content-type': undefined }, 415],
    ['a checksum of an unknown kind', { 'upload-checksum': 'md5 AAAAAAAAAAAAAAAAAAAAAA==' }, 400],
    ['a checksum that is no base64', { 'upload-checksum': 'sha1 ?' }, 400],
    ['a checksum of another length', { 'upload-checksum': 'sha256 AAAA' }, 400],
    ['a checksum without a digest', { 'upload-checksum': 'sha1' }, 400],
    ['a wrong sha1', { 'upload-checksum': checksum('other') }, 460],
    ['a wrong sha256', { 'upload-checksum': checksum('other', 'sha256') }, 460],
]) {
    test(`bytes with ${what} are ${status} and count nothing`, async (t) => {
        const path = await begin(t);
        const all = { 'content-type': stream, 'upload-offset': '0', ...headers };
        for (const name of Object.keys(all)) if (all[name] === undefined) delete all[name];
        const body = bytes.subarray(0, 1000);
        const answer = await ada.request('PATCH', path, { headers: { 'tus-resumable': '1.0.0', ...all }, body: new Uint8Array(body) });
        assert.equal(answer.status, status, answer.text);
        assert.equal((await head(ada, path)).headers.get('upload-offset'), '0');
        // And it goes on.
        assert.equal((await patch(ada, path, 0, body)).status, 204);
    });
}

for (const kind of ['sha1', 'sha256']) {
    test(`a right ${kind} is accepted`, async (t) => {
        const path = await begin(t);
        const body = bytes.subarray(0, 30_000);
        const answer = await patch(ada, path, 0, body, { 'upload-checksum': checksum(body, kind) });
        assert.equal(answer.status, 204, answer.text);
        assert.equal(answer.headers.get('upload-offset'), '30000');
    });
}

test('an offset that was passed is 409 and the bytes stay', async (t) => {
    const path = await begin(t);
    await patch(ada, path, 0, bytes.subarray(0, 1000));
    assert.equal((await patch(ada, path, 0, bytes.subarray(0, 1000))).status, 409);
    assert.equal((await head(ada, path)).headers.get('upload-offset'), '1000');
});

test('more bytes than announced are 413', async (t) => {
    const path = await begin(t, ada, 1000);
    assert.equal((await patch(ada, path, 0, bytes.subarray(0, 1001))).status, 413);
    assert.equal((await head(ada, path)).headers.get('upload-offset'), '0');
});

test('no bytes at the right place are 204', async (t) => {
    const path = await begin(t);
    const answer = await patch(ada, path, 0, Buffer.alloc(0));
    assert.equal(answer.status, 204, answer.text);
    assert.equal(answer.headers.get('upload-offset'), '0');
});

test('what is no video is 415 at its first bytes, and gone', async () => {
    const answer = await create(ada, 5000);
    const path = new URL(answer.headers.get('location')).pathname;
    const refused = await patch(ada, path, 0, Buffer.from('<html>'.repeat(200)));
    assert.equal(refused.status, 415, refused.text);
    assert.equal((await head(ada, path)).status, 404);
});

test('what is no video is 415 when its first bytes come one by one', async () => {
    const answer = await create(ada, 5000);
    const path = new URL(answer.headers.get('location')).pathname;
    for (let at = 0; at < 63; at += 21)
        assert.equal((await patch(ada, path, at, Buffer.alloc(21, 'x'))).status, 204);
    assert.equal((await patch(ada, path, 63, Buffer.from('x'))).status, 415);
});

test('a video whose first bytes come one by one is taken', async () => {
    const answer = await create(ada);
    const path = new URL(answer.headers.get('location')).pathname;
    for (let at = 0; at < 80; at += 10)
        assert.equal((await patch(ada, path, at, bytes.subarray(at, at + 10))).status, 204);
    const last = await patch(ada, path, 80, bytes.subarray(80));
    assert.equal(last.status, 204);
    assert.equal((await ada.processed(last.headers.get('x-video-id'))).status, 'ready');
});

test('termination removes the upload and its bytes', async () => {
    const answer = await create(ada);
    const path = new URL(answer.headers.get('location')).pathname;
    await patch(ada, path, 0, bytes.subarray(0, 1000));
    assert.equal((await ask(ada, 'DELETE', path)).status, 204);
    for (const gone of [await head(ada, path), await patch(ada, path, 1000, bytes.subarray(1000)), await ask(ada, 'DELETE', path)])
        assert.equal(gone.status, 404);
});

test('proxies that know POST alone can be passed', async (t) => {
    const path = await begin(t);
    const override = (method, headers = {}, body = undefined) => ask(ada, 'POST', path, { 'x-http-method-override': method, ...headers }, body);
    const sent = await override('PATCH', { 'content-type': stream, 'upload-offset': '0' }, bytes.subarray(0, 1000));
    assert.equal(sent.status, 204, sent.text);
    assert.equal((await override('TRACE')).status, 400);
    assert.equal((await ask(ada, 'POST', path)).status, 400);
    assert.equal((await override('DELETE')).status, 204);
    assert.equal((await head(ada, path)).status, 404);
});

test('open uploads are limited in number and in bytes', async (t) => {
    const eve = await new Person(server.url).join('Eve');
    for (let i = 0; i < 4; ++i) await begin(t, eve, 8 << 20);
    const refused = await create(eve, 1);
    assert.equal(refused.status, 429);
    assert.ok(Number(refused.headers.get('retry-after')) > 0);
    const mallory = await new Person(server.url).join('Mallory');
    const paths = [];
    const answers = await Promise.all(Array.from({ length: 20 }, () => create(mallory, 10)));
    for (const answer of answers) {
        if (answer.status === 201) paths.push(new URL(answer.headers.get('location')).pathname);
        else assert.equal(answer.status, 429);
    }
    assert.equal(paths.length, 10);
    for (const path of paths) await ask(mallory, 'DELETE', path);
    assert.equal((await create(mallory, 10)).status, 201);
});

/** A PATCH whose body is sent by hand. */
function slowPatch(path, offset, length) {
    const socket = connect(server.port, '127.0.0.1');
    let answer = '';
    socket.on('data', (piece) => (answer += piece));
    socket.on('error', () => {});
    const closed = new Promise((done) => socket.once('close', done));
    socket.write(`PATCH ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${ada.token}\r\nTus-Resumable: 1.0.0\r\n` +
        `Content-Type: ${stream}\r\nUpload-Offset: ${offset}\r\nContent-Length: ${length}\r\nConnection: close\r\n\r\n`);
    return { socket, closed, answer: () => answer };
}

/** A PATCH that has begun, and has the place: others are refused. */
async function hold(path, length, first) {
    for (;;) {
        const one = slowPatch(path, 0, length);
        one.socket.write(first);
        const held = await until(async () => {
            if (one.answer()) return 'refused';
            // Counts nothing, wherever it comes.
            const probe = await patch(ada, path, 0, bytes.subarray(0, 10), { 'upload-checksum': checksum('other') });
            return probe.status === 423 ? 'held' : null;
        }, { what: 'the first to begin' });
        if (held === 'held') return one;
        one.socket.destroy();
    }
}

test('while one appends, another is 423 and a look does not wait', async (t) => {
    const path = await begin(t);
    const one = await hold(path, 2000, bytes.subarray(0, 1000));
    assert.equal((await patch(ada, path, 0, bytes.subarray(0, 500))).status, 423);
    const start = Date.now();
    assert.equal((await head(ada, path)).headers.get('upload-offset'), '0');
    assert.ok(Date.now() - start < 1000);
    one.socket.write(bytes.subarray(1000, 2000));
    await one.closed;
    assert.match(one.answer(), /^HTTP\/1\.1 204 /);
    assert.match(one.answer(), /upload-offset: 2000/i);
});

test('50 times two at once: one wins, bytes are right', async () => {
    const size = Math.ceil(bytes.length / 50);
    const answer = await create(ada);
    const path = new URL(answer.headers.get('location')).pathname;
    let id = null;
    for (let at = 0; at < bytes.length; at += size) {
        const piece = bytes.subarray(at, at + size);
        const wrong = Buffer.from(piece).reverse();
        const [right, other] = await Promise.all([
            patch(ada, path, at, piece, { 'upload-checksum': checksum(piece) }),
            patch(ada, path, at, wrong, { 'upload-checksum': checksum(piece) }),
        ]);
        assert.ok([409, 423, 460].includes(other.status), `${other.status} ${other.text}`);
        if (right.status !== 204) {
            assert.equal(right.status, 423);
            const retried = await patch(ada, path, at, piece);
            assert.equal(retried.status, 204);
            id = retried.headers.get('x-video-id') ?? id;
        }
        id = right.headers.get('x-video-id') ?? id;
    }
    const video = await ada.processed(id);
    assert.equal(video.status, 'ready');
    assert.equal(video.metadata.size, bytes.length);
});

test('what came before a lost connection counts', async (t) => {
    const path = await begin(t);
    const one = await hold(path, bytes.length, bytes.subarray(0, 50_000));
    one.socket.destroy();
    const offset = await until(async () => {
        const now = Number((await head(ada, path)).headers.get('upload-offset'));
        return now > 0 ? now : null;
    }, { what: 'the bytes to be counted' });
    assert.ok(offset <= 50_000);
    const rest = await patch(ada, path, offset, bytes.subarray(offset));
    assert.equal(rest.status, 204, rest.text);
    assert.equal((await ada.processed(rest.headers.get('x-video-id'))).status, 'ready');
});

test('who gets no bytes for long loses his place, and notices', async (t) => {
    const path = await begin(t);
    const one = await hold(path, 100_000, bytes.subarray(0, 1000));
    const taken = await until(async () => {
        const { headers } = await head(ada, path);
        const offset = Number(headers.get('upload-offset'));
        const answer = await patch(ada, path, offset, bytes.subarray(offset, offset + 5000));
        return answer.status === 204 ? answer : null;
    }, { ms: 30_000, every: 500, what: 'the lease to end' });
    const offset = Number(taken.headers.get('upload-offset'));
    one.socket.write(Buffer.alloc(50_000, 'x'));
    await one.closed;
    assert.doesNotMatch(one.answer(), /^HTTP\/1\.1 204 /);
    const rest = await patch(ada, path, offset, bytes.subarray(offset));
    assert.equal(rest.status, 204);
    assert.equal((await ada.processed(rest.headers.get('x-video-id'))).status, 'ready');
});

test('other origins that are configured may use it from a browser', async () => {
    const preflight = await new Person(server.url).request('OPTIONS', route, {
        headers: { origin: 'https://app.example', 'access-control-request-method': 'PATCH', 'access-control-request-headers': 'tus-resumable,upload-offset' },
    });
    assert.equal(preflight.status, 204);
    const allowed = preflight.headers.get('access-control-allow-headers').toLowerCase().split(/, */);
    for (const name of ['tus-resumable', 'upload-length', 'upload-metadata', 'upload-offset', 'upload-checksum', 'authorization', 'content-type', 'x-http-method-override'])
        assert.ok(allowed.includes(name), name);
    assert.match(preflight.headers.get('access-control-allow-methods'), /PATCH/);
    const answer = await create(ada, 10, { origin: 'https://app.example' });
    const exposed = answer.headers.get('access-control-expose-headers').toLowerCase().split(/, */);
    for (const name of ['location', 'upload-offset', 'upload-length', 'upload-expires', 'tus-resumable', 'tus-version', 'tus-extension', 'tus-max-size', 'x-video-id'])
        assert.ok(exposed.includes(name), name);
    await ask(ada, 'DELETE', new URL(answer.headers.get('location')).pathname);
    const stranger = await create(ada, 10, { origin: 'https://evil.example' });
    assert.equal(stranger.headers.get('access-control-allow-origin'), null);
    await ask(ada, 'DELETE', new URL(stranger.headers.get('location')).pathname);
});

/** What the store of a server holds of unfinished uploads. */
async function unfinished({ dataDir, env }) {
    if (!env.S3_BUCKET) return readdir(`${dataDir}/objects/partial`);
    const s3 = attachS3({
        endpoint: env.AWS_ENDPOINT_URL, accessKey: env.AWS_ACCESS_KEY_ID, secretKey: env.AWS_SECRET_ACCESS_KEY, region: env.AWS_REGION,
    });
    return [...(await s3.curl(`${env.S3_BUCKET}/?list-type=2&prefix=partial%2F`)).matchAll(/<Key>([^<]*)/g)].map(([, key]) => key);
}

test('an upload that expired is 410, and its bytes are removed', async () => {
    const brief = await startServer({ env: { UPLOAD_EXPIRY_S: '3' } });
    try {
        const eve = await new Person(brief.url).join('Eve');
        const answer = await create(eve);
        const path = new URL(answer.headers.get('location')).pathname;
        assert.equal((await patch(eve, path, 0, bytes.subarray(0, 1000))).status, 204);
        assert.equal((await unfinished(brief)).length, 1);
        await until(async () => (await head(eve, path)).status === 410, { what: '410' });
        assert.equal((await patch(eve, path, 1000, bytes.subarray(1000))).status, 410);
        await until(async () => (await unfinished(brief)).length === 0, { what: 'the clean-up' });
        assert.equal((await head(eve, path)).status, 410);
    } finally {
        await brief.stop();
    }
});

/** Uploads with tus-js-client; resolves to the id of the post. */
const send = (options, data = bytes) => new Promise((done, failed) => {
    let id = null;
    const upload = new tus.Upload(data, {
        endpoint: server.url + route,
        headers: { authorization: `Bearer ${ada.token}` },
        metadata: { title: 'by tus-js-client', filename: 'clip.mp4', filetype: 'video/mp4' },
        retryDelays: [0, 100, 500, 1000],
        onAfterResponse: (request, response) => { id = response.getHeader('X-Video-Id') ?? id; },
        onSuccess: () => done(id),
        onError: failed,
        ...options,
    });
    upload.start();
});

test('tus-js-client: in one piece, in chunks, and with the bytes at creation', async () => {
    for (const options of [{}, { chunkSize: 40_000 }, { uploadDataDuringCreation: true }, { uploadDataDuringCreation: true, chunkSize: 100_000 }, { overridePatchMethod: true }]) {
        const id = await send(options);
        const video = await ada.processed(id);
        assert.equal(video.status, 'ready', JSON.stringify(options));
        assert.equal(video.metadata.size, bytes.length);
    }
});

test('tus-js-client: aborted, then resumed from where it was', async () => {
    let url = null;
    await new Promise((done, failed) => {
        const upload = new tus.Upload(bytes, {
            endpoint: server.url + route,
            headers: { authorization: `Bearer ${ada.token}` },
            metadata: { title: 'aborted' },
            chunkSize: 50_000,
            onError: failed,
            onChunkComplete: () => {
                url = upload.url;
                upload.abort().then(done, failed);
            },
        });
        upload.start();
    });
    let first = null;
    const id = await send({ uploadUrl: url, onProgress: (sent) => { first ??= sent; } });
    assert.ok(first >= 50_000, `began at ${first}`);
    assert.equal((await ada.processed(id)).status, 'ready');
});

test('tus-js-client: refused with the reason', async () => {
    await assert.rejects(send({}, Buffer.alloc(2000, 'x')), (error) => {
        assert.equal(error.originalResponse.getStatus(), 415);
        assert.match(error.originalResponse.getBody(), /not a video/);
        return true;
    });
    await assert.rejects(send({}, Buffer.alloc((8 << 20) + 1)), (error) => error.originalResponse.getStatus() === 413);
});
