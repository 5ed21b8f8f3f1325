// What the log holds, what it must never hold, and what an operator can change while it is written.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readdir, readFile, symlink, mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';

import { Person } from '../support/api.mjs';
import { clip } from '../support/clips.mjs';
import { startServer, temporaryFolder, until } from '../support/server.mjs';

const run = promisify(execFile);
const lines = async (server) =>
    (await server.logFile()).split('\n').filter(Boolean).map((line) => JSON.parse(line));
const requests = async (server, route) =>
    (await lines(server)).filter((line) => line.event === 'request' && line.route === route);

test('one JSON line per request and per stage of a job, and no secret in any of them', async () => {
    const secret = 'an operator\'s Signing Secret 0123456789abcdef';
    const server = await startServer({ env: { LOG_LEVEL: 'debug', JWT_SECRET: secret } });
    try {
        const ada = await new Person(server.url).join();
        const secrets = [secret, ada.email, encodeURIComponent(ada.email), ada.password, ada.token];
        secrets.push(...ada.token.split('.'), ...ada.cookies.values());
        const stored = await run('sqlite3', ['-readonly', path.join(server.dataDir, 'reelshare.db'),
            'SELECT password_hash FROM users']).catch(() => ({ stdout: '' }));
        secrets.push(...stored.stdout.split('\n'));

        const uploaded = await ada.upload(await clip(), { title: 'logged' });
        assert.equal(uploaded.status, 201, uploaded.text);
        const video = await ada.processed(uploaded.body.data.id);
        assert.equal(video.status, 'ready');
        // Everything that tempts a server to log what it was sent.
        const wrong = 'A wrong Password 77 that nobody may read';
        secrets.push(wrong, 'S3cretInAQueryNobodyMayRead00000000');
        await ada.post('/api/v1/auth/login', { json: { email: ada.email, password: wrong } });
        await ada.post('/api/v1/auth/refresh-token', {});
        await ada.post('/api/v1/auth/register', { json: { name: 'x', email: ada.email, password: wrong } });
        await ada.post('/api/v1/auth/register', { body: `{"password":"${wrong}`, headers: { 'content-type': 'application/json' } });
        await ada.get(`/api/v1/video?token=S3cretInAQueryNobodyMayRead00000000`);
        await ada.get(`/api/v1/nothing/${encodeURIComponent(ada.email)}/${ada.token}`);
        await ada.get('/api/v1/video', { token: `${ada.token}x` });
        const changed = await ada.post('/api/v1/auth/change-password',
            { json: { oldPassword: ada.password, newPassword: 'another Horse 2 for the log' } });
        secrets.push('another Horse 2 for the log');
        assert.equal(changed.status, 200, changed.text);
        await ada.post('/api/v1/auth/logout', {});
        const last = (await ada.get('/api/v1/video')).headers.get('x-request-id');

        const done = await until(async () => {
            const all = await lines(server);
            return all.some((line) => line.requestId === last) && all;
        }, { what: 'the last line' });
        const request = done.find((line) => line.route === '/api/v1/video/upload');
        for (const field of ['time', 'level', 'requestId', 'method', 'status', 'bytes', 'ms', 'client', 'complete'])
            assert.ok(field in request, field);
        assert.equal(request.requestId, uploaded.headers.get('x-request-id'));
        const stages = done.filter((line) => line.event === 'job_stage').map((line) => line.stage);
        for (const stage of ['preparing', 'encoding', 'storing']) assert.ok(stages.includes(stage), stages.join());
        assert.ok(done.some((line) => line.event === 'job_done'));

        const everything = (await server.logFile()) + server.log();
        for (const one of secrets.filter((text) => text?.length >= 8))
            assert.ok(!everything.includes(one), `${one.slice(0, 4)}… is in the log`);
    } finally {
        await server.stop();
    }
});

test('level and sampling change while it runs, by signal and by the settings file', async () => {
    const folder = await temporaryFolder();
    const settings = path.join(folder, 'reelshare.toml');
    await writeFile(settings, 'log-level = "warn"\n');
    const server = await startServer({ env: { LOG_LEVEL: '', REELSHARE_CONFIG: settings } });
    const changed = async (count) => until(async () => {
        const all = await lines(server);
        return all.filter((line) => line.event === 'log_changed').length >= count;
    }, { what: `change ${count} of the log` });
    try {
        const get = () => fetch(`${server.url}/api/v1/video`).then((answer) => answer.text());
        await get();
        assert.deepEqual(await lines(server), []);

        server.child.kill('SIGUSR1');
        await changed(1);
        await get();
        await until(async () => (await requests(server, '/api/v1/video')).length === 1, { what: 'the line' });

        await writeFile(settings, 'log-level = "info"\nlog-sample = 0.0\n');
        server.child.kill('SIGHUP');
        await changed(2);
        for (let i = 0; i < 20; ++i) await get();
        await fetch(`${server.url}/api/v1/video?page=-1`);
        await until(async () => (await requests(server, '/api/v1/video')).some((line) => line.status === 400),
            { what: 'the line of what failed' });
        assert.equal((await requests(server, '/api/v1/video')).length, 2);

        await writeFile(settings, 'log-level = "loud"\n');
        server.child.kill('SIGHUP');
        await until(async () => (await lines(server)).some((line) => line.event === 'settings_not_read'),
            { what: 'a complaint' });
        assert.equal((await fetch(`${server.url}/healthz`)).status, 200);
    } finally {
        await server.stop();
        await rm(folder, { recursive: true });
    }
});

test('a full log disk is survived, and what is lost is counted', async () => {
    const dataDir = await temporaryFolder();
    await mkdir(path.join(dataDir, 'logs'));
    await symlink('/dev/full', path.join(dataDir, 'logs/reelshare.log'));
    const server = await startServer({ dataDir });
    try {
        const ada = await new Person(server.url).join();
        assert.equal((await ada.get('/api/v1/video')).status, 200);
        const lost = await until(async () => {
            const page = await (await fetch(`${server.url}/metrics`)).text();
            return Number(page.match(/^reelshare_log_lines_lost_total\{to="file"\} (\S+)/m)[1]);
        }, { what: 'lost lines on the metrics page' });
        assert.ok(lost >= 3);
        assert.match(server.log(), /"event":"request"/);
    } finally {
        await server.stop({ keepData: true });
        await rm(dataDir, { recursive: true });
    }
});

test('the log is rotated by size and old files are compressed', async () => {
    const server = await startServer({ env: { LOG_MAX_MB: '1', LOG_FILES: '1' } });
    try {
        const old = () => readdir(path.join(server.dataDir, 'logs')).then((names) => names.filter((name) => name.endsWith('.gz')));
        await until(async () => {
            await Promise.all(Array.from({ length: 500 }, () => fetch(`${server.url}/healthz`).then((answer) => answer.text())));
            return (await old()).length === 1;
        }, { every: 1, ms: 60_000, what: 'a compressed old log' });
        const { stdout } = await run('gzip', ['-dc', path.join(server.dataDir, 'logs', (await old())[0])], { maxBuffer: 8 << 20 });
        for (const line of stdout.trimEnd().split('\n').slice(0, 50)) JSON.parse(line);
        assert.ok(await readFile(path.join(server.dataDir, 'logs/reelshare.log')));
    } finally {
        await server.stop();
    }
});
