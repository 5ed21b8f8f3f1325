// Idempotency-Key: one effect and one answer, however often a POST arrives.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { readFile, rm } from 'node:fs/promises';

import { Person } from '../support/api.mjs';
import { clip as makeClip } from '../support/clips.mjs';
import { startServer, temporaryFolder } from '../support/server.mjs';

let server;
let folder;
let clip;
let ada;
let id;

before(async () => {
    folder = await temporaryFolder();
    clip = await makeClip();
    server = await startServer({ dataDir: folder });
    ada = await new Person(server.url).join();
    id = (await ada.upload(clip)).body.data.id;
    await ada.processed(id);
});
after(async () => {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
});

const keyed = (key, more = {}) => ({ ...more, headers: { 'idempotency-key': key, ...more.headers } });
const toggle = (key, who = ada) => who.post(`/api/v1/video/${id}`, keyed(key));
const likes = async () => (await ada.get(`/api/v1/video/${id}`)).body.data.likeCount;

test('50 at once have one effect and get one answer', async () => {
    const start = await likes();
    const answers = await Promise.all(Array.from({ length: 50 }, () => toggle('fifty')));
    for (const answer of answers) {
        assert.equal(answer.status, 200, answer.text);
        assert.equal(answer.text, answers[0].text);
    }
    assert.equal(answers.filter((answer) => answer.headers.get('idempotency-replayed') === null).length, 1);
    assert.equal(await likes(), start + 1);
    const undone = await toggle('fifty-one');
    assert.equal(undone.body.data.isLiked, false, 'another key is another request');
    assert.equal(await likes(), start);
});

test('the answer is the same after a restart', async () => {
    const first = await toggle('restart');
    await server.stop({ keepData: true });
    server = await startServer({ dataDir: folder, port: server.port });
    const again = await toggle('restart');
    assert.equal(again.text, first.text);
    assert.equal(again.headers.get('idempotency-replayed'), 'true');
    assert.equal(again.headers.get('content-type'), first.headers.get('content-type'));
    await toggle('back');
});

test('the answer is the same after a kill', async () => {
    const first = await toggle('kill');
    await server.kill();
    server = await startServer({ dataDir: folder, port: server.port });
    const again = await toggle('kill');
    assert.equal(again.text, first.text);
    await toggle('back again');
});

test('a key belongs to one request of one user', async () => {
    const path = `/api/v1/video/${id}`;
    assert.equal((await ada.post(path, keyed('body', { json: { a: 1 } }))).status, 200);
    const other = await ada.post(path, keyed('body', { json: { a: 2 } }));
    assert.equal(other.status, 409);
    assert.equal(other.body.code, 'idempotency_key_reused');
    assert.equal((await ada.post(`${path}?x=1`, keyed('body', { json: { a: 1 } }))).status, 409);
    const bob = await new Person(server.url).join('Bob Bobson');
    const liked = await toggle('body', bob);
    assert.equal(liked.headers.get('idempotency-replayed'), null);
    assert.equal(liked.body.data.isLiked, true);
    await bob.delete(`${path}/like`);
    await ada.delete(`${path}/like`);
});

test('a refusal is kept, one for a missing token is not', async () => {
    const missing = '/api/v1/video/0190a000-0000-7000-8000-000000000000';
    const first = await ada.post(missing, keyed('missing'));
    assert.equal(first.status, 404);
    assert.equal((await ada.post(missing, keyed('missing'))).headers.get('idempotency-replayed'), 'true');
    const guest = new Person(server.url);
    for (let i = 0; i < 2; ++i) {
        const answer = await guest.post(`/api/v1/video/${id}`, keyed('guest'));
        assert.equal(answer.status, 401);
        assert.equal(answer.headers.get('idempotency-replayed'), null);
    }
});

test('an upload that is sent again is one clip', async () => {
    const send = () => {
        const form = new FormData();
        form.append('data', JSON.stringify({ title: 'Once' }));
        form.append('reelVideo', new Blob([clipBytes]), 'clip.mp4');
        return ada.post('/api/v1/video/upload?wait=none', keyed('upload', { body: form }));
    };
    const clipBytes = await readFile(clip);
    const answers = await Promise.all([send(), send(), send()]);
    for (const answer of answers) {
        assert.equal(answer.status, 201, answer.text);
        assert.equal(answer.body.data.id, answers[0].body.data.id);
    }
    const mine = (await ada.get('/api/v1/user/me/videos?limit=50')).body.data.data;
    assert.equal(mine.filter((video) => video.title === 'Once').length, 1);
});

test('an upload that broke off can be sent again under its key', async () => {
    const controller = new AbortController();
    const endless = new ReadableStream({
        start(stream) {
            stream.enqueue(new TextEncoder().encode('--b\r\nContent-Disposition: form-data; name="data"\r\n\r\n{}'));
            setTimeout(() => controller.abort(), 300);
        },
    });
    await assert.rejects(
        fetch(`${server.url}/api/v1/video/upload`, {
            method: 'POST', body: endless, duplex: 'half', signal: controller.signal,
            headers: {
                authorization: `Bearer ${ada.token}`, 'idempotency-key': 'broken',
                'content-type': 'multipart/form-data; boundary=b',
            },
        }),
    );
    const form = new FormData();
    form.append('data', JSON.stringify({ title: 'Again' }));
    form.append('reelVideo', new Blob([await readFile(clip)]), 'clip.mp4');
    const answer = await ada.post('/api/v1/video/upload?wait=none', keyed('broken', { body: form }));
    assert.equal(answer.status, 201, answer.text);
});

test('a bad key is refused', async () => {
    for (const key of ['with space', 'x'.repeat(256)]) {
        const answer = await toggle(key);
        assert.equal(answer.status, 400, key);
        assert.equal(answer.body.errorMessages[0].path, 'Idempotency-Key');
    }
});

test('logins are left alone', async () => {
    const login = () => ada.post('/api/v1/auth/login', keyed('login', { json: { email: ada.email, password: ada.password } }));
    const [first, second] = [await login(), await login()];
    assert.equal(first.status, 200);
    assert.notEqual(first.body.data.token, second.body.data.token);
});
