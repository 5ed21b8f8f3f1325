// SIGKILL at system calls on the way from upload to publish: whatever was done up to there, a restart makes it whole. Which
// calls there are, a run without a fault tells; `CRASH_POINTS=all` takes every one instead of some that lie evenly.
import assert from 'node:assert/strict';
import { cp, rm } from 'node:fs/promises';
import { after, before, test } from 'node:test';

import { Person } from '../support/api.mjs';
import { clip } from '../support/clips.mjs';
import { checkHouse, rowsOf } from '../support/house.mjs';
import { startServer, temporaryFolder, until } from '../support/server.mjs';
import { inject } from '../support/strace.mjs';

// Those that change what a disk holds. Each is a kind of moment of its own: rows, objects, their names, what is removed.
const calls = ['fdatasync', 'fsync', 'pwrite64', 'rename', 'link', 'unlink', 'mkdir', 'ftruncate'];

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
