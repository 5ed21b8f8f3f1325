// PostgreSQL slow, silent, locked, full, cut in the middle of a commit, dead and back. What must hold each time: cached
// reads go on, everything else is answered within two seconds, nothing acknowledged is missing, and it heals by itself.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';

import { Person } from '../support/api.mjs';
import { clip } from '../support/clips.mjs';
import { startPostgres } from '../support/postgres.mjs';
import { slowness, startServer, until } from '../support/server.mjs';
import { startToxicProxy } from '../support/faulty_proxy.mjs';

const limit = 2000 * slowness;
const feed = '/api/v1/video?limit=10';
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

let postgres;
let proxy;
let database;
let server;
let ada;
let video;

before(async () => {
    postgres = await startPostgres({ settings: { max_connections: 40 } });
    proxy = await startToxicProxy(postgres.port);
    database = await postgres.createDatabase();
    server = await startServer({
        env: { WORKERS: '0', THREADS: '2', DATABASE_POOL: '8', DATABASE_URL: `postgresql://postgres@127.0.0.1:${proxy.port}/${database}` },
    });
    ada = await new Person(server.url).join();
    const uploaded = await ada.upload(await clip());
    assert.equal(uploaded.status, 201, uploaded.text);
    video = uploaded.body.data.id;
    await makePlayable();
});

after(async () => {
    await server?.stop();
    await proxy?.stop();
    await postgres?.stop();
});

/** No worker runs here: the clip is listed by hand. */
async function makePlayable() {
    await postgres.sql(`UPDATE assets SET state = 'ready', media_prefix = 'media/x/1', report = '{}', metadata = '{}'`, database);
}

const like = () => ada.put(`/api/v1/video/${video}/like`);
const unlike = () => ada.delete(`/api/v1/video/${video}/like`);
const counts = async () => (await postgres.sql(
    `SELECT like_count, (SELECT count(*) FROM engagements e WHERE e.video_id = v.id) FROM videos v WHERE id = '${video}'`, database))[0];

async function timed(call) {
    const start = Date.now();
    const answer = await call();
    return { status: answer.status, ms: Date.now() - start, retryAfter: answer.headers.get('retry-after'), text: answer.text };
}

/** Refused as it should be: in time, with the hint when to come again, without a word about the inside. */
function assertRefused(answer) {
    assert.equal(answer.status, 503, answer.text);
    assert.ok(answer.ms < limit, `${answer.ms} ms`);
    assert.ok(Number(answer.retryAfter) >= 1);
    assert.doesNotMatch(answer.text, /postgres|SELECT|connection|127\.0\.0\.1/i);
}

async function assertHeals() {
    const start = Date.now();
    await until(async () => (await like()).status === 200, { ms: 5000, what: 'writes to come back' });
    await until(async () => (await ada.get('/readyz')).status === 200, { ms: 5000, what: '/readyz' });
    assert.ok(Date.now() - start < 5000 * slowness);
    assert.match(await counts(), /^1\|1$/);
}

const connections = async () => Number((await postgres.sql(
    `SELECT count(*) FROM pg_stat_activity WHERE application_name = 'reelshare' AND datname = '${database}'`))[0]);

test('many at once never open more connections than the bound', async () => {
    let most = 0;
    let done = false;
    const watching = (async () => {
        while (!done) {
            most = Math.max(most, await connections());
            await sleep(50);
        }
    })();
    const answers = await Promise.all(Array.from({ length: 200 }, (_, i) => (i % 2 ? like() : ada.get(`/api/v1/video/${video}`))));
    done = true;
    await watching;
    // They all like one row: on a busy machine some wait longer for it than a call may last.
    assert.ok(answers.every((answer) => [200, 503].includes(answer.status)));
    assert.ok(answers.some((answer) => answer.status === 200));
    assert.ok(most >= 1 && most <= 8, `${most} connections`);
});

test('500 ms for each statement: slow or refused, never hanging', async () => {
    proxy.set('delay', 250);  // Each way.
    const answers = await Promise.all([like, unlike, () => ada.get('/readyz'), () => ada.post('/api/v1/auth/login', {
        json: { email: 'nobody@example.org', password: 'wrong horse 1' },
    })].map(timed));
    proxy.set('pass');
    for (const answer of answers) {
        assert.ok([200, 401, 503].includes(answer.status), answer.text);
        assert.ok(answer.ms < limit, `${answer.ms} ms`);
    }
    await assertHeals();
});

test('silent for 4 s: cached reads go on, the rest is refused in time, nothing is left waiting', async () => {
    assert.equal((await ada.get(feed)).status, 200);
    proxy.set('hole');
    const end = Date.now() + 4000;
    while (Date.now() < end) {
        const answers = await Promise.all([like, unlike].map(timed));
        answers.forEach(assertRefused);
        assert.equal((await ada.get(feed)).status, 200);
    }
    proxy.set('pass');
    await assertHeals();
    const metrics = await (await fetch(`${server.url}/metrics`)).text();
    assert.ok(Number(metrics.match(/^reelshare_database_connections (\d+)/m)[1]) <= 8);
});

test('a row locked by somebody else: refused, and other rows are not held up', async () => {
    const holder = postgres.sql(`BEGIN; SELECT * FROM videos WHERE id = '${video}' FOR UPDATE; SELECT pg_sleep(4); COMMIT`, database);
    await until(async () => (await postgres.sql('SELECT count(*) FROM pg_stat_activity WHERE query LIKE \'%pg_sleep(4)%\' AND state = \'active\''))[0] > 1,
        { what: 'the lock' });
    // More of them than there are connections.
    const answers = await Promise.all(Array.from({ length: 30 }, (_, i) => timed(i % 2 ? like : unlike)));
    answers.forEach(assertRefused);
    const read = await timed(() => ada.get(`/api/v1/video/${video}`));
    assert.equal(read.status, 200, read.text);
    await holder;
    await assertHeals();
});

test('cut while a commit is answered: the same request again has one effect', async () => {
    await unlike();
    let cuts = 0;
    proxy.cutBefore = (bytes, side) => side === 'server' && cuts === 0 && bytes.includes('COMMIT\0') && ++cuts > 0;
    const first = await timed(like);
    proxy.cutBefore = null;
    assert.equal(cuts, 1);
    assertRefused(first);
    await until(async () => (await counts()) === '1|1', { what: 'what was committed' });
    assert.equal((await like()).status, 200);
    assert.equal(await counts(), '1|1');
});

test('cut before a commit arrives: nothing happened, and the next try works', async () => {
    await unlike();
    proxy.cutAll();  // New connections prepare COMMIT by name once more.
    let cuts = 0;
    proxy.cutBefore = (bytes, side) => side === 'client' && cuts === 0 && bytes.includes('COMMIT\0') && ++cuts > 0;
    const first = await timed(like);
    proxy.cutBefore = null;
    assert.equal(cuts, 1);
    assertRefused(first);
    assert.equal(await counts(), '0|0');
    assert.equal((await like()).status, 200);
    assert.equal(await counts(), '1|1');
});

test('no connection to be had: refused without a storm of tries', async () => {
    // Three of the twelve are for superusers, as whom the tests look in.
    const small = await startPostgres({ settings: { max_connections: 12, superuser_reserved_connections: 3 } });
    const counting = await startToxicProxy(small.port);
    await small.sql('CREATE ROLE app LOGIN');
    await small.sql('CREATE DATABASE app OWNER app');
    const second = await startServer({
        env: { WORKERS: '0', THREADS: '1', DATABASE_POOL: '4', DATABASE_URL: `postgresql://app@127.0.0.1:${counting.port}/app` },
    });
    try {
        const bob = await new Person(second.url).join('Bob');
        const logIn = () => bob.post('/api/v1/auth/login', { json: { email: bob.email, password: bob.password } });
        counting.cutAll();
        const hogs = Array.from({ length: 9 }, () => small.sql('SELECT pg_sleep(600)').catch(() => {}));
        await until(async () => Number((await small.sql("SELECT count(*) FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(600)'"))[0]) === 9,
            { what: 'all connections to be taken' });
        counting.cutAll();
        const before = counting.accepted();
        const end = Date.now() + 3000;
        while (Date.now() < end) (await Promise.all(Array.from({ length: 10 }, () => timed(logIn)))).forEach(assertRefused);
        const tries = counting.accepted() - before;
        assert.ok(tries < 60, `${tries} connections tried`);
        await small.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(600)'");
        await Promise.all(hogs);
        await until(async () => (await logIn()).status === 200, { ms: 5000, what: 'logins to come back' });
    } finally {
        await second.stop();
        await counting.stop();
        await small.stop();
    }
});

test('killed and gone for 20 s: the feed answers throughout, and writes are back within 5 s', async () => {
    assert.equal((await ada.get(feed)).status, 200);
    await postgres.halt({ immediate: true });
    const end = Date.now() + 20_000;
    while (Date.now() < end) {
        assertRefused(await timed(like));
        const read = await timed(() => ada.get(feed));
        assert.equal(read.status, 200, read.text);
        assert.equal((await ada.get('/healthz')).status, 200);
        assert.equal((await ada.get('/readyz')).status, 503);
        await sleep(500);
    }
    await postgres.start();
    await assertHeals();
});

test('restarted under load: every acknowledged like is there', async () => {
    const people = await Promise.all(Array.from({ length: 8 }, (_, i) => new Person(server.url).join(`Person ${i}`)));
    let stop = false;
    const liked = new Set();
    const running = people.map(async (person) => {
        while (!stop) {
            const answer = await person.put(`/api/v1/video/${video}/like`);
            assert.ok([200, 503].includes(answer.status), answer.text);
            if (answer.status === 200) liked.add(person.id);
        }
    });
    await postgres.halt({ immediate: true });
    await postgres.start();
    await until(() => liked.size === people.length, { ms: 15_000, what: 'everybody to have liked' });
    stop = true;
    await Promise.all(running);
    const rows = await postgres.sql(`SELECT user_id FROM engagements WHERE video_id = '${video}'`, database);
    for (const id of liked) assert.ok(rows.includes(id));
    const [total, counted] = (await counts()).split('|');
    assert.equal(total, counted);
});

test('a node killed under load loses nothing that it acknowledged', async () => {
    const second = await startServer({ env: { WORKERS: '0', DATABASE_URL: postgres.url(database), JWT_SECRET: 'x'.repeat(40) } });
    const people = await Promise.all(Array.from({ length: 8 }, (_, i) => new Person(second.url).join(`Guest ${i}`)));
    const liked = new Set();
    const running = people.map(async (person) => {
        const answer = await person.put(`/api/v1/video/${video}/like`).catch(() => null);
        if (answer?.status === 200) liked.add(person.id);
    });
    await Promise.race(running);
    await second.kill();
    await Promise.all(running);
    await second.stop();
    const rows = await postgres.sql(`SELECT user_id FROM engagements WHERE video_id = '${video}'`, database);
    for (const id of liked) assert.ok(rows.includes(id));
    const [total, counted] = (await counts()).split('|');
    assert.equal(total, counted);
    assert.equal((await ada.get(feed)).status, 200);
});

test('the log tells of the outages once each, and holds no secret', async () => {
    const lines = (await server.logFile()).split('\n').filter((line) => line.includes('database_unreachable'));
    assert.ok(lines.length >= 1 && lines.length <= 60, `${lines.length} lines`);
    assert.doesNotMatch(await readFile(`${server.dataDir}/logs/reelshare.log`, 'utf8'), /correct horse/);
});
