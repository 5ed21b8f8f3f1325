// Workers on other machines, dead or asleep: each job is done once, by whoever is left.
import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { after, before, test } from 'node:test';

import { Person } from '../support/api.mjs';
import { clip } from '../support/clips.mjs';
import { startPostgres } from '../support/postgres.mjs';
import { slowness, startServer, temporaryFolder, until } from '../support/server.mjs';
import { heldMedia, media, startWorker } from '../support/worker.mjs';

let postgres;
let database;
let folder;
let server;
let ada;

before(async () => {
    postgres = await startPostgres();
    database = await postgres.createDatabase();
    folder = await temporaryFolder();
    server = await startServer({ dataDir: path.join(folder, 'node'), env: { WORKERS: '0', DATABASE_URL: postgres.url(database) } });
    ada = await new Person(server.url).join();
});

after(async () => {
    await server?.stop();
    await postgres?.stop();
    await rm(folder, { recursive: true, force: true });
});

/** Its objects are the node's, as on a shared store. */
const startOne = (name, mediaProgram = media) => startWorker({
    dataDir: path.join(folder, 'node'), env: { DATABASE_URL: postgres.url(database), MEDIA_PROGRAM: mediaProgram }, name,
});

const job = async (id) => (await postgres.sql(
    `SELECT j.state, j.fence FROM jobs j JOIN videos v ON v.asset_id = j.asset_id WHERE v.id = '${id}'`, database))[0];

test('a new job is taken at once by a worker of another process, told by the database', async () => {
    const worker = await startOne('worker');
    try {
        const file = await clip();
        const start = Date.now();
        const uploaded = await ada.upload(file, { title: 'told' });
        await until(async () => !(await job(uploaded.body.data.id)).startsWith('queued'), { every: 5, what: 'the job to be taken' });
        assert.ok(Date.now() - start < 5000 * slowness);
        const video = await ada.processed(uploaded.body.data.id);
        assert.equal(video.status, 'ready');
    } finally {
        await worker.stop();
    }
});

test('one worker killed, one asleep past its lease: their jobs are done once, and the sleeper publishes nothing', async () => {
    const slow = await heldMedia(folder, 'slow-media');
    const uploads = [];
    // Other bytes each: those that are being processed already would not be processed twice.
    for (const [title, seconds] of [['killed', 3], ['asleep', 5]])
        uploads.push((await ada.upload(await clip({ seconds }), { title })).body.data.id);
    const dead = await startOne('the one that is killed', slow.script);
    const sleeper = await startOne('the one that sleeps', slow.script);
    await until(async () => (await Promise.all(uploads.map(job))).every((one) => one.startsWith('running')), { what: 'both jobs to run' });
    await dead.stop('SIGKILL');
    sleeper.child.kill('SIGSTOP');
    const start = Date.now();
    const helper = await startOne('the one that is left');
    try {
        // It takes one after the other.
        await until(async () => (await Promise.all(uploads.map(job))).some((one) => one !== 'running|1'), { ms: 60_000, what: 'a job to be taken' });
        assert.ok(Date.now() - start < 45_000 * slowness, `${Date.now() - start} ms`);
        for (const id of uploads) {
            const video = await ada.processed(id);
            assert.equal(video.status, 'ready');
            assert.equal(await job(id), 'done|2', 'the second fence');
        }
        const prefixes = await postgres.sql('SELECT media_prefix FROM assets ORDER BY id', database);
        await slow.go();
        sleeper.child.kill('SIGCONT');
        await until(() => sleeper.log().includes('job_lost'), { ms: 60_000, what: 'the sleeper to see that it lost its job' });
        assert.deepEqual(await postgres.sql('SELECT media_prefix FROM assets ORDER BY id', database), prefixes);
    } finally {
        await helper.stop();
        sleeper.child.kill('SIGCONT');  // Asleep it hears no other signal.
        await sleeper.stop();
    }
    // The objects of the losers are gone or nobody's: what the clips point to is there.
    for (const id of uploads) {
        const video = (await ada.get(`/api/v1/video/${id}`)).body.data;
        const playlist = await fetch(`${server.url}${new URL(video.hlsUrl).pathname}`);
        assert.equal(playlist.status, 200);
    }
});

test('a node that starts leaves the jobs of others alone', async () => {
    const slow = await heldMedia(folder, 'slow-again');
    const worker = await startOne('worker', slow.script);
    try {
        const { id } = (await ada.upload(await clip({ seconds: 4 }), { title: 'others' })).body.data;
        await until(async () => (await job(id)).startsWith('running'), { what: 'the job to run' });
        const other = await startServer({ env: { WORKERS: '1', DATABASE_URL: postgres.url(database) } });
        await other.stop();
        assert.equal(await job(id), 'running|1');
        await slow.go();
        assert.equal((await ada.processed(id)).status, 'ready');
        assert.equal(await job(id), 'done|1');
        assert.doesNotMatch(worker.log(), /job_lost/);
    } finally {
        await worker.stop();
    }
});
