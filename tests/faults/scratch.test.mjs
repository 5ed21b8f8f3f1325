// A full disk where clips are worked on: the job waits, the server goes on, and when there is room again so does the job.
// Needs the right to mount a small file system.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';

import { Person } from '../support/api.mjs';
import { clip } from '../support/clips.mjs';
import { startServer, temporaryFolder, until } from '../support/server.mjs';

const run = promisify(execFile);

test('scratch is full: nobody is to blame, and it heals', async () => {
    const dataDir = await temporaryFolder();
    const scratch = path.join(dataDir, 'scratch');
    await mkdir(scratch);
    await run('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', scratch]);
    let server;
    try {
        server = await startServer({ dataDir });
        const ada = await new Person(server.url).join();
        const answer = await ada.upload(await clip({ seconds: 4, width: 720, height: 1280 }), { title: 'no room' });
        assert.equal(answer.status, 201, answer.text);
        const { id } = answer.body.data;
        await until(async () => /job_retried.*scratch/.test(await server.logFile()), { what: 'the job to be given back' });
        const video = (await ada.get(`/api/v1/video/${id}`)).body.data;
        assert.equal(video.status, 'processing', 'not failed: it is not the clip\'s fault');
        assert.equal((await fetch(`${server.url}/readyz`)).status, 200);
        assert.equal((await fetch(`${server.url}/api/v1/video`)).status, 200);
        await run('mount', ['-o', 'remount,size=256m', scratch]);
        const done = await ada.processed(id);
        assert.equal(done.status, 'ready');
        await until(async () => (await run('ls', ['-A', scratch])).stdout === '', { what: 'scratch to be empty' });
    } finally {
        await server?.stop({ keepData: true });
        await run('umount', ['-l', scratch]);
        await rm(dataDir, { recursive: true, force: true });
    }
});
