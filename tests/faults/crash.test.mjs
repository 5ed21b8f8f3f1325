// SIGKILL at system calls on the way from upload to publish: whatever was done up to there, a restart makes it whole. Which
// calls there are, a run without a fault tells; `CRASH_POINTS=all` takes every one instead of some that lie evenly.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cp, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { after, before, test } from 'node:test';

import { Person } from '../support/api.mjs';
import { clip } from '../support/clips.mjs';
import { checkHouse, rowsOf } from '../support/house.mjs';
import { program, startServer, temporaryFolder, until } from '../support/server.mjs';
import { inject } from '../support/strace.mjs';

// Those that change what a disk holds. Each is a kind of moment of its own: rows, objects, their names, what is removed.
const calls = ['fdatasync', 'fsync', 'pwrite64', 'rename', 'link', 'unlink', 'mkdir', 'ftruncate'];
const route = '/api/v1/upload/tus';
const tus = { 'tus-resumable': '1.0.0' };

let template;
let ada;
let file;

before(async () => {
    file = await clip({ seconds: 1, width: 180, height: 320 });
    template = await temporaryFolder('reelshare-template-');
    const server = await startServer({ dataDir: template });
    ada = await new Person(server.url).join('Ada');
    await server.stop({ keepData: true });
});
after(() => rm(template, { recursive: true, force: true }));

/** A server on a folder of its own, in which Ada has an account and nothing else is. */
async function scene(env = {}) {
    const dataDir = await temporaryFolder();
    await cp(template, dataDir, { recursive: true });
    const server = await startServer({ dataDir, env });
    ada.url = server.url;
    return { dataDir, server };
}

/** How often a thread makes each call during `work`: the most of any. */
async function count(env, work) {
    const { dataDir, server } = await scene(env);
    const watch = await inject(server.pid, calls.join(','));
    await work(server);
    await watch.release();
    await server.stop({ keepData: true });
    await rm(dataDir, { recursive: true });
    const made = new Map();
    for (const line of watch.lines()) {
        const seen = line.match(/^\[pid +(\d+)\] (\w+)\(/);
        if (seen) made.set(`${seen[2]} ${seen[1]}`, (made.get(`${seen[2]} ${seen[1]}`) ?? 0) + 1);
    }
    const most = {};
    for (const [key, times] of made) {
        const call = key.split(' ')[0];
        most[call] = Math.max(most[call] ?? 0, times);
    }
    return most;
}

/** Of each call `share` at most, the first among them. */
function points(most, share) {
    return Object.entries(most).flatMap(([call, times]) => {
        const some = process.env.CRASH_POINTS === 'all' ? times : Math.min(times, share);
        return Array.from({ length: some }, (_, i) => [call, 1 + Math.floor((i * times) / some)]);
    });
}

test('in the migrations of a first start: the next start finishes them', async (t) => {
    const versions = (dataDir) => rowsOf(dataDir, 'SELECT version, name FROM schema_migrations ORDER BY version');
    const all = await versions(template);
    let kills = 0;
    for (let n = 1; ; n += 2) {
        const dataDir = await temporaryFolder();
        const migrate = (...before) => {
            const [file, ...args] = [...before, program, 'migrate'];
            const child = spawn(file, args, { env: { PATH: process.env.PATH, DATA_DIR: dataDir }, stdio: 'ignore' });
            return new Promise((done) => child.once('exit', (code, signal) => done(signal ?? code)));
        };
        const end = await migrate('strace', '-f', '-qq', '-o', '/dev/null', '-e', 'trace=fdatasync', '-e', `inject=fdatasync:signal=KILL:when=${n}`);
        if (end === 'SIGKILL') {
            kills += 1;
            assert.equal(await migrate(), 0, `after a kill at sync ${n}`);
        }
        assert.deepEqual(await versions(dataDir), all, `after a kill at sync ${n}`);
        assert.deepEqual(await rowsOf(dataDir, 'PRAGMA integrity_check'), [{ integrity_check: 'ok' }]);
        await rm(dataDir, { recursive: true });
        if (end === 0) break;
    }
    t.diagnostic(`${kills} kills`);
    assert.ok(kills >= 5, `${kills} kills`);
});

const quiet = (promise) => promise.catch(() => null);
const ended = (server) => server.child.exitCode !== null || server.child.signalCode !== null;

test('from an upload to its publication: the clip is there and whole, or was not promised', async (t) => {
    const upload = () => quiet(ada.upload(file, { title: 'a clip' }));
    const most = await count({}, async () => { await ada.processed((await upload()).body.data.id); });
    assert.ok(most.fdatasync > 3 && most.pwrite64 > 5, JSON.stringify(most));
    let kills = 0;
    for (const [call, n] of points(most, 3)) {
        const { dataDir, server } = await scene();
        server.killed = true;
        await inject(server.pid, call, `signal=KILL:when=${n}`);
        const answer = await upload();
        const id = answer?.status === 201 ? answer.body.data.id : null;
        await until(async () => ended(server) || (id && (await quiet(ada.get(`/api/v1/video/${id}`)))?.body?.data?.status === 'ready'),
            { ms: 60_000, what: `the kill at ${call} ${n}, or the end` });
        if (ended(server)) kills += 1;
        else await server.kill();
        await server.exited;
        try {
            await checkHouse(dataDir, { during: async (again) => {
                ada.url = again.url;
                const { data } = (await ada.get('/api/v1/video')).body.data;
                if (id) assert.deepEqual(data.map((video) => video.id), [id], 'the acknowledged clip');
                assert.ok(data.length <= 1);
                for (const video of data) {
                    assert.equal(video.status, 'ready');
                    for (const url of [video.videoUrl, video.hlsUrl, video.thumbnail]) assert.equal((await fetch(url, { method: 'HEAD' })).status, 200, url);
                }
                assert.deepEqual(await rowsOf(dataDir, "SELECT id FROM assets WHERE state <> 'ready'"), []);
            } });
        } catch (error) {
            throw new Error(`killed at ${call} ${n} in ${dataDir}, ${id ? 'after' : 'before'} its 201: ${error.stack}`);
        }
        await rm(dataDir, { recursive: true });
    }
    t.diagnostic(`${kills} kills; calls of a thread: ${JSON.stringify(most)}`);
    // Which thread makes which call is chance: not every point is met each time.
    assert.ok(kills >= 8, `${kills} kills`);
});

test('in a resumable upload: the offset is never behind what was acknowledged, and the bytes are the same in the end', async (t) => {
    const bytes = await readFile(file);
    const piece = Math.ceil(bytes.length / 3);
    const create = () => ada.post(route, { headers: { ...tus, 'upload-length': String(bytes.length), 'upload-metadata': `title ${btoa('x')}` } });
    const patch = (url, offset) => ada.request('PATCH', url, {
        headers: { ...tus, 'upload-offset': String(offset), 'content-type': 'application/offset+octet-stream' }, body: bytes.subarray(offset, offset + piece),
    });
    /** Goes as far as it gets; `state` is what was acknowledged. */
    const send = async (state) => {
        state.url ??= (await create()).headers.get('location')?.replace(/^https?:\/\/[^/]+/, '');
        while (state.offset < bytes.length) {
            // Who died held it, and holds it no longer.
            const answer = await patch(state.url, state.offset);
            assert.equal(answer.status, 204, answer.text);
            state.offset = Number(answer.headers.get('upload-offset'));
        }
    };
    const env = { WORKERS: '0' };
    const most = await count(env, () => send({ offset: 0 }));
    let kills = 0;
    for (const [call, n] of points(most, 2)) {
        const { dataDir, server } = await scene(env);
        server.killed = true;
        await inject(server.pid, call, `signal=KILL:when=${n}`);
        const state = { offset: 0 };
        await quiet(send(state));
        await until(() => ended(server) || state.offset === bytes.length, { what: 'the kill, or the end' });
        if (ended(server)) kills += 1;
        else await server.kill();
        await server.exited;
        const again = await startServer({ dataDir, env });
        try {
            ada.url = again.url;
            if (state.url) {
                const head = await ada.request('HEAD', state.url, { headers: tus });
                const offset = Number(head.headers.get('upload-offset'));
                assert.ok(offset >= state.offset, `${offset} after ${state.offset}`);
                state.offset = offset;
            }
            await send(state);
            const [asset, ...more] = await rowsOf(dataDir, 'SELECT content_hash, source_key FROM assets');
            assert.equal(more.length, 0);
            const stored = await readFile(path.join(dataDir, 'objects', asset.source_key));
            assert.equal(asset.content_hash, createHash('sha256').update(bytes).digest('hex'));
            assert.ok(stored.equals(bytes));
        } catch (error) {
            throw new Error(`killed at ${call} ${n} in ${dataDir}: ${error.stack}`);
        } finally {
            await again.stop({ keepData: true });
        }
        await rm(dataDir, { recursive: true });
    }
    t.diagnostic(`${kills} kills; calls of a thread: ${JSON.stringify(most)}`);
    assert.ok(kills >= 5, `${kills} kills`);
});
