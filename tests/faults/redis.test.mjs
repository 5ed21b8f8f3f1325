// Redis absent, dying, emptied, slow, half-open, failing over: no 5xx, nothing slower than its budget, limits within a
// factor of the number of nodes, and healed by itself.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { after, before, test } from 'node:test';
import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { Person } from '../support/api.mjs';
import { startRedis } from '../support/redis.mjs';
import { freePort, slowness, startServer, temporaryFolder, until } from '../support/server.mjs';
import { startToxicProxy } from '../support/faulty_proxy.mjs';

const feed = '/api/v1/video?limit=1';
const generous = { RATE_LIMIT: 'on', RATE_LIMIT_READ: '100000/60', RATE_LIMIT_WRITE: '100000/60', RATE_LIMIT_LOGIN: '100000/60' };
const heals = { ms: 5_000, every: 50 };

const seen = async (url) => (await (await fetch(`${url}/readyz`)).json()).data.redis;
const isUp = (url) => until(async () => (await seen(url)) === 'ok', { ...heals, what: 'Redis to be found again' });
const isAway = (url) => until(async () => (await seen(url)) === 'unavailable', { ...heals, what: 'Redis to be missed' });

/** Clients that read and like until they are stopped; what was answered, and the slowest answer. */
function traffic(server, ada) {
    const result = { statuses: new Map(), slowest: 0 };
    let going = true;
    const client = async (request) => {
        while (going) {
            const start = performance.now();
            const { status } = await request();
            result.slowest = Math.max(result.slowest, performance.now() - start);
            result.statuses.set(status, (result.statuses.get(status) ?? 0) + 1);
            await new Promise((done) => setTimeout(done, 5));
        }
    };
    const guest = new Person(server.url);
    const clients = [
        client(() => guest.get(feed)),
        client(() => ada.get('/api/v1/user/me')),
        client(() => ada.post('/api/v1/auth/login', { json: { email: 'nobody@example.org', password: 'x' } })),
    ];
    return async () => {
        await until(() => result.statuses.get(200) > 20, { what: 'enough answers' });
        going = false;
        await Promise.all(clients);
        for (const status of result.statuses.keys()) assert.ok(status < 500, `answered ${status}`);
        assert.ok(result.statuses.get(200) > 20, JSON.stringify([...result.statuses]));
        return result;
    };
}

let redis;
let proxy;
let server;
let ada;

before(async () => {
    redis = await startRedis();
    proxy = await startToxicProxy(redis.address.port);
    server = await startServer({ env: { ...generous, REDIS_URL: `redis://127.0.0.1:${proxy.port}` } });
    ada = await new Person(server.url).join();
    await isUp(server.url);
});
after(async () => {
    await server.stop();
    await proxy.stop();
    await redis.stop();
});

test('a server starts without Redis, says so, and finds it when it comes', async () => {
    const port = await freePort();
    const lonely = await startServer({ env: { ...generous, REDIS_URL: `redis://127.0.0.1:${port}` } });
    let late;
    try {
        const ready = await fetch(`${lonely.url}/readyz`);
        assert.equal(ready.status, 200, 'no reason to send requests elsewhere');
        assert.equal((await ready.json()).data.redis, 'unavailable');
        await new Person(lonely.url).join();
        assert.match(await (await fetch(`${lonely.url}/metrics`)).text(), /reelshare_redis_up 0\b/);
        late = await startRedis({ port });
        await isUp(lonely.url);
        assert.match(await (await fetch(`${lonely.url}/metrics`)).text(), /reelshare_redis_up 1\b/);
    } finally {
        await lonely.stop();
        await late?.stop();
    }
});

test('Redis dies under load and comes back empty', async () => {
    const stop = traffic(server, ada);
    await redis.halt('SIGKILL');
    await isAway(server.url);
    await redis.start();
    await isUp(server.url);
    await stop();
});

test('FLUSHALL and SCRIPT FLUSH under load', async () => {
    const stop = traffic(server, ada);
    for (let i = 0; i < 5; ++i) {
        await redis.command('FLUSHALL');
        await redis.command('SCRIPT', 'FLUSH');
        await new Promise((done) => setTimeout(done, 50));
    }
    await stop();
    await isUp(server.url);
});

for (const [what, mode, ms] of [
    ['2 s slow', 'delay', 2000],
    ['half-open', 'hole', 0],
    ['one byte a second', 'drip', 0],
    ['refusing connections', 'cut', 0],
])
    test(`Redis ${what}: a request costs its budget at most, and it heals`, async () => {
        const stop = traffic(server, ada);
        proxy.set(mode, ms);
        await isAway(server.url);
        const start = performance.now();
        for (let i = 0; i < 20; ++i) assert.equal((await new Person(server.url).get(feed)).status, 200);
        // 50 ms once, not twenty times; the rest is this machine.
        assert.ok(performance.now() - start < 2000 * slowness);
        proxy.set('pass');
        await isUp(server.url);
        const { slowest } = await stop();
        assert.ok(slowest < 1500 * slowness, `an answer took ${slowest} ms`);
    });

test('limits count across nodes, exactly for logins, and per node while Redis is gone', async () => {
    const shared = await startRedis();
    const env = {
        RATE_LIMIT: 'on', RATE_LIMIT_READ: '100/3600', RATE_LIMIT_LOGIN: '10/3600', TRUSTED_PROXIES: '127.0.0.1',
        REDIS_URL: shared.url(),
    };
    const nodes = [];
    try {
        for (let i = 0; i < 2; ++i) nodes.push(await startServer({ env }));
        for (const node of nodes) await isUp(node.url);
        const allowed = async (count, request) => {
            let good = 0;
            for (let i = 0; i < count; i += 10)
                await Promise.all(Array.from({ length: 10 }, async (_, j) => {
                    if ((await request(new Person(nodes[(i + j) % 2].url))).status !== 429) ++good;
                }));
            return good;
        };
        const login = (address) => (guest) =>
            guest.post('/api/v1/auth/login', { json: {}, headers: { 'x-forwarded-for': address } });
        const read = (address) => (guest) => guest.get(feed, { headers: { 'x-forwarded-for': address } });
        assert.equal(await allowed(40, login('192.0.2.1')), 10);
        const reads = await allowed(400, read('192.0.2.1'));
        assert.ok(reads >= 90 && reads <= 125, `${reads} of 400 under a limit of 100`);
        await shared.halt('SIGKILL');
        for (const node of nodes) await isAway(node.url);
        const alone = await allowed(400, read('192.0.2.2'));
        assert.ok(alone >= 100 && alone <= 200, `${alone} of 400, two nodes by themselves`);
        assert.equal(await allowed(40, login('192.0.2.2')), 20);
    } finally {
        for (const node of nodes) await node.stop();
        await shared.stop().catch(() => {});
    }
});

test('a failover by Sentinel is followed', async () => {
    const folder = await temporaryFolder('reelshare-sentinel-');
    const master = await startRedis({ args: ['--repl-diskless-sync-delay', '0'] });
    const replica = await startRedis({ args: ['--replicaof', '127.0.0.1', String(master.address.port)] });
    const port = await freePort();
    await writeFile(path.join(folder, 's.conf'), [
        `port ${port}`, 'bind 127.0.0.1', `dir ${folder}`, `sentinel monitor reels 127.0.0.1 ${master.address.port} 1`,
        'sentinel down-after-milliseconds reels 500', 'sentinel failover-timeout reels 3000', '',
    ].join('\n'));
    const sentinel = spawn('redis-server', [path.join(folder, 's.conf'), '--sentinel'], { stdio: 'ignore' });
    let node;
    try {
        await until(async () => /master_link_status:up/.test(await replica.command('INFO', 'replication')), { what: 'the replica' });
        node = await startServer({ env: { ...generous, REDIS_URL: `redis+sentinel://127.0.0.1:${port}/reels` } });
        await isUp(node.url);
        // The sentinel finds the replica by asking the master.
        const known = (name) => new Promise((done) => {
            const cli = spawn('redis-cli', ['-p', String(port), 'SENTINEL', 'replicas', name]);
            let text = '';
            cli.stdout.on('data', (piece) => (text += piece));
            cli.once('close', () => done(text.includes(String(replica.address.port))));
        });
        await until(() => known('reels'), { what: 'the sentinel to know the replica' });
        const stop = traffic(node, await new Person(node.url).join());
        await master.halt('SIGKILL');
        await isAway(node.url);
        await until(async () => (await seen(node.url)) === 'ok', { ms: 10_000, what: 'the new master' });
        await stop();
        assert.match(await replica.command('INFO', 'replication'), /role:master/);
    } finally {
        await node?.stop();
        sentinel.kill('SIGKILL');
        await new Promise((done) => sentinel.once('exit', done));
        await replica.stop();
        await master.stop().catch(() => {});
        await rm(folder, { recursive: true, force: true });
    }
});

test('a cluster is asked where the key lies', async () => {
    const members = [];
    const folder = await temporaryFolder('reelshare-cluster-');
    let node;
    try {
        for (let i = 0; i < 3; ++i)
            members.push(await startRedis({ args: [
                '--databases', '1', '--cluster-enabled', 'yes', '--cluster-config-file', path.join(folder, `${i}.conf`),
                '--cluster-port', String(await freePort()),
            ] }));
        const create = spawn('redis-cli', [
            '--cluster', 'create', ...members.map((one) => `127.0.0.1:${one.address.port}`), '--cluster-replicas', '0', '--cluster-yes',
        ], { stdio: 'ignore' });
        assert.equal(await new Promise((done) => create.once('exit', done)), 0);
        await until(async () => {
            const states = await Promise.all(members.map((one) => one.command('CLUSTER', 'INFO')));
            return states.every((state) => /cluster_state:ok/.test(state));
        }, { what: 'the cluster' });
        node = await startServer({ env: {
            RATE_LIMIT: 'on', RATE_LIMIT_LOGIN: '3/3600', TRUSTED_PROXIES: '127.0.0.1',
            REDIS_URL: `redis+cluster://127.0.0.1:${members[0].address.port}`,
        } });
        await isUp(node.url);
        const guest = new Person(node.url);
        for (let i = 0; i < 12; ++i)
            for (const status of [400, 400, 400, 429])
                assert.equal((await guest.post('/api/v1/auth/login', {
                    json: {}, headers: { 'x-forwarded-for': `198.51.100.${i}` },
                })).status, status);
        // The links to the other members come up with the first keys that lie there.
        await until(async () => {
            await guest.post('/api/v1/auth/login', { json: {}, headers: { 'x-forwarded-for': `203.0.113.${Math.floor(Math.random() * 250)}` } });
            const keys = await Promise.all(members.map(async (one) => Number(await one.command('DBSIZE'))));
            return keys.every((count) => count > 0);
        }, { what: 'keys on every member' });
    } finally {
        await node?.stop();
        for (const one of members) await one.stop();
        await rm(folder, { recursive: true, force: true });
    }
});
