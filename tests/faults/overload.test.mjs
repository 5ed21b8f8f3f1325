// More is asked than can be done: what would only wait is refused at once, the rest goes on, and it ends by itself. More
// connections than there are descriptors for: files can be opened all the same.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import path from 'node:path';
import { test } from 'node:test';

import { Person } from '../support/api.mjs';
import { clip } from '../support/clips.mjs';
import { startServer, until } from '../support/server.mjs';
import { inject } from '../support/strace.mjs';

const counter = async (server, name) => {
    const page = await (await fetch(`${server.url}/metrics`)).text();
    return Number(page.match(new RegExp(`^${name} (\\S+)$`, 'm'))[1]);
};

test('a database slower than what is asked of it: refused at once, clips play on, and all is well when it is fast again', async () => {
    const server = await startServer({ env: { WORKERS: '1' } });
    try {
        const ada = await new Person(server.url).join();
        const uploaded = await ada.upload(await clip(), { title: 'a clip' }, { query: '?wait=ready' });
        const video = uploaded.body.data;
        const read = () => ada.get(`/api/v1/video/${video.id}`);
        assert.equal((await read()).status, 200);
        assert.equal((await fetch(video.videoUrl)).status, 200);
        assert.equal(await counter(server, 'reelshare_shed_requests_total'), 0);

        // Each read takes and leaves a lock there.
        const slow = await inject(server.pid, 'fcntl', 'delay_enter=40000', { only: path.join(server.dataDir, 'reelshare.db-shm') });
        const statuses = new Map();
        const refused = [];
        let going = true;
        const ask = async () => {
            while (going) {
                const answer = await read();
                statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
                if (answer.status === 503) refused.push(answer);
                if (answer.status === 503) await new Promise((done) => setTimeout(done, 20));
            }
        };
        const asking = Array.from({ length: 96 }, ask);
        await until(() => refused.length >= 200, { ms: 120_000, what: 'refusals' });
        for (const { headers, body } of refused) {
            assert.ok(Number(headers.get('retry-after')) >= 1);
            assert.equal(body.code, 'unavailable');
        }
        assert.equal((await fetch(`${server.url}/healthz`)).status, 200);
        assert.equal((await fetch(video.videoUrl, { headers: { range: 'bytes=0-99' } })).status, 206, 'clips play on');
        assert.ok(await counter(server, 'reelshare_shed_requests_total') >= 200);
        const before = statuses.get(200) ?? 0;
        await until(() => statuses.get(200) >= before + 20, { ms: 120_000, what: 'others to be answered meanwhile' });
        going = false;
        await Promise.all(asking);
        assert.deepEqual([...statuses.keys()].sort(), [200, 503]);

        await slow.release();
        await until(async () => (await read()).status === 200, { what: 'the overload to end' });
        const shed = await counter(server, 'reelshare_shed_requests_total');
        for (let i = 0; i < 50; ++i) assert.equal((await read()).status, 200);
        assert.equal(await counter(server, 'reelshare_shed_requests_total'), shed);
    } finally {
        await server.stop();
    }
});

test('a disk slower than what is to be written: writes are refused, reads are not', async () => {
    const server = await startServer();
    try {
        const ada = await new Person(server.url).join();
        const { id } = (await ada.upload(await clip(), { title: 'a clip' })).body.data;
        const slow = await inject(server.pid, 'fdatasync,fsync', 'delay_enter=600000', { only: path.join(server.dataDir, 'reelshare.db-wal') });
        const statuses = new Map();
        let going = true;
        // More than are committed together.
        const writing = Array.from({ length: 400 }, async () => {
            while (going) {
                const { status } = await ada.put(`/api/v1/video/${id}/like`);
                statuses.set(status, (statuses.get(status) ?? 0) + 1);
                if (status === 503) await new Promise((done) => setTimeout(done, 100));
            }
        });
        await until(() => statuses.get(503) >= 100 && statuses.get(200) >= 100, { ms: 120_000, what: 'refusals, and writes' });
        for (let i = 0; i < 20; ++i) assert.equal((await ada.get(`/api/v1/video/${id}/comments`)).status, 200, 'a read is refused');
        going = false;
        await Promise.all(writing);
        assert.deepEqual([...statuses.keys()].sort(), [200, 503]);
        await slow.release();
        const shed = await counter(server, 'reelshare_shed_requests_total');
        for (let i = 0; i < 20; ++i) assert.equal((await ada.put(`/api/v1/video/${id}/like`)).status, 200);
        assert.equal(await counter(server, 'reelshare_shed_requests_total'), shed);
    } finally {
        await server.stop();
    }
});

test('connections take no descriptor that files need', async () => {
    const server = await startServer({ env: { WORKERS: '1' }, before: ['prlimit', '--nofile=160:160'] });
    const sockets = [];
    try {
        const ada = await new Person(server.url).join();
        const uploaded = await ada.upload(await clip(), { title: 'a clip' }, { query: '?wait=ready' });
        let refused = 0;
        for (let i = 0; i < 200; ++i) {
            const socket = connect(server.port, '127.0.0.1');
            socket.on('error', () => {});
            socket.once('data', (piece) => (refused += String(piece).startsWith('HTTP/1.1 503')));
            sockets.push(socket);
            await once(socket, 'connect');
        }
        await until(() => refused >= 80, { what: 'refusals' });
        // Over a connection that is kept alive since before.
        assert.equal((await ada.get(`/api/v1/video/${uploaded.body.data.id}`)).status, 200);
        assert.equal((await ada.upload(await clip(), { title: 'another clip' })).status, 201);
    } finally {
        for (const socket of sockets) socket.destroy();
        await server.stop();
    }
});
