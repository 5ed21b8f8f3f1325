// A disk that fills up: refused clearly and at once, before the body where its size is told, nothing half is left, reading goes
// on, and it heals by itself when there is room again.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { open, readdir, readFile, rm, statfs } from 'node:fs/promises';
import { connect } from 'node:net';
import path from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';

import { Person } from '../support/api.mjs';
import { clip } from '../support/clips.mjs';
import { checkHouse, rowsOf } from '../support/house.mjs';
import { slowness, startServer, temporaryFolder, until } from '../support/server.mjs';

const run = promisify(execFile);
const tus = { 'tus-resumable': '1.0.0' };
const route = '/api/v1/upload/tus';
const limit = 1000 * slowness;

/** Work in a data folder that is a disk of its own, of `mib`; `fill(left)` takes all but so many bytes, `free` gives them back. */
async function onSmallDisk(mib, work) {
    const dataDir = await temporaryFolder();
    await run('mount', ['-t', 'tmpfs', '-o', `size=${mib}m`, 'reelshare-small', dataDir]);
    const ballast = path.join(dataDir, 'ballast');
    const free = async () => rm(ballast, { force: true });
    const fill = async (left = 0) => {
        await free();
        const file = await open(ballast, 'w');
        const { bavail, bsize } = await statfs(dataDir);
        const piece = Buffer.alloc(64 << 10);
        let bytes = Math.max(0, bavail * bsize - left);
        try {
            for (; bytes > 0; bytes -= piece.length) await file.write(piece, 0, Math.min(bytes, piece.length));
        } catch (error) {
            if (error.code !== 'ENOSPC') throw error;
        }
        await file.close();
    };
    try {
        await work({ dataDir, fill, free });
    } finally {
        await run('umount', ['-l', dataDir]);
        await rm(dataDir, { recursive: true, force: true });
    }
}

async function timed(call) {
    const start = Date.now();
    const answer = await call();
    return { ...answer, ms: Date.now() - start };
}

function assertFull(answer, what) {
    assert.equal(answer.status, 507, `${what}: ${answer.text}`);
    assert.ok(answer.ms === undefined || answer.ms < limit, `${what}: ${answer.ms} ms`);
    assert.doesNotMatch(answer.text ?? '', /sqlite|ENOSPC|\/tmp|No space/i, 'internal text');
}

/** How an upload is answered of which only the head comes; 100 where its body is asked for. */
async function headOnly(server, token, length) {
    const socket = connect(server.port, '127.0.0.1');
    let answer = '';
    socket.setEncoding('latin1').on('error', () => {}).on('data', (piece) => (answer += piece));
    socket.write(`POST /api/v1/video/upload HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\nExpect: 100-continue\r\n` +
        `Content-Type: multipart/form-data; boundary=b\r\nContent-Length: ${length}\r\n\r\n`);
    await until(() => answer.includes('\r\n\r\n'), { every: 5, what: 'an answer to the head' });
    socket.destroy();
    return Number(answer.split(' ')[1]);
}

test('uploads without room: 507 before the body, or while it comes, and nothing of it is left', () => onSmallDisk(400, async ({ dataDir, fill, free }) => {
    const server = await startServer({ dataDir, env: { WORKERS: '0', MAX_UPLOAD_MB: '512' } });
    try {
        const ada = await new Person(server.url).join('Ada');
        const large = Buffer.concat([await readFile(await clip({ seconds: 3 })), Buffer.alloc(8 << 20)]);
        // A part of the disk is kept for what is not uploads: with that part free only, none is begun.
        assert.equal(await headOnly(server, ada.token, large.length), 100);
        assert.equal(await headOnly(server, ada.token, 401 << 20), 507, 'more than there is');
        const begun = await ada.post(route, { headers: { ...tus, 'upload-length': String(large.length), 'upload-metadata': `title ${btoa('x')}` } });
        assert.equal(begun.status, 201);
        const url = new URL(begun.headers.get('location'), server.url).pathname;
        await fill(2 << 20);
        assert.equal(await headOnly(server, ada.token, large.length), 507);
        assertFull(await timed(() => ada.post(route, { headers: { ...tus, 'upload-length': '1000000', 'upload-metadata': `title ${btoa('x')}` } })), 'a new resumable one');
        // It was let in when there was room.
        const patch = (offset) => timed(() => ada.request('PATCH', url, {
            headers: { ...tus, 'upload-offset': String(offset), 'content-type': 'application/offset+octet-stream' }, body: large.subarray(offset),
        }));
        assertFull(await patch(0), 'the body of a resumable one');
        const head = await ada.request('HEAD', url, { headers: tus });
        const offset = Number(head.headers.get('upload-offset'));
        assert.ok(offset < large.length, `${offset}`);
        assert.equal((await ada.get('/readyz')).status, 200, 'a full disk is no broken one');
        assert.equal((await ada.get('/api/v1/video')).status, 200);
        await free();
        // That the last one gave up could not be written down either: his time runs out.
        const rest = await until(async () => { const answer = await patch(offset); return answer.status !== 423 && answer; }, { what: 'the upload to be free' });
        assert.equal(rest.status, 204, rest.text);
        const stored = await rowsOf(dataDir, 'SELECT source_key FROM assets');
        assert.ok((await readFile(path.join(dataDir, 'objects', stored[0].source_key))).equals(large));

        // The disk fills up while bodies come.
        const bytes = Buffer.concat([await readFile(await clip()), Buffer.alloc(4 << 20)]);
        const socket = connect(server.port, '127.0.0.1');
        let answer = '';
        socket.setEncoding('latin1').on('error', () => {}).on('data', (piece) => (answer += piece));
        const closed = new Promise((done) => socket.once('close', done));
        socket.write(`POST /api/v1/video/upload HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${ada.token}\r\nContent-Type: multipart/form-data; boundary=b\r\n` +
            `Content-Length: ${bytes.length + 1000}\r\n\r\n--b\r\nContent-Disposition: form-data; name="data"\r\n\r\n{"title":"x"}\r\n` +
            '--b\r\nContent-Disposition: form-data; name="reelVideo"; filename="x.mp4"\r\n\r\n');
        socket.write(bytes.subarray(0, 300_000));
        await until(async () => (await readdir(path.join(dataDir, 'objects/tmp'))).length === 1, { what: 'the upload to begin' });
        await fill();
        socket.write(bytes.subarray(300_000));
        await Promise.race([closed, until(() => answer.includes('\r\n\r\n'), { what: 'an answer' })]);
        assert.match(answer, /^HTTP\/1\.1 507 /);
        socket.destroy();
        await until(async () => (await readdir(path.join(dataDir, 'objects/tmp'))).length === 0, { what: 'the half upload to go' });
    } finally {
        await free();
        await server.stop({ keepData: true });
    }
    await checkHouse(dataDir);
}));

test('rows without room: writes are 507, reads go on, and nothing needs a restart', () => onSmallDisk(300, async ({ dataDir, fill, free }) => {
    const server = await startServer({ dataDir });
    const acknowledged = new Set();
    try {
        const ada = await new Person(server.url).join('Ada');
        const { id } = (await ada.upload(await clip(), { title: 'a clip' }, { query: '?wait=ready' })).body.data;
        await fill();
        // What is free inside of the log is used up first.
        let number = 0;
        const write = () => timed(() => ada.post(`/api/v1/video/${id}/comments`, { json: { content: `${++number} ${'x'.repeat(900)}` } }));
        const full = await until(async () => {
            const answer = await write();
            if (answer.status === 200) acknowledged.add(answer.body.data.id);
            return answer.status === 200 ? null : answer;
        }, { every: 0, ms: 60_000, what: 'the disk to be full' });
        assertFull(full, 'a comment');
        for (let i = 0; i < 20; ++i) {
            assertFull(await write(), 'another');
            const read = await timed(() => ada.get(`/api/v1/video/${id}`));
            assert.equal(read.status, 200);
            assert.ok(read.ms < limit);
        }
        assert.equal((await ada.get('/healthz')).status, 200);
        assert.equal((await fetch((await ada.get(`/api/v1/video/${id}`)).body.data.videoUrl)).status, 200);
        await free();
        const healed = await until(async () => { const answer = await write(); return answer.status === 200 && answer; }, { ms: 5000, what: 'writes to come back' });
        acknowledged.add(healed.body.data.id);
        assert.equal((await ada.get('/readyz')).status, 200);
        assert.equal((await ada.upload(await clip({ seconds: 3 }), { title: 'after' }, { query: '?wait=ready' })).body.data.status, 'ready');
    } finally {
        await free();
        await server.stop({ keepData: true });
    }
    const kept = new Set((await rowsOf(dataDir, 'SELECT id FROM comments')).map((row) => row.id));
    assert.deepEqual([...kept].sort(), [...acknowledged].sort(), 'what was acknowledged, and nothing that was refused');
    await checkHouse(dataDir);
}));
