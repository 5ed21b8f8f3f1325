// The real media program stopped, killed or starved in the middle of a clip: the job ends within its limits, the server and the
// next job are well, and nothing is left.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { describe, it } from 'node:test';
import { promisify } from 'node:util';

import { Person } from '../support/api.mjs';
import { clip } from '../support/clips.mjs';
import { checkHouse, rowsOf } from '../support/house.mjs';
import { startServer, temporaryFolder, until } from '../support/server.mjs';

const run = promisify(execFile);

/** The media program that this server has started, if it runs now. */
async function childOf(server) {
    for (const task of await readdir(`/proc/${server.pid}/task`)) {
        const children = await readFile(`/proc/${server.pid}/task/${task}/children`, 'utf8').catch(() => '');
        for (const pid of children.trim().split(' ').filter(Boolean)) {
            const name = await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '');
            if (name.startsWith('reelshare-media')) return Number(pid);
        }
    }
    return null;
}

async function scene(work, { seconds }) {
    const dataDir = await temporaryFolder();
    const server = await startServer({ dataDir });
    try {
        const ada = await new Person(server.url).join('Ada');
        const file = await clip({ seconds, width: 720, height: 1280 });
        const { id } = (await ada.upload(file, { title: 'unlucky' })).body.data;
        await work({ server, ada, id, pid: await until(() => childOf(server), { every: 2, what: 'the media program' }) });
        // Other bytes: those of before would not be processed again.
        const next = (await ada.upload(await clip(), { title: 'next' }, { query: '?wait=ready' })).body.data;
        assert.equal(next.status, 'ready', 'the next job');
        await until(async () => (await readdir(path.join(dataDir, 'scratch'))).length === 0, { what: 'scratch to be empty' });
    } finally {
        await server.stop({ keepData: true });
    }
    await checkHouse(dataDir);
    await rm(dataDir, { recursive: true });
}

describe('the media program', { concurrency: 3 }, () => {
    it('stopped: it is noticed within a minute, killed and tried again', () => scene(async ({ server, ada, id, pid }) => {
        process.kill(pid, 'SIGSTOP');
        await until(async () => /job_retried.*hung/.test(await server.logFile()), { ms: 75_000, what: 'the silence to be noticed' });
        await assert.rejects(readFile(`/proc/${pid}/comm`), 'the stopped one is gone');
        const video = await ada.processed(id);
        assert.equal(video.status, 'ready');
        assert.deepEqual(await rowsOf(server.dataDir, "SELECT attempts FROM jobs WHERE state = 'done' ORDER BY id LIMIT 1"), [{ attempts: 2 }]);
    }, { seconds: 8 }));

    it('killed: tried again', () => scene(async ({ server, ada, id, pid }) => {
        process.kill(pid, 'SIGKILL');
        await until(async () => /job_retried.*signal 9/.test(await server.logFile()), { what: 'the next try' });
        assert.equal((await ada.processed(id)).status, 'ready');
    }, { seconds: 10 }));

    it('without memory: that clip fails with a sentence, or is tried again within its limit', () => scene(async ({ server, ada, id }) => {
        // Each try is starved anew.
        const video = await until(async () => {
            const child = await childOf(server);
            if (child) await run('prlimit', ['--pid', String(child), '--as=80000000']).catch(() => {});
            const { data } = (await ada.get(`/api/v1/video/${id}`)).body;
            return ['ready', 'failed'].includes(data.status) && data;
        }, { ms: 120_000, every: 20, what: 'the end of the job' });
        assert.equal(video.status, 'failed');
        assert.match(video.failure.message ?? JSON.stringify(video.failure), /[A-Z].*\./, 'a sentence');
        assert.doesNotMatch(JSON.stringify(video.failure), /bad_alloc|ENOMEM|signal|\/tmp/);
        assert.equal((await ada.get('/readyz')).status, 200);
        const [job] = await rowsOf(server.dataDir, 'SELECT state, attempts FROM jobs');
        assert.equal(job.state, 'dead');
        assert.ok(job.attempts <= 3, `${job.attempts} attempts`);
    }, { seconds: 12 }));
});
