// A scratch disk without room, and a process without descriptors: a clear end or a wait for better times for what needs
// them, everybody else is served, and it heals by itself.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, readFile, readdir, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import path from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';

import { Person } from '../support/api.mjs';
import { clip } from '../support/clips.mjs';
import { startServer, temporaryFolder, until } from '../support/server.mjs';

const run = promisify(execFile);

test('a job whose scratch is full waits for room, others are served, and it is done when there is some', async () => {
    const dataDir = await temporaryFolder();
    const scratch = path.join(dataDir, 'scratch');
    await mkdir(scratch);
    await run('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'reelshare-full', scratch]);
    let server;
    try {
        server = await startServer({ dataDir });
        const ada = await new Person(server.url).join();
        const { id } = (await ada.upload(await clip({ seconds: 3 }), { title: 'no room' })).body.data;
        await until(async () => /job_retried.*scratch/.test(await server.logFile()), { ms: 60_000, what: 'the job to be put off' });
        const video = (await ada.get(`/api/v1/video/${id}`)).body.data;
        assert.ok(['processing', 'playable'].includes(video.status), `not the file's fault: ${video.status}`);
        assert.equal((await ada.get('/readyz')).status, 200);
        assert.equal((await ada.post('/api/v1/auth/refresh-token')).status, 200);
        await run('mount', ['-o', 'remount,size=256m', scratch]);
        assert.equal((await ada.processed(id)).status, 'ready');
        await until(async () => (await readdir(scratch)).length === 0, { what: 'scratch to be empty' });
    } finally {
        await server?.stop();
        await run('umount', ['-l', scratch]);
        await rm(dataDir, { recursive: true, force: true });
    }
});

test('with all descriptors used up it waits, spends no time, and takes connections again', async () => {
    const folder = await temporaryFolder();
    const server = await startServer({ dataDir: folder });
    const sockets = [];
    try {
        const before = (await readdir(`/proc/${server.pid}/fd`)).length;
        await run('prlimit', ['--pid', String(server.pid), `--nofile=${before + 20}`]);
        for (let i = 0; i < 60; ++i) sockets.push(connect(server.port, '127.0.0.1').on('error', () => {}));
        await until(async () => (await readdir(`/proc/${server.pid}/fd`)).length >= before + 19, { what: 'the descriptors to be used up' });
        const ticks = async () => {
            const fields = (await readFile(`/proc/${server.pid}/stat`, 'utf8')).split(') ')[1].split(' ');
            return Number(fields[11]) + Number(fields[12]);
        };
        const [start, at] = [await ticks(), Date.now()];
        await new Promise((done) => setTimeout(done, 2000));
        const busy = ((await ticks()) - start) / 100 / ((Date.now() - at) / 1000);
        assert.ok(busy < 0.2, `${Math.round(busy * 100)} % of a core while nothing can be accepted`);
        for (const socket of sockets) socket.destroy();
        await until(() => fetch(`${server.url}/healthz`).then((answer) => answer.ok, () => false), { ms: 5000, what: 'health again' });
        const ada = await new Person(server.url).join();
        assert.equal((await ada.upload(await clip(), { title: 'after' })).status, 201);
    } finally {
        for (const socket of sockets) socket.destroy();
        await server.stop();
        await rm(folder, { recursive: true, force: true });
    }
});
