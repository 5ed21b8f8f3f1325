// A real S3 service behind a proxy that breaks it: uploads are tried again or refused before their body is read, what was
// watched plays on, nothing half is ever to be seen.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { request } from 'node:http';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';

import { Person } from '../support/api.mjs';
import { clip } from '../support/clips.mjs';
import { checkLog, fsck as fsckOf } from '../support/house.mjs';
import { startS3 } from '../support/s3.mjs';
import { program, startServer, temporaryFolder, until } from '../support/server.mjs';
import { refusal, startToxic } from '../support/toxic.mjs';

const run = promisify(execFile);
let s3;
let toxic;
let server;
let ada;
let watched;
let bucket;
let dataDir;

const settings = () => ({
    S3_BUCKET: bucket, AWS_ENDPOINT_URL: toxic.url, AWS_REGION: s3.region, CLEANUP_GRACE_S: '0',
    AWS_ACCESS_KEY_ID: s3.accessKey, AWS_SECRET_ACCESS_KEY: s3.secretKey,
});

/** Keys in the bucket, asked past the proxy. */
async function keys() {
    const xml = await s3.curl(`${bucket}?list-type=2`);
    return [...xml.matchAll(/<Key>([^<]+)<\/Key>/g)].map((match) => match[1]);
}
async function unfinished() {
    return [...(await s3.curl(`${bucket}?uploads=`)).matchAll(/<UploadId>/g)].length;
}
const fsck = (...args) => fsckOf(dataDir, args, settings());

before(async () => {
    s3 = await startS3();
    bucket = await s3.createBucket();
    toxic = await startToxic(s3.port);
    dataDir = await temporaryFolder();
    server = await startServer({ dataDir, env: settings() });
    ada = await new Person(server.url).join();
    watched = (await ada.upload(await clip(), { title: 'watched' }, { query: '?wait=ready' })).body.data;
    assert.equal(watched.status, 'ready', JSON.stringify(watched));
});
after(async () => {
    await server?.stop({ keepData: false });
    await toxic?.stop();
    await s3?.stop();
});

const sha = (bytes) => createHash('sha256').update(bytes).digest('hex');
const fetched = async (url, headers = {}) => {
    const answer = await fetch(url, { headers });
    return { status: answer.status, headers: answer.headers, bytes: Buffer.from(await answer.arrayBuffer()) };
};

test('everything of a clip lies in the bucket and is served from there, whole and by ranges', async () => {
    const all = await keys();
    assert.ok(all.some((key) => key.startsWith('sources/')));
    const media = new URL(watched.videoUrl).pathname.slice(1);
    assert.ok(all.includes(media), `${media} in ${all}`);
    const whole = await fetched(watched.videoUrl);
    assert.equal(whole.status, 200);
    const range = await fetched(watched.videoUrl, { range: 'bytes=1000-70000' });
    assert.equal(range.status, 206);
    assert.deepEqual(range.bytes, whole.bytes.subarray(1000, 70001));
    const { stdout } = await run('curl', ['-sS', '--aws-sigv4', `aws:amz:${s3.region}:s3`, '--user', `${s3.accessKey}:${s3.secretKey}`,
        '-H', 'x-amz-content-sha256: UNSIGNED-PAYLOAD', `${s3.endpoint}/${bucket}/${media}`], { encoding: 'buffer', maxBuffer: 1 << 28 });
    assert.equal(sha(stdout), sha(whole.bytes));
    for (const url of [watched.hlsUrl, watched.thumbnail]) assert.equal((await fetched(url)).status, 200);
});

test('a service that fails now and then is not noticed', async () => {
    toxic.heal();
    let count = 0;
    toxic.answer = (head) => (head.startsWith('PUT') && ++count % 3 === 1 ? refusal(503, 'SlowDown') : null);
    const answer = await ada.upload(await clip(), { title: 'through 503' }, { query: '?wait=ready' });
    assert.equal(answer.status, 201, answer.text);
    assert.equal(answer.body.data.status, 'ready', answer.text);
    assert.ok(toxic.hits > 0);
    toxic.heal();
    const { status } = await fetched(answer.body.data.videoUrl);
    assert.equal(status, 200);
});

test('broken connections are made anew, and the bytes are right', async () => {
    toxic.heal();
    const file = await clip({ seconds: 8, width: 720, height: 1280 });
    const video = (await ada.upload(file, { title: 'reset' }, { query: '?wait=ready' })).body.data;
    assert.equal(video.status, 'ready');
    const media = new URL(video.videoUrl).pathname.slice(1);
    toxic.mode = 'reset';
    toxic.bytes = 400_000;
    const through = await fetched(video.videoUrl);
    toxic.heal();
    assert.equal(through.status, 200);
    const { stdout } = await run('curl', ['-sS', '--aws-sigv4', `aws:amz:${s3.region}:s3`, '--user', `${s3.accessKey}:${s3.secretKey}`,
        '-H', 'x-amz-content-sha256: UNSIGNED-PAYLOAD', `${s3.endpoint}/${bucket}/${media}`], { encoding: 'buffer', maxBuffer: 1 << 28 });
    assert.equal(sha(through.bytes), sha(stdout));
});

/** Sends the head of an upload and waits: how it is answered without a byte of its body. */
function uploadHead() {
    return new Promise((done, failed) => {
        const call = request(`${server.url}/api/v1/video/upload`, {
            method: 'POST',
            headers: {
                authorization: `Bearer ${ada.token}`, 'content-type': 'multipart/form-data; boundary=x',
                'content-length': 5_000_000, expect: '100-continue',
            },
        });
        call.on('continue', () => { call.destroy(); done({ status: 100 }); });
        call.on('response', (answer) => { answer.resume(); done({ status: answer.statusCode, headers: answer.headers }); call.destroy(); });
        call.on('error', failed);
        call.flushHeaders();
    });
}

test('a service that takes no writes: refused before the body is read, and healed by itself', async () => {
    toxic.heal();
    const before = (await keys()).length;
    toxic.answer = (head) => (/^(PUT|POST)/.test(head) ? refusal(403, 'AccessDenied') : null);
    const first = await ada.upload(await clip(), { title: 'refused' });
    assert.equal(first.status, 503, first.text);
    assert.ok(!/AccessDenied|s3/i.test(first.text), 'internal text in an answer');
    const second = await uploadHead();
    assert.equal(second.status, 503);
    assert.ok(Number(second.headers['retry-after']) > 0);
    assert.equal((await fetch(`${server.url}/readyz`)).status, 503);
    assert.equal((await fetched(watched.videoUrl)).status, 200, 'reading goes on');
    assert.equal((await keys()).length, before, 'nothing half is left');
    toxic.heal();
    await until(async () => (await uploadHead()).status === 100, { ms: 6_000, what: 'uploads to be taken again' });
    assert.equal((await fetch(`${server.url}/readyz`)).status, 200);
});

test('a large upload that fails half way leaves no part behind', async () => {
    toxic.heal();
    const bytes = Buffer.concat([await readFile(await clip()), Buffer.alloc(20 << 20)]);
    toxic.answer = (head) => (/^PUT [^ ]*partNumber=2/.test(head) ? refusal(403, 'AccessDenied') : null);
    const form = new FormData();
    form.append('data', JSON.stringify({ title: 'large' }));
    form.append('reelVideo', new Blob([bytes]), 'clip.mp4');
    const answer = await ada.post('/api/v1/video/upload', { body: form });
    assert.equal(answer.status, 503, answer.text);
    await until(async () => (await unfinished()) === 0, { ms: 10_000, what: 'the multipart upload to be aborted' });
    toxic.heal();
    await until(async () => (await uploadHead()).status === 100, { ms: 6_000, what: 'uploads to be taken again' });
});

test('a service that is gone: what was watched plays on, the rest is 503 soon, and it heals', async () => {
    toxic.heal();
    // Bytes of their own: what is known already is neither fetched nor processed again.
    const fresh = (await ada.upload(await clip({ seconds: 3 }), { title: 'not yet watched' }, { query: '?wait=ready' })).body.data;
    const known = await fetched(watched.videoUrl);
    for (const mode of ['refuse', 'stall']) {
        toxic.mode = mode;
        toxic.cut();
        const start = Date.now();
        const again = await fetched(watched.videoUrl, { range: 'bytes=0-' });
        assert.equal(again.status, 206, mode);
        assert.equal(sha(again.bytes), sha(known.bytes));
        assert.ok(Date.now() - start < 2_000, `${mode}: ${Date.now() - start} ms from memory`);
        assert.equal((await fetch(`${server.url}/api/v1/video?limit=5`)).status, 200, 'the feed does not care');
        const cold = await fetched(fresh.videoUrl);
        assert.equal(cold.status, 503, mode);
        assert.ok(Number(cold.headers.get('retry-after')) > 0);
        assert.ok(Date.now() - start < 20_000, `${mode}: ${Date.now() - start} ms for a refusal`);
        assert.equal((await uploadHead()).status, 503, mode);
    }
    toxic.heal();
    toxic.cut();
    await until(async () => (await fetched(fresh.videoUrl)).status === 200, { ms: 8_000, what: 'the clip to play again' });
    await until(async () => (await uploadHead()).status === 100, { ms: 8_000, what: 'uploads to be taken again' });
});

test('a job that cannot read its source waits for better times', async () => {
    toxic.heal();
    toxic.answer = (head) => (/^(GET|HEAD) [^ ]*sources/.test(head) ? refusal(500, 'InternalError') : null);
    const video = (await ada.upload(await clip({ seconds: 4 }), { title: 'later' })).body.data;
    await until(() => toxic.hits > 0, { what: 'the worker to ask for it' });
    toxic.heal();
    const done = await ada.processed(video.id, { ms: 60_000 });
    assert.equal(done.status, 'ready');
});

test('afterwards rows and objects agree, and fsck says what does not', async () => {
    toxic.heal();
    await server.stop({ keepData: true });
    // Those of the first stage, which the second replaced, belong to nothing.
    await fsck('--repair');
    const clean = await fsck('--read');
    assert.equal(clean.code, 0, clean.stdout + clean.stderr);
    assert.match(clean.stdout, / 0 finding/);

    const poster = new URL(watched.thumbnail).pathname.slice(1);
    await s3.curl(`${bucket}/${poster}`, '-X', 'DELETE');
    await s3.curl(`${bucket}/sources/0190163d-8694-739b-aea5-966c26f8ad91`, '-X', 'PUT', '--data-binary', 'orphan');
    const found = await fsck();
    assert.equal(found.code, 1, found.stdout);
    assert.ok(found.stdout.includes(poster) && found.stdout.includes('ad91 belongs to nothing'), found.stdout);
    const repaired = await fsck('--repair');
    assert.equal(repaired.code, 0, repaired.stdout);
    assert.match(repaired.stdout, /2 finding\(s\), 2 repaired/);

    server = await startServer({ dataDir, env: settings() });
    ada.url = server.url;
    const again = await ada.processed(watched.id);
    assert.equal(again.status, 'ready');
    assert.equal((await fetched(again.thumbnail.replace(/^http:\/\/[^/]+/, server.url))).status, 200);
});

test('doctor tries the bucket out, and names what is wrong with it', async () => {
    const doctor = (env) => run(program, ['doctor'], { env: { PATH: process.env.PATH, DATA_DIR: dataDir, ...settings(), ...env } })
        .then(({ stdout }) => stdout, ({ stdout }) => stdout);
    const good = await doctor({});
    for (const step of ['put and read back', 'read a range', 'list right after', 'multipart', 'own signature', 'replaced', 'delete'])
        assert.match(good, new RegExp(`ok .*${step}`), good);
    const bad = await doctor({ AWS_SECRET_ACCESS_KEY: 'not the secret' });
    assert.match(bad, /BAD .*403/);
    assert.ok(!bad.includes('not the secret'));
});

test('no secret is in the log', async () => {
    await checkLog(dataDir, [s3.secretKey]);
    assert.ok(!server.log().includes(s3.secretKey));
});

test('with MEDIA_BASE_URL public clips are fetched straight, private ones by way of us', async () => {
    const straight = await startServer({ env: { ...settings(), MEDIA_BASE_URL: 'https://cdn.example.org/clips/' } });
    try {
        const eve = await new Person(straight.url).join('Eve');
        const file = await clip();
        const open = (await eve.upload(file, { title: 'open' }, { query: '?wait=ready' })).body.data;
        for (const url of [open.videoUrl, open.hlsUrl, open.thumbnail]) assert.match(url, /^https:\/\/cdn\.example\.org\/clips\/media\//);
        assert.ok((await keys()).includes(new URL(open.videoUrl).pathname.slice('/clips/'.length)));
        const hidden = (await eve.upload(file, { title: 'hidden', visibility: 'private' }, { query: '?wait=ready' })).body.data;
        for (const url of [hidden.videoUrl, hidden.hlsUrl, hidden.thumbnail]) assert.ok(url.startsWith(straight.url), url);
        assert.equal((await fetched(hidden.videoUrl)).status, 200);
        const page = await fetch(straight.url);
        assert.match(page.headers.get('content-security-policy'), /media-src [^;]*https:\/\/cdn\.example\.org/);
        const type = await s3.curl(`${bucket}/${new URL(open.hlsUrl).pathname.slice('/clips/'.length)}`, '-I');
        assert.match(type, /content-type: application\/vnd\.apple\.mpegurl/i);
        assert.match(type, /cache-control: public, max-age=31536000, immutable/i);
    } finally {
        await straight.stop();
    }
});
