// SIGTERM in the middle of everything: who is being served is served, who comes too late is refused at once, and what a
// client goes on with later is kept.
import assert from 'node:assert/strict';
import { readFile, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { test } from 'node:test';

import { Person } from '../support/api.mjs';
import { clip } from '../support/clips.mjs';
import { checkHouse, rowsOf } from '../support/house.mjs';
import { slowness, startServer, temporaryFolder, until } from '../support/server.mjs';

/** A request whose body is under way: `finish` sends the rest, `answer` is all that came once the server has closed. */
async function halfWay(server, head, body, first) {
    const socket = connect(server.port, '127.0.0.1').on('error', () => {});
    const request = { socket, answer: '' };
    socket.setEncoding('latin1').on('data', (piece) => (request.answer += piece));
    request.closed = new Promise((done) => socket.once('close', done));
    socket.write(`${head}Host: x\r\nExpect: 100-continue\r\nContent-Length: ${body.length}\r\n\r\n`);
    await until(() => request.answer.startsWith('HTTP/1.1 100 '), { every: 5, what: 'to be let in' });
    request.answer = '';
    socket.write(body.subarray(0, first));
    request.finish = () => socket.write(body.subarray(first));
    return request;
}

test('SIGTERM during 100 requests and an upload: all are answered, new ones refused, and it ends in time', async () => {
    const dataDir = await temporaryFolder();
    const server = await startServer({ dataDir });
    const ada = await new Person(server.url).join('Ada');
    const { id } = (await ada.upload(await clip(), { title: 'a clip' }, { query: '?wait=ready' })).body.data;
    const bytes = await readFile(await clip({ seconds: 3 }));
    const bearer = `Authorization: Bearer ${ada.token}\r\n`;
    const comment = (i) => halfWay(server, `POST /api/v1/video/${id}/comments HTTP/1.1\r\n${bearer}Content-Type: application/json\r\n`,
        Buffer.from(JSON.stringify({ content: `number ${i}` })), 7);
    const requests = await Promise.all(Array.from({ length: 100 }, (_, i) => comment(i)));
    const upload = await halfWay(server, `POST /api/v1/video/upload?wait=none HTTP/1.1\r\n${bearer}Content-Type: multipart/form-data; boundary=b\r\n`,
        Buffer.concat([Buffer.from('--b\r\nContent-Disposition: form-data; name="data"\r\n\r\n{"title":"last"}\r\n' +
            '--b\r\nContent-Disposition: form-data; name="reelVideo"; filename="x.mp4"\r\n\r\n'), bytes, Buffer.from('\r\n--b--\r\n')]), 50_000);
    const idle = connect(server.port, '127.0.0.1');
    const idleClosed = new Promise((done) => idle.on('error', () => {}).once('close', done));
    await new Promise((done) => idle.once('connect', done));

    const start = Date.now();
    server.child.kill('SIGTERM');
    await until(() => fetch(`${server.url}/healthz`).then(() => false, (error) => error.cause?.code === 'ECONNREFUSED'), { every: 10, what: 'the port to close' });
    await idleClosed;
    assert.ok(Date.now() - start < 2000 * slowness, 'who says nothing is not waited for');
    for (const one of [...requests, upload]) one.finish();
    await Promise.all([...requests, upload].map((one) => one.closed));
    for (const { answer } of requests) assert.match(answer, /^HTTP\/1\.1 200 [^]*\r\nConnection: close\r\n/i);
    assert.match(upload.answer, /^HTTP\/1\.1 201 /);
    assert.deepEqual(await server.exited, { code: 0, signal: null });
    assert.ok(Date.now() - start < 10_000 * slowness, `${Date.now() - start} ms`);
    assert.equal((await rowsOf(dataDir, 'SELECT DISTINCT content FROM comments')).length, 100);
    await server.stop({ keepData: true });
    await checkHouse(dataDir, { during: async () => {
        assert.deepEqual(await rowsOf(dataDir, "SELECT state FROM assets WHERE state <> 'ready'"), []);
    } });
    await rm(dataDir, { recursive: true });
});

test('SIGTERM while a resumable upload stands still: it ends when the grace is over, and what had come is kept', async () => {
    const dataDir = await temporaryFolder();
    const server = await startServer({ dataDir, env: { SHUTDOWN_GRACE_S: '2' } });
    const ada = await new Person(server.url).join('Ada');
    const bytes = await readFile(await clip({ seconds: 3 }));
    const begun = await ada.post('/api/v1/upload/tus', {
        headers: { 'tus-resumable': '1.0.0', 'upload-length': String(bytes.length), 'upload-metadata': `title ${btoa('x')}` },
    });
    const url = new URL(begun.headers.get('location'), server.url).pathname;
    const part = await halfWay(server, `PATCH ${url} HTTP/1.1\r\nAuthorization: Bearer ${ada.token}\r\nTus-Resumable: 1.0.0\r\nUpload-Offset: 0\r\n` +
        'Content-Type: application/offset+octet-stream\r\n', bytes, 100_000);
    // Its bytes are with the server: nothing is in between that may drop them.
    await until(() => part.socket.writableLength === 0 && part.socket.bytesWritten > 100_000, { what: 'the bytes to be sent' });
    const start = Date.now();
    server.child.kill('SIGTERM');
    assert.deepEqual(await server.exited, { code: 0, signal: null });
    assert.ok(Date.now() - start < 6000 * slowness, `${Date.now() - start} ms`);
    const again = await startServer({ dataDir });
    ada.url = again.url;
    try {
        const head = await ada.request('HEAD', url, { headers: { 'tus-resumable': '1.0.0' } });
        assert.equal(head.headers.get('upload-offset'), '100000');
        const rest = await ada.request('PATCH', url, {
            headers: { 'tus-resumable': '1.0.0', 'upload-offset': '100000', 'content-type': 'application/offset+octet-stream' }, body: bytes.subarray(100_000),
        });
        assert.equal(rest.status, 204, rest.text);
        assert.equal((await ada.processed(rest.headers.get('x-video-id'))).metadata.size, bytes.length);
    } finally {
        await again.stop({ keepData: true });
    }
    await checkHouse(dataDir);
    await rm(dataDir, { recursive: true });
});
