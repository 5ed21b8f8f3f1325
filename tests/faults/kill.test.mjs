// SIGKILL at the moments that matter. Which moment it is, the tests see from outside (files, rows, the
// media program's process), or a wrapper around the media program picks it: the server has no hook.
import assert from 'node:assert/strict';
import { chmod, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import path from 'node:path';
import { test } from 'node:test';

import { Person } from '../support/api.mjs';
import { clip } from '../support/clips.mjs';
import { checkHouse, filesOf, rowsOf } from '../support/house.mjs';
import { program, startServer, temporaryFolder, until } from '../support/server.mjs';

const media = process.env.REELSHARE_MEDIA ?? path.join(path.dirname(program), 'reelshare-media');
const lease = { ms: 90_000, what: 'the job of the killed server' };

/** A media program that says when it runs and then waits (for the kill) at a chosen event. */
async function wrapper(folder, event) {
    const marker = path.join(folder, 'reached');
    const script = path.join(folder, 'slow-media');
    // The real program's lines are passed on until the chosen event: then the marker appears and
    // nothing more is said.
    await writeFile(script, `#!/bin/bash
if [ -e "${folder}/passed" ]; then exec "${media}" "$@"; fi
"${media}" "$@" | while IFS= read -r line; do
  case $line in *'"${event}"'*) : > "${marker}"; sleep 60;; esac
  printf '%s\\n' "$line"
done
`);
    await chmod(script, 0o755);
    return { script, marker, pass: () => writeFile(path.join(folder, 'passed'), '') };
}

const exists = (file) => readFile(file).then(() => true, () => false);

test('killed during an upload: nothing is acknowledged, nothing is left', async () => {
    const dataDir = await temporaryFolder();
    const server = await startServer({ dataDir });
    const ada = await new Person(server.url).join();
    const bytes = await readFile(await clip());
    const socket = connect(server.port, '127.0.0.1');
    socket.on('error', () => {});
    socket.write(`POST /api/v1/video/upload HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${ada.token}\r\n` +
        `Content-Type: multipart/form-data; boundary=b\r\nContent-Length: ${bytes.length + 10_000}\r\n\r\n` +
        '--b\r\nContent-Disposition: form-data; name="data"\r\n\r\n{"title":"half"}\r\n' +
        '--b\r\nContent-Disposition: form-data; name="reelVideo"; filename="x.mp4"\r\n\r\n');
    socket.write(bytes.subarray(0, bytes.length - 1000));
    await until(async () => (await filesOf(dataDir)).length > 0, { what: 'the first bytes on disk' });
    await server.kill();
    socket.destroy();
    assert.deepEqual(await rowsOf(dataDir, 'SELECT id FROM videos'), []);
    await checkHouse(dataDir);
    assert.deepEqual(await filesOf(dataDir), []);
    await rm(dataDir, { recursive: true });
});

test('killed between upload and processing: the clip is there and becomes ready', async () => {
    const dataDir = await temporaryFolder();
    const server = await startServer({ dataDir, env: { WORKERS: '0' } });
    const ada = await new Person(server.url).join();
    const answer = await ada.upload(await clip(), { title: 'kept' });
    assert.equal(answer.status, 201);
    await server.kill();
    const again = await startServer({ dataDir });
    ada.url = again.url;
    assert.equal((await ada.processed(answer.body.data.id)).status, 'ready');
    await again.stop({ keepData: true });
    await checkHouse(dataDir);
    await rm(dataDir, { recursive: true });
});

for (const [moment, event] of [['during encoding', 'progress'], ['when the renditions are written, before publish', 'done']]) {
    test(`killed ${moment}: no half clip is visible, the job ends with one set of files`, async () => {
        const dataDir = await temporaryFolder();
        const slow = await wrapper(dataDir, event);
        const server = await startServer({ dataDir, env: { MEDIA_PROGRAM: slow.script } });
        const ada = await new Person(server.url).join();
        const uploaded = await ada.upload(await clip(), { title: 'interrupted' });
        assert.equal(uploaded.status, 201, uploaded.text);
        await until(() => exists(slow.marker), { ms: 60_000, what: `the event ${event}` });
        // What is seen of it, if anything, is whole: the first stage.
        for (const video of (await new Person(server.url).get('/api/v1/video')).body.data.data) {
            assert.equal(video.status, 'playable');
            for (const url of [video.videoUrl, video.hlsUrl, video.thumbnail]) assert.equal((await fetch(url, { method: 'HEAD' })).status, 200);
        }
        await server.kill();
        await slow.pass();
        const again = await startServer({ dataDir, env: { MEDIA_PROGRAM: slow.script } });
        ada.url = again.url;
        const video = await until(async () => {
            const answer = await ada.get(`/api/v1/video/${uploaded.body.data.id}`);
            return answer.body.data.status === 'ready' ? answer.body.data : null;
        }, lease);
        assert.equal((await fetch(video.videoUrl.replace(/^http:\/\/[^/]+/, again.url))).status, 200);
        await again.stop({ keepData: true });
        await checkHouse(dataDir);
        await rm(dataDir, { recursive: true });
    });
}

test('killed at random under uploads and likes: every acknowledged write is there', async () => {
    const dataDir = await temporaryFolder();
    const likes = [];
    const posts = [];
    const file = await clip();
    const people = [];
    for (let round = 0; round < 4; ++round) {
        const server = await startServer({ dataDir });
        while (people.length < 4) people.push(await new Person(server.url).join(`Person ${people.length}`));
        for (const person of people) person.url = server.url;
        let stopped = false;
        const quiet = (promise) => promise.catch(() => null);
        const load = people.map(async (person, index) => {
            while (!stopped) {
                const answer = await quiet(person.upload(file, { title: `clip of ${index}` }));
                if (answer?.status === 201) posts.push(answer.body.data.id);
                const target = posts[Math.floor(Math.random() * posts.length)];
                if (!target) continue;
                const liked = await quiet(person.put(`/api/v1/video/${target}/like`));
                if (liked?.status === 200) likes.push([target, person.id]);
            }
        });
        const enough = posts.length + 6;
        await until(() => posts.length >= enough, { ms: 30_000, what: 'some uploads' });
        await server.kill();
        stopped = true;
        await Promise.all(load);
    }
    const kept = new Set((await rowsOf(dataDir, 'SELECT id FROM videos')).map((row) => row.id));
    for (const id of posts) assert.ok(kept.has(id), `the acknowledged clip ${id} is lost`);
    const liked = new Set((await rowsOf(dataDir, 'SELECT video_id, user_id FROM engagements')).map((row) => row.video_id + row.user_id));
    for (const [video, user] of likes) assert.ok(liked.has(video + user), 'an acknowledged like is lost');
    const server = await startServer({ dataDir });
    await until(async () => (await rowsOf(dataDir, "SELECT id FROM jobs WHERE state IN ('queued','running')")).length === 0,
        { ms: 180_000, every: 500, what: 'all jobs to end' });
    await server.stop({ keepData: true });
    await checkHouse(dataDir);
    await rm(dataDir, { recursive: true });
});

test('killed under views: what was answered is counted, and counted once', async () => {
    const dataDir = await temporaryFolder();
    try {
        let server = await startServer({ dataDir });
        const ada = await new Person(server.url).join('Ada');
        const { id } = (await ada.upload(await clip(), { title: 'seen' }, { query: '?wait=ready' })).body.data;
        let answered = 0;
        let watched = 0;
        for (let round = 0; round < 5; ++round) {
            let next = 0;
            const crowd = Array.from({ length: 16 }, async () => {
                while (next < 120) {
                    const viewer = new Person(server.url);
                    const headers = { 'user-agent': `viewer ${round} ${next++}` };
                    try {
                        const told = await viewer.post(`/api/v1/video/${id}/view`, { json: { watchedMs: 1000 }, headers });
                        assert.equal(told.status, 202);
                    } catch (error) {
                        if (error.code === 'ERR_ASSERTION') throw error;
                        return;  // Not answered: either is right.
                    }
                    answered += 1;
                    watched += 1000;
                }
            });
            await until(() => next >= 30 + 15 * round, { every: 1, what: 'some views' });
            await server.kill();
            await Promise.all(crowd);
            server = await startServer({ dataDir, port: server.port });
        }
        const report = async () => (await ada.get(`/api/v1/statistics/video/${id}`)).body.data;
        const { views, watchedMs } = await report();
        assert.ok(views >= answered, `${views} views of ${answered} answered`);
        // Those under way when it died may be counted too, never twice.
        assert.ok(views <= answered + 5 * 16, `${views} views of ${answered} answered`);
        assert.equal(watchedMs, views * 1000);
        assert.ok(watchedMs >= watched);
        await server.stop({ keepData: true });
        await checkHouse(dataDir);
    } finally {
        await rm(dataDir, { recursive: true, force: true });
    }
});

test('a media program that crashes, hangs up or talks rubbish fails the clip, not the server', async () => {
    for (const [what, body] of [
        ['crashes', 'kill -SEGV $$'],
        ['ends without a word', 'exit 0'],
        ['talks rubbish', 'head -c 3000000 /dev/urandom; exit 0'],
        ['lies about its files', `cat > /dev/null; echo '{"event":"done","report":{"renditions":[{"name":"../../x","file":"../../../etc/passwd"}]}}'`],
    ]) {
        const dataDir = await temporaryFolder();
        const script = path.join(dataDir, 'bad-media');
        await writeFile(script, `#!/bin/bash\n${body}\n`);
        await chmod(script, 0o755);
        const server = await startServer({ dataDir, env: { MEDIA_PROGRAM: script } });
        const ada = await new Person(server.url).join();
        const { id } = (await ada.upload(await clip(), { title: what })).body.data;
        const video = await ada.processed(id, { ms: 90_000 });
        assert.equal(video.status, 'failed', what);
        assert.match(JSON.stringify(video.failure), /[A-Z].*\./, 'a sentence');
        assert.equal((await ada.get('/healthz')).status, 200);
        await server.stop({ keepData: true });
        await rm(dataDir, { recursive: true });
    }
});

test('SIGTERM finishes what is in flight and ends with 0', async () => {
    const server = await startServer();
    const ada = await new Person(server.url).join();
    const bytes = await readFile(await clip());
    const head = '--b\r\nContent-Disposition: form-data; name="data"\r\n\r\n{"title":"last"}\r\n--b\r\nContent-Disposition: form-data; name="reelVideo"; filename="x.mp4"\r\n\r\n';
    const tail = '\r\n--b--\r\n';
    const socket = connect(server.port, '127.0.0.1');
    let answer = '';
    socket.setEncoding('latin1').on('data', (piece) => (answer += piece));
    const closed = new Promise((done) => socket.once('close', done));
    socket.write(`POST /api/v1/video/upload?wait=none HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${ada.token}\r\n` +
        `Content-Type: multipart/form-data; boundary=b\r\nContent-Length: ${head.length + bytes.length + tail.length}\r\n\r\n${head}`);
    socket.write(bytes.subarray(0, 20_000));
    await until(async () => (await filesOf(server.dataDir)).length > 0, { what: 'the upload to begin' });
    server.child.kill('SIGTERM');
    await until(async () => fetch(`${server.url}/healthz`).then(() => false, () => true), { what: 'the port to close' });
    socket.write(bytes.subarray(20_000));
    socket.write(tail);
    await closed;
    assert.match(answer, /^HTTP\/1\.1 201 /);
    assert.deepEqual(await server.exited, { code: 0, signal: null });
    await server.stop();
});
