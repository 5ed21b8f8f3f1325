// USER_QUOTA_GB: what one account may have here together, told before the bytes are sent where that is possible.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import http from 'node:http';
import { after, before, test } from 'node:test';

import { Person } from '../support/api.mjs';
import { clip } from '../support/clips.mjs';
import { startServer } from '../support/server.mjs';

const file = await clip();
const bytes = await readFile(file);
const tus = { 'Tus-Resumable': '1.0.0' };
const metadata = `title ${Buffer.from('Resumable').toString('base64')}`;
let server;

before(async () => {
    // Two of the clip, and half of a third.
    server = await startServer({ env: { USER_QUOTA_GB: String((bytes.length * 2.5) / 2 ** 30) } });
});
after(() => server?.stop());

const begin = (person, length) => person.post('/api/v1/upload/tus', { headers: { ...tus, 'Upload-Length': String(length), 'Upload-Metadata': metadata } });

function refused(answer) {
    assert.equal(answer.status, 413, answer.text);
    assert.equal(answer.body.code, 'quota_exceeded');
    assert.equal(answer.body.errorMessages[0].path, 'reelVideo');
    assert.match(answer.body.message, /one account may have here/);
}

test('what is over the quota is refused until something is deleted', async () => {
    const ada = await new Person(server.url).join();
    const first = await ada.upload(file);
    assert.equal(first.status, 201, first.text);
    assert.equal((await ada.upload(file)).status, 201, 'the same file, which is stored once, counts for each post');
    refused(await ada.upload(file));
    refused(await begin(ada, bytes.length));
    // Others have a quota of their own.
    const bob = await new Person(server.url).join('Bob');
    assert.equal((await bob.upload(file)).status, 201);
    assert.equal((await ada.delete(`/api/v1/video/${first.body.data.id}`)).status, 200);
    assert.equal((await ada.upload(file)).status, 201);
});

test('unfinished uploads count with what they have announced', async () => {
    const ada = await new Person(server.url).join();
    const begun = [await begin(ada, bytes.length), await begin(ada, bytes.length)];
    for (const one of begun) assert.equal(one.status, 201, one.text);
    refused(await begin(ada, bytes.length));
    refused(await ada.upload(file));
    const [path, other] = begun.map((one) => new URL(one.headers.get('location')).pathname);
    const done = await ada.request('PATCH', path, { body: bytes, headers: { ...tus, 'Upload-Offset': '0', 'Content-Type': 'application/offset+octet-stream' } });
    assert.equal(done.status, 204, done.text);
    refused(await begin(ada, bytes.length));
    assert.equal((await ada.delete(other, { headers: tus })).status, 204);
    assert.equal((await begin(ada, bytes.length)).status, 201);
});

test('a length that is not announced is no way around it', async () => {
    const ada = await new Person(server.url).join();
    const boundary = 'quota-boundary';
    const request = http.request(`${server.url}/api/v1/video/upload?wait=none`, {
        method: 'POST', headers: { authorization: `Bearer ${ada.token}`, 'content-type': `multipart/form-data; boundary=${boundary}`, 'transfer-encoding': 'chunked' },
    });
    request.on('error', () => {});  // It may be cut off.
    const answered = new Promise((done) => request.once('response', done));
    request.write(`--${boundary}\r\nContent-Disposition: form-data; name="data"\r\n\r\n{"title":"Long"}\r\n`);
    request.write(`--${boundary}\r\nContent-Disposition: form-data; name="reelVideo"; filename="clip.mp4"\r\n\r\n`);
    request.write(bytes);
    request.write(Buffer.alloc(bytes.length * 2));
    const answer = await answered;
    let text = '';
    for await (const piece of answer) text += piece;
    request.destroy();
    refused({ status: answer.statusCode, text, body: JSON.parse(text) });
});

test('of two that would fit alone one is taken', async () => {
    const ada = await new Person(server.url).join();
    assert.equal((await ada.upload(file)).status, 201);
    const answers = await Promise.all([ada.upload(file), ada.upload(file)]);
    assert.deepEqual(answers.map((one) => one.status).sort(), [201, 413]);
    refused(answers.find((one) => one.status === 413));
});
