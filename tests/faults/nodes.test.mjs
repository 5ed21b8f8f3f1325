// Nodes at one database and one bucket: a message between them that is lost makes one of them old for a while only, and they take
// each other's tokens and links where their clocks differ.
import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { after, before, test } from 'node:test';

import { Person } from '../support/api.mjs';
import { clip } from '../support/clips.mjs';
import { clock } from '../support/clock.mjs';
import { checkCounts, checkLog, fsck } from '../support/house.mjs';
import { startPostgres } from '../support/postgres.mjs';
import { startRedis } from '../support/redis.mjs';
import { startS3 } from '../support/s3.mjs';
import { slowness, startServer, temporaryFolder, until } from '../support/server.mjs';
import { startWorker } from '../support/worker.mjs';
import { startToxicProxy } from '../support/faulty_proxy.mjs';
import { makeWorld } from '../support/world.mjs';

const services = {};
let folder;
let env;
let nodes;
let worker;
let sql;

const startNode = (name, more = {}) => startServer({ dataDir: path.join(folder, name), env: { ...env, WORKERS: '0', ...more } });

before(async () => {
    folder = await temporaryFolder();
    [services.postgres, services.s3] = await Promise.all([startPostgres(), startS3()]);
    const world = await makeWorld(services);
    env = { ...world.env, JWT_SECRET: 'the same on every node, of course', CLEANUP_GRACE_S: '0' };
    const database = new URL(env.DATABASE_URL).pathname.slice(1);
    sql = (text) => services.postgres.sql(text, database);
    nodes = [await startNode('first'), await startNode('second')];
});

after(async () => {
    await Promise.allSettled([...(nodes ?? []), worker].map((one) => one?.stop()));
    await Promise.allSettled(Object.values(services).map((service) => service.stop()));
    await rm(folder, { recursive: true, force: true });
});

/** The same person, talking to another node. */
function at(node, person) {
    return Object.assign(new Person(node.url), { id: person.id, email: person.email, password: person.password, token: person.token, cookies: person.cookies });
}

test('a message between nodes that is lost: what the other shows is old for 30 s at most', async () => {
    const redis = await startRedis();
    const proxy = await startToxicProxy(redis.address.port);
    const teller = await startNode('teller', { REDIS_URL: redis.url() });
    const listener = await startNode('listener', { REDIS_URL: `redis://127.0.0.1:${proxy.port}/0` });
    try {
        const ada = await new Person(teller.url).join('Ada');
        const { id } = (await ada.upload(await clip({ seconds: 4 }), { title: 'old' })).body.data;
        await sql(`UPDATE assets SET state = 'ready', media_prefix = 'media/x/1', report = '{}', metadata = '{}'
            WHERE id = (SELECT asset_id FROM videos WHERE id = '${id}')`);
        const guest = new Person(listener.url);
        const title = async () => (await guest.get(`/api/v1/video/${id}`)).body.data.title;
        assert.equal(await title(), 'old');
        let lost = 0;
        proxy.drop = (piece, side) => side === 'server' && piece.includes('message') && ++lost > 0;
        assert.equal((await ada.request('PATCH', `/api/v1/video/${id}`, { json: { title: 'new' } })).status, 200);
        const start = Date.now();
        await until(() => lost > 0, { what: 'the message' });
        await until(async () => (await title()) === 'new', { ms: 35_000, every: 200, what: 'the new title' });
        assert.ok(Date.now() - start <= 30_000 * slowness, `${Date.now() - start} ms`);
        assert.equal((await ada.delete(`/api/v1/video/${id}`)).status, 200);
    } finally {
        await teller.stop();
        await listener.stop();
        await proxy.stop();
        await redis.stop();
    }
});

test('nodes 30 s apart take each other\'s tokens and links', async () => {
    const ahead = await startNode('ahead', clock('+30s'));
    try {
        const ada = await new Person(ahead.url).join('Ada');
        const bob = await new Person(nodes[0].url).join('Bob');
        assert.equal((await at(nodes[0], ada).get('/api/v1/user/me')).status, 200);
        assert.equal((await at(ahead, bob).get('/api/v1/user/me')).status, 200);
        // A link to a private clip that one gave and the other serves.
        worker = await startWorker({ dataDir: path.join(folder, 'worker'), env });
        for (const [giver, taker] of [[nodes[0], ahead], [ahead, nodes[0]]]) {
            const owner = at(giver, bob);
            const { id } = (await owner.upload(await clip({ seconds: 5 }), { title: 'private', visibility: 'private' })).body.data;
            const { videoUrl } = await owner.processed(id);
            assert.equal((await fetch(taker.url + new URL(videoUrl).pathname, { method: 'HEAD' })).status, 200);
        }
        await worker.stop();
        worker = null;
    } finally {
        await ahead.stop();
    }
});

test('afterwards rows and objects agree, counts are right, and no log holds a secret', async () => {
    worker ??= await startWorker({ dataDir: path.join(folder, 'worker'), env });
    await until(async () => (await sql("SELECT count(*) FROM jobs WHERE state IN ('queued', 'running')"))[0] === '0', { ms: 120_000, what: 'the jobs to end' });
    await worker.stop();
    worker = null;
    await Promise.all(nodes.map((node) => node.stop()));
    await fsck(path.join(folder, 'first'), ['--repair'], env);  // What the first stage of a clip left.
    const verdict = await fsck(path.join(folder, 'first'), ['--read'], env);
    assert.match(verdict.stdout, / 0 finding/, verdict.stdout + (verdict.stderr ?? ''));
    await checkCounts(sql);
    for (const name of ['first', 'second', 'ahead']) await checkLog(path.join(folder, name), [services.s3.secretKey, env.JWT_SECRET]);
    nodes = [];
});
