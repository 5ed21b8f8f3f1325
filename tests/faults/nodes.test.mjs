// Two nodes at one database and one bucket: an upload whose connection breaks again and again goes on at the other, a request
// that is sent again to both has one effect, and clocks that differ lose nobody his session and count nothing twice.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { connect } from 'node:net';
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

const route = '/api/v1/upload/tus';
const tus = { 'tus-resumable': '1.0.0' };
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

/** Sends bytes of a PATCH up to `end` of what it announces, and hangs up. */
async function breakOff(node, token, where, offset, bytes, end) {
    const socket = connect(node.port, '127.0.0.1').on('error', () => {});
    const closed = new Promise((done) => socket.once('close', done));
    let answer = '';
    socket.setEncoding('latin1').on('data', (piece) => (answer += piece));
    socket.write(`PATCH ${where} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\nTus-Resumable: 1.0.0\r\nUpload-Offset: ${offset}\r\n` +
        `Content-Type: application/offset+octet-stream\r\nContent-Length: ${bytes.length - offset}\r\n\r\n`);
    socket.end(bytes.subarray(offset, end));
    await closed;
    return answer;
}

test('an upload cut at every twentieth of it and continued at the other node has the same bytes in the end', async () => {
    const ada = await new Person(nodes[0].url).join('Ada');
    const people = nodes.map((node) => at(node, ada));
    const bytes = await readFile(await clip({ seconds: 20, width: 720, height: 1280 }));
    assert.ok(bytes.length > 2 << 20, `${bytes.length}`);
    const begun = await ada.post(route, { headers: { ...tus, 'upload-length': String(bytes.length), 'upload-metadata': `title ${btoa('cut')}` } });
    const where = new URL(begun.headers.get('location')).pathname;
    const head = async (person) => Number((await person.request('HEAD', where, { headers: tus })).headers.get('upload-offset'));
    let offset = 0;
    let cuts = 0;
    for (let i = 1; i < 20; ++i) {
        const end = Math.floor((bytes.length * i) / 20);
        const there = nodes[i % 2];
        // The node that was left may still hold the lease.
        const answer = await until(async () => {
            const one = await breakOff(there, ada.token, where, offset, bytes, end);
            return / 423 /.test(one.slice(0, 20)) ? null : one || 'none';
        }, { what: 'the lease' });
        cuts += 1;
        assert.doesNotMatch(answer, /^HTTP\/1\.1 (20|5)/, answer.slice(0, 100));
        const now = await until(async () => { const told = await head(people[(i + 1) % 2]); return told > offset && told; }, { what: `bytes after cut ${i}` });
        assert.ok(now <= end, `${now} of ${end}`);
        offset = now;
    }
    assert.equal(cuts, 19);
    const last = await until(async () => {
        const answer = await people[1].request('PATCH', where, {
            headers: { ...tus, 'upload-offset': String(await head(people[0])), 'content-type': 'application/offset+octet-stream' }, body: bytes.subarray(offset),
        });
        return answer.status !== 423 && answer;
    }, { what: 'the lease' });
    assert.equal(last.status, 204, last.text);
    const hash = createHash('sha256').update(bytes).digest('hex');
    const [stored] = await sql(`SELECT content_hash, source_key FROM assets a JOIN videos v ON v.asset_id = a.id WHERE v.id = '${last.headers.get('x-video-id')}'`);
    assert.equal(stored.split('|')[0], hash);
    // The clean-up and fsck read what is in the bucket: see the last test.
});

test('the same key 50 times at once on two nodes: one effect, one answer', async () => {
    const ada = await new Person(nodes[0].url).join('Ada');
    const people = nodes.map((node) => at(node, ada));
    const { id } = (await ada.upload(await clip(), { title: 'commented' })).body.data;
    const answers = await Promise.all(Array.from({ length: 50 }, (_, i) => people[i % 2].post(`/api/v1/video/${id}/comments`, {
        json: { content: 'once' }, headers: { 'idempotency-key': 'on-both-nodes' },
    })));
    for (const answer of answers) assert.equal(answer.status, 200, answer.text);
    assert.equal(new Set(answers.map((answer) => answer.body.data.id)).size, 1);
    assert.equal(answers.filter((answer) => answer.headers.get('idempotency-replayed') === null).length, 1);
    assert.deepEqual(await sql(`SELECT comment_count, (SELECT count(*) FROM comments c WHERE c.video_id = v.id) FROM videos v WHERE id = '${id}'`), ['1|1']);
});

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

test('a node 5 minutes ahead: sessions live on, views count once, ids are unique, jobs run once', async () => {
    const ahead = await startNode('ahead', clock('+5m'));
    const behind = nodes[0];
    try {
        const now = new Date((await fetch(`${ahead.url}/healthz`)).headers.get('date'));
        assert.ok(now - Date.now() > 290_000, 'the clock is wrong');
        // Two tabs that refresh at once, one at each node: neither is taken for a thief.
        const ada = await new Person(behind.url).join('Ada');
        const tab = at(ahead, ada);
        tab.cookies = new Map(ada.cookies);
        assert.equal((await ada.post('/api/v1/auth/refresh-token')).status, 200);
        const second = await tab.post('/api/v1/auth/refresh-token');
        assert.equal(second.status, 200, second.text);
        assert.equal((await ada.post('/api/v1/auth/refresh-token')).status, 200, 'and the session goes on');

        // A job that is queued by the one that is ahead is due now, and a worker whose clock is wrong holds a lease of 30 s all the same.
        const { id } = (await ada.upload(await clip({ seconds: 3 }), { title: 'now' })).body.data;
        const others = await Promise.all([['slow', env], ['fast', { ...env, ...clock('+5m') }]]
            .map(([name, its]) => startWorker({ dataDir: path.join(folder, name), env: its, name })));
        try {
            assert.equal((await ada.processed(id)).status, 'ready');
            assert.deepEqual(await sql(`SELECT j.state, j.fence FROM jobs j JOIN videos v ON v.asset_id = j.asset_id WHERE v.id = '${id}'`), ['done|1']);
        } finally {
            await Promise.all(others.map((one) => one.stop()));
        }

        // The same viewer at both nodes within a moment: 30 minutes are 30 minutes of the database.
        const bob = await new Person(behind.url).join('Bob');
        const see = (node) => at(node, bob).post(`/api/v1/video/${id}/view`, { json: { watchedMs: 500, completed: false } });
        assert.equal((await see(behind)).status, 202);
        const views = async () => Number((await sql(`SELECT view_count FROM videos WHERE id = '${id}'`))[0]);
        const seen = await views();  // By Bob, and by who waited for the clip.
        await sql(`UPDATE views SET last_at = last_at - 27 * 60000 WHERE video_id = '${id}'`);
        assert.equal((await see(ahead)).status, 202);
        assert.equal(await views(), seen);
        await sql(`UPDATE views SET last_at = last_at - 4 * 60000 WHERE video_id = '${id}'`);
        assert.equal((await see(ahead)).status, 202);
        assert.equal(await views(), seen + 1);

        // By both at once: no id twice (the database would refuse), none lost.
        for (let round = 0; round < 20; ++round) {
            await Promise.all(Array.from({ length: 10 }, async (_, i) => {
                const answer = await at(i % 2 ? ahead : behind, bob).post(`/api/v1/video/${id}/comments`, { json: { content: `${round}, ${i}` } });
                assert.equal(answer.status, 200, answer.text);
            }));
        }
        assert.deepEqual(await sql(`SELECT comment_count FROM videos WHERE id = '${id}'`), ['200']);
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
