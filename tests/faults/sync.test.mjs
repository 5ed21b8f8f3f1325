// A disk that fails to sync: nobody hears yes for what may be lost, the server says that it is ill and takes no more
// writes, reading goes on, and a restart is clean.
import assert from 'node:assert/strict';
import { readFile, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';

import { Person } from '../support/api.mjs';
import { clip } from '../support/clips.mjs';
import { checkHouse, rowsOf } from '../support/house.mjs';
import { startServer, temporaryFolder } from '../support/server.mjs';
import { inject } from '../support/strace.mjs';

const route = '/api/v1/upload/tus';
const checks = async (person) => {
    const answer = await person.get('/readyz');
    return [answer.status, answer.body.data.database, answer.body.data.objects];
};

/** A server with a clip that can be watched and somebody who liked it. */
async function scene() {
    const dataDir = await temporaryFolder();
    const server = await startServer({ dataDir });
    const ada = await new Person(server.url).join('Ada');
    const { id } = (await ada.upload(await clip(), { title: 'before' }, { query: '?wait=ready' })).body.data;
    assert.equal((await ada.put(`/api/v1/video/${id}/like`)).status, 200);
    return { dataDir, server, ada, id };
}

test('the database cannot sync: no yes, red, reads go on, and the next start has all that was acknowledged', async () => {
    const { dataDir, server, ada, id } = await scene();
    const refused = [];
    try {
        const fault = await inject(server.pid, 'fdatasync,fsync', 'error=EIO');
        // All at once: those of one commit are answered alike.
        const titles = ['one', 'two', 'three', 'four'];
        for (const answer of await Promise.all(titles.map((content) => ada.post(`/api/v1/video/${id}/comments`, { json: { content } })))) {
            assert.equal(answer.status, 503, answer.text);
            assert.ok(Number(answer.headers.get('retry-after')) > 0);
            refused.push(answer);
        }
        await fault.release();
        // The disk works again, and that changes nothing: what it holds is not known.
        assert.deepEqual((await checks(ada)).slice(0, 2), [503, 'unavailable']);
        assert.equal((await ada.delete(`/api/v1/video/${id}/like`)).status, 503);
        assert.equal((await ada.upload(await clip(), { title: 'no' })).status, 503);
        assert.equal((await ada.get('/healthz')).status, 200);
        assert.equal((await ada.get('/api/v1/video')).body.data.data.length, 1);
        const video = (await ada.get(`/api/v1/video/${id}`)).body.data;
        assert.equal(video.likeCount, 1);
        assert.equal((await fetch(video.videoUrl)).status, 200);
        assert.match(await server.logFile(), /sqlite_sync_failed/);
    } finally {
        await server.stop({ keepData: true });
    }
    assert.equal(refused.length, 4);
    await checkHouse(dataDir, { during: async (again) => {
        ada.url = again.url;
        assert.deepEqual(await checks(ada), [200, 'ok', 'ok']);
        assert.equal((await ada.get(`/api/v1/video/${id}`)).body.data.likeCount, 1);
        assert.equal((await ada.post(`/api/v1/video/${id}/comments`, { json: { content: 'after' } })).status, 200);
    } });
    await rm(dataDir, { recursive: true });
});

test('the folder of objects cannot sync: the upload is refused and so are later ones, before their body', async () => {
    const { dataDir, server, ada, id } = await scene();
    try {
        // The first sync of an upload is that of its file; the database's comes when that is done.
        const fault = await inject(server.pid, 'fdatasync,fsync', 'error=EIO:when=1');
        const first = await ada.upload(await clip({ seconds: 3 }), { title: 'lost' });
        assert.equal(first.status, 503, first.text);
        await fault.release();
        assert.deepEqual(await checks(ada), [503, 'ok', 'unavailable']);
        assert.equal((await ada.upload(await clip(), { title: 'no' })).status, 503);
        const begun = await ada.post(route, { headers: { 'tus-resumable': '1.0.0', 'upload-length': '1000', 'upload-metadata': `title ${btoa('x')}` } });
        assert.equal(begun.status, 503);
        // Rows are another file, perhaps on another disk.
        assert.equal((await ada.delete(`/api/v1/video/${id}/like`)).status, 200);
        assert.deepEqual(await rowsOf(dataDir, "SELECT title FROM videos WHERE title <> 'before'"), []);
        assert.equal((await readdir(path.join(dataDir, 'objects/tmp'))).length, 0, 'nothing half is left');
        assert.match(await server.logFile(), /objects_sync_failed/);
    } finally {
        await server.stop({ keepData: true });
    }
    await checkHouse(dataDir, { during: async (again) => {
        ada.url = again.url;
        assert.equal((await ada.upload(await clip({ seconds: 3 }), { title: 'now' }, { query: '?wait=ready' })).body.data.status, 'ready');
    } });
    await rm(dataDir, { recursive: true });
});

test('a disk that takes 300 ms for each sync: writes are slow, readers do not notice', async () => {
    const { dataDir, server, ada, id } = await scene();
    try {
        const guest = new Person(server.url);
        /** The slowest but one of 200, while somebody writes all the time. */
        const slowest = async (fault) => {
            const strace = await inject(server.pid, 'fdatasync,fsync', fault);
            let over = false;
            const times = { reads: [], writes: [] };
            const timed = async (list, call) => {
                const start = performance.now();
                const answer = await call();
                list.push(performance.now() - start);
                assert.equal(answer.status, 200, answer.text);
            };
            const writer = async (i) => { while (!over) await timed(times.writes, () => ada.post(`/api/v1/video/${id}/comments`, { json: { content: `by ${i}` } })); };
            const writers = [0, 1, 2, 3].map(writer);
            for (let i = 0; i < 200; ++i) await timed(times.reads, () => guest.get(`/api/v1/video?limit=${1 + (i % 20)}`));
            over = true;
            await Promise.all(writers);
            await strace.release();
            const sorted = (list) => list.sort((a, b) => a - b);
            return { read: sorted(times.reads).at(-3), write: sorted(times.writes)[0] };
        };
        const quick = await slowest();
        const slow = await slowest('delay_enter=300000');
        assert.ok(slow.write > 300, `${slow.write} ms for a write`);
        assert.ok(slow.read < Math.max(2 * quick.read, quick.read + 100), `${slow.read} ms for a read, else ${quick.read} ms`);
    } finally {
        await server.stop({ keepData: true });
    }
    await checkHouse(dataDir);
    await rm(dataDir, { recursive: true });
});

test('a resumable upload whose bytes cannot be synced is not told that they are kept', async () => {
    const { dataDir, server, ada } = await scene();
    const tus = { 'tus-resumable': '1.0.0' };
    try {
        const begun = await ada.post(route, { headers: { ...tus, 'upload-length': '300000', 'upload-metadata': `title ${btoa('x')}` } });
        const url = new URL(begun.headers.get('location'), server.url).pathname;
        const patch = (offset, bytes) => ada.request('PATCH', url, {
            headers: { ...tus, 'upload-offset': String(offset), 'content-type': 'application/offset+octet-stream' }, body: bytes,
        });
        const bytes = (await readFile(await clip({ seconds: 3 }))).subarray(0, 300_000);
        assert.equal((await patch(0, bytes.subarray(0, 100_000))).status, 204);
        const partial = path.join(dataDir, 'objects/partial');
        const fault = await inject(server.pid, 'fdatasync', 'error=EIO', { only: path.join(partial, (await readdir(partial))[0]) });
        const failed = await patch(100_000, bytes.subarray(100_000, 200_000));
        assert.equal(failed.status, 503, failed.text);
        await fault.release();
        const head = await ada.request('HEAD', url, { headers: tus });
        assert.equal(head.headers.get('upload-offset'), '100000');
        await server.stop({ keepData: true });
        const again = await startServer({ dataDir });
        ada.url = again.url;
        try {
            assert.equal((await ada.request('HEAD', url, { headers: tus })).headers.get('upload-offset'), '100000');
            assert.equal((await patch(100_000, bytes.subarray(100_000, 200_000))).status, 204);
        } finally {
            await again.stop({ keepData: true });
        }
    } finally {
        await server.stop({ keepData: true });
    }
    await checkHouse(dataDir);
    await rm(dataDir, { recursive: true });
});
