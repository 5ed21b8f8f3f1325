// nginx in front of two nodes and two workers that share one PostgreSQL, one Redis and one S3 store: to their clients
// they are one server, and whichever of them dies, nothing that was acknowledged is lost.
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { access, readFile, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import path from 'node:path';
import { after, before, test } from 'node:test';

import { Person } from '../support/api.mjs';
import { clip } from '../support/clips.mjs';
import { startPostgres } from '../support/postgres.mjs';
import { startProxy } from '../support/proxy.mjs';
import { startRedis } from '../support/redis.mjs';
import { startS3 } from '../support/s3.mjs';
import { slowness, startServer, temporaryFolder, until } from '../support/server.mjs';
import { heldMedia, startWorker } from '../support/worker.mjs';
import { makeWorld } from '../support/world.mjs';

const services = {};
const nodes = [];
let workers = [];
let folder;
let front;
let env;
let database;

const startNode = (i, options = {}) => startServer({
    dataDir: path.join(folder, `node${i}`), ...options, env: { ...env, WORKERS: '0', ...options.env },
});
const startWorkers = () => Promise.all([0, 1].map((i) => startWorker({ dataDir: path.join(folder, `worker${i}`), env })));
const sql = (text) => services.postgres.sql(text, database);

before(async () => {
    folder = await temporaryFolder();
    await Promise.all(Object.entries({ postgres: startPostgres, redis: startRedis, s3: startS3 })
        .map(async ([name, start]) => { services[name] = await start(); }));
    const world = await makeWorld(services);
    database = new URL(world.env.DATABASE_URL).pathname.slice(1);
    env = { ...world.env, JWT_SECRET: 'the same on every node, of course', TRUSTED_PROXIES: '127.0.0.0/8' };
    // At once, on an empty database: they migrate it together.
    nodes.push(...await Promise.all([0, 1].map((i) => startNode(i))));
    workers = await startWorkers();
    front = await startProxy({ nodes, env: { TLS: 'off' } });
});

after(async () => {
    await front?.stop();
    await Promise.allSettled([...nodes, ...workers].map((one) => one.stop()));
    await Promise.allSettled(Object.values(services).map((service) => service.stop()));
    await rm(folder, { recursive: true, force: true });
});

/** The same person, talking to another node. */
function at(node, person) {
    const same = new Person(node.url);
    Object.assign(same, { id: person.id, email: person.email, password: person.password, token: person.token, cookies: person.cookies });
    return same;
}

const feedOf = async (node) => (await new Person(node.url).get('/api/v1/video?limit=10')).body.data.data;
const exists = (file) => access(file).then(() => true, () => false);

test('who logs in on one node acts on the other', async () => {
    const ada = await new Person(nodes[0].url).join();
    const there = at(nodes[1], ada);
    assert.equal((await there.post('/api/v1/auth/refresh-token')).status, 200);
    const uploaded = await there.upload(await clip(), { title: 'From the other side' });
    assert.equal(uploaded.status, 201, uploaded.text);
    const video = await ada.processed(uploaded.body.data.id);
    assert.equal(video.status, 'ready', JSON.stringify(video.failure));
    for (const node of nodes) {
        const playlist = await fetch(`${node.url}${new URL(video.hlsUrl).pathname}`);
        assert.equal(playlist.status, 200);
        const bytes = await fetch(`${node.url}${new URL(video.videoUrl).pathname}`, { headers: { range: 'bytes=0-99' } });
        assert.equal(bytes.status, 206);
        assert.equal((await bytes.arrayBuffer()).byteLength, 100);
    }
    // And who is logged out on one is so on the other.
    const session = (await ada.get('/api/v1/auth/sessions')).body.data.find((one) => one.current);
    assert.equal((await ada.delete(`/api/v1/auth/sessions/${session.id}`)).status, 200);
    await until(async () => (await there.get('/api/v1/user/me')).status === 401, { ms: 1000, every: 10, what: 'the end on the other node' });
});

test('what happens on one is seen on the other within a second', async () => {
    const ada = await new Person(nodes[0].url).join();
    const bob = await new Person(nodes[1].url).join('Bob');
    const { id } = (await ada.upload(await clip(), { title: 'News' })).body.data;
    // Both keep asking, so that both have it cached.
    await until(async () => {
        const feeds = await Promise.all(nodes.map(feedOf));
        return feeds.every((feed) => feed.some((one) => one.id === id && one.status === 'ready'));
    }, { ms: 60_000, what: 'the clip on both nodes' });

    const sees = async (check, what) => {
        const start = Date.now();
        await until(async () => check((await feedOf(nodes[1])).find((one) => one.id === id)), { ms: 5000, every: 10, what });
        assert.ok(Date.now() - start < 1000 * slowness, `${what}: ${Date.now() - start} ms`);
    };
    await feedOf(nodes[1]);
    assert.equal((await ada.request('PATCH', `/api/v1/video/${id}`, { json: { title: 'Better news' } })).status, 200);
    await sees((one) => one.title === 'Better news', 'the new title');
    assert.equal((await at(nodes[0], bob).put(`/api/v1/video/${id}/like`)).status, 200);
    await sees((one) => one.likeCount === 1, 'the like');
    assert.equal((await ada.delete(`/api/v1/video/${id}`)).status, 200);
    await sees((one) => one === undefined, 'that it is gone');
});

test('both workers work', async () => {
    const ada = await new Person(front.http).join();
    const file = await clip({ seconds: 4 });
    const bytes = await readFile(file);
    // Other bytes each time: those that are known already need no work.
    const uploads = await Promise.all(Array.from({ length: 6 }, async (_, i) => {
        const form = new FormData();
        form.append('data', JSON.stringify({ title: `Clip ${i}` }));
        form.append('reelVideo', new Blob([bytes, free(8 + i)]), 'clip.mp4');
        return ada.post('/api/v1/video/upload?wait=none', { body: form });
    }));
    for (const one of uploads) assert.equal((await ada.processed(one.body.data.id)).status, 'ready');
    for (const worker of workers) assert.match(worker.log(), /job_done/);
});

test('likes of many on both nodes add up', async () => {
    const ada = await new Person(front.http).join();
    const { id } = (await ada.upload(await clip(), { title: 'Liked' })).body.data;
    await ada.processed(id);
    const people = await Promise.all(Array.from({ length: 10 }, (_, i) => new Person(nodes[i % 2].url).join(`Person ${i}`)));
    await Promise.all(people.flatMap((person) => nodes.map((node) => at(node, person).put(`/api/v1/video/${id}/like`))));
    await until(async () => (await ada.get(`/api/v1/video/${id}`)).body.data.likeCount === 10, { what: 'ten likes' });
});

test('limits count across both', async () => {
    const limited = await Promise.all(['a', 'b'].map((name) => startNode(name, {
        env: { RATE_LIMIT: 'on', RATE_LIMIT_LOGIN: '10/3600', RATE_LIMIT_READ: '100/3600' },
    })));
    try {
        const allowed = async (count, ask) => (await Promise.all(Array.from({ length: count }, (_, i) => ask(new Person(limited[i % 2].url)))))
            .filter((answer) => answer.status !== 429).length;
        const headers = { 'x-forwarded-for': '192.0.2.7' };
        assert.equal(await allowed(30, (guest) => guest.post('/api/v1/auth/login', { json: {}, headers })), 10);
        const reads = await allowed(300, (guest) => guest.get('/api/v1/video', { headers }));
        assert.ok(reads >= 90 && reads <= 125, `${reads} of 300 under a limit of 100`);
    } finally {
        for (const node of limited) await node.stop();
    }
});

const route = '/api/v1/upload/tus';
const stream = 'application/offset+octet-stream';
const ask = (who, method, where, headers = {}, body = undefined) =>
    who.request(method, where, { headers: { 'tus-resumable': '1.0.0', ...headers }, body });
const patch = (who, where, offset, body, headers = {}) =>
    ask(who, 'PATCH', where, { 'content-type': stream, 'upload-offset': String(offset), ...headers }, body);
const offsetOf = async (who, where) => Number((await ask(who, 'HEAD', where)).headers.get('upload-offset'));

/** A box of `size` bytes that players skip. */
function free(size) {
    const box = randomBytes(size);
    box.writeUInt32BE(size, 0);
    box.write('free', 4, 'latin1');
    return box;
}

async function begin(who, bytes) {
    const answer = await ask(who, 'POST', route, {
        'upload-length': String(bytes.length), 'upload-metadata': `title ${Buffer.from('resumed').toString('base64')}`,
    });
    assert.equal(answer.status, 201, answer.text);
    return new URL(answer.headers.get('location')).pathname;
}

/** A PATCH by hand, of which some bytes are sent. */
function openPatch(node, who, where, offset, length) {
    const socket = connect(node.port, '127.0.0.1');
    let answer = '';
    socket.on('data', (piece) => (answer += piece)).on('error', () => {});
    const closed = new Promise((done) => socket.once('close', done));
    socket.write(`PATCH ${where} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${who.token}\r\nTus-Resumable: 1.0.0\r\n` +
        `Content-Type: ${stream}\r\nUpload-Offset: ${offset}\r\nContent-Length: ${length}\r\nConnection: close\r\n\r\n`);
    return { socket, closed, answer: () => answer };
}

const stored = async (id) => sql(`SELECT a.content_hash, a.source_size FROM assets a JOIN videos v ON v.asset_id = a.id WHERE v.id = '${id}'`);
const partial = async () => services.s3.curl(`${env.S3_BUCKET}/?list-type=2&prefix=partial%2F`);

test('an upload goes on at the other node, piece by piece, through parts of the store', async () => {
    const ada = await new Person(nodes[0].url).join();
    const bytes = Buffer.concat([await readFile(await clip({ seconds: 3 })), free(20 << 20)]);
    const where = await begin(ada, bytes);
    let last;
    // Small ones, one that fills a part, one of more than two.
    for (const [i, [from, to]] of [[0, 40], [40, 3 << 20], [3 << 20, (8 << 20) + 1], [(8 << 20) + 1, 12 << 20], [12 << 20, bytes.length]].entries()) {
        const there = at(nodes[i % 2], ada);
        assert.equal(await offsetOf(there, where), from);
        last = await patch(there, where, from, bytes.subarray(from, to));
        assert.equal(last.status, 204, last.text);
        assert.equal(last.headers.get('upload-offset'), String(to));
    }
    const id = last.headers.get('x-video-id');
    assert.deepEqual(await stored(id), [`${createHash('sha256').update(bytes).digest('hex')}|${bytes.length}`]);
    assert.equal((await ada.processed(id)).status, 'ready');
    assert.doesNotMatch(await partial(), /<Key>/, 'nothing unfinished is left');
});

test('two at once on two nodes: one appends, the other is 423, and a checksum counts all or nothing', async () => {
    const ada = await new Person(nodes[0].url).join();
    const bytes = await readFile(await clip({ seconds: 2 }));
    const where = await begin(ada, bytes);
    const one = openPatch(nodes[0], ada, where, 0, 2000);
    one.socket.write(bytes.subarray(0, 1000));
    const there = at(nodes[1], ada);
    const other = { 'upload-checksum': `sha1 ${createHash('sha1').update('other').digest('base64')}` };
    await until(async () => (await patch(there, where, 0, bytes.subarray(0, 10), other)).status === 423, { what: 'the lease' });
    const start = Date.now();
    assert.equal(await offsetOf(there, where), 0);
    assert.ok(Date.now() - start < 1000 * slowness, 'a look does not wait');
    one.socket.write(bytes.subarray(1000, 2000));
    await one.closed;
    assert.match(one.answer(), /^HTTP\/1\.1 204 /);
    assert.equal((await patch(there, where, 2000, bytes.subarray(2000, 3000), other)).status, 460);
    assert.equal(await offsetOf(ada, where), 2000);
    assert.equal((await ask(there, 'DELETE', where)).status, 204);
    assert.equal((await ask(ada, 'HEAD', where)).status, 404);
    await until(async () => !/<Key>/.test(await partial()), { what: 'its bytes to go' });
});

test('an upload that has expired is 410 and its bytes go', async () => {
    const brief = await startNode('brief', { env: { UPLOAD_EXPIRY_S: '3' } });
    try {
        const ada = await new Person(brief.url).join();
        const bytes = await readFile(await clip({ seconds: 2 }));
        const where = await begin(ada, bytes);
        assert.equal((await patch(ada, where, 0, bytes.subarray(0, 1000))).status, 204);
        assert.match(await partial(), /<Key>/);
        await until(async () => (await ask(ada, 'HEAD', where)).status === 410, { what: '410' });
        await until(async () => !/<Key>/.test(await partial()), { what: 'the clean-up' });
    } finally {
        await brief.stop();
    }
});

async function restart(i) {
    nodes[i] = await startNode(i, { port: nodes[i].port });
}

test('a node killed in the middle of an upload: the other goes on from what was acknowledged', async () => {
    const ada = await new Person(nodes[1].url).join();
    const bytes = Buffer.concat([await readFile(await clip({ seconds: 3 })), free(30 << 20)]);
    const where = await begin(ada, bytes);
    const dying = openPatch(nodes[0], ada, where, 0, bytes.length);
    // Slowly enough to be counted on the way, which happens once a second.
    let sent = 0;
    let told = 0;
    while (told === 0) {
        const to = Math.min(sent + (1 << 20), bytes.length - 1000);
        if (to > sent) await new Promise((done) => dying.socket.write(bytes.subarray(sent, to), done));
        sent = to;
        await new Promise((done) => setTimeout(done, 60));
        told = await offsetOf(ada, where);
    }
    assert.ok(told >= 8 << 20, `whole parts: ${told}`);
    await nodes[0].kill();
    await dying.closed;
    const offset = await offsetOf(ada, where);
    assert.ok(offset >= told && offset <= sent, `${offset} after ${told}`);
    // The dead one's lease runs out first.
    const last = await until(async () => {
        const answer = await patch(ada, where, offset, bytes.subarray(offset));
        return answer.status === 423 ? null : answer;
    }, { ms: 20_000, every: 500, what: 'the lease of the dead node' });
    assert.equal(last.status, 204, last.text);
    const id = last.headers.get('x-video-id');
    assert.deepEqual(await stored(id), [`${createHash('sha256').update(bytes).digest('hex')}|${bytes.length}`]);
    assert.equal((await ada.processed(id)).status, 'ready');
    await restart(0);
});

test('a node killed under uploads, likes and views: everything it acknowledged is there, and counted once', async () => {
    const ada = await new Person(nodes[1].url).join();
    const { id } = (await ada.upload(await clip(), { title: 'Liked and seen' }, { query: '?wait=ready' })).body.data;
    await ada.processed(id);
    const people = await Promise.all(Array.from({ length: 12 }, (_, i) => new Person(nodes[0].url).join(`Person ${i}`)));
    const bytes = await readFile(await clip());
    const acknowledged = { likes: new Set(), views: 0, posts: new Map() };
    let asked = 0;
    // Ends with the node: a request that is cut is neither acknowledged nor refused.
    const work = people.map(async (person, i) => {
        try {
            for (let n = 0; ; ++n) {
                const guest = new Person(nodes[0].url);
                asked += 1;
                const seen = await guest.post(`/api/v1/video/${id}/view`, { json: { watchedMs: 1000 }, headers: { 'user-agent': `viewer ${i} ${n}` } });
                assert.equal(seen.status, 202, seen.text);
                acknowledged.views += 1;
                const liked = await person.put(`/api/v1/video/${id}/like`);
                assert.equal(liked.status, 200, liked.text);
                acknowledged.likes.add(person.id);
                if (n % 5 > 0) continue;
                const form = new FormData();
                form.append('data', JSON.stringify({ title: `Of ${i}` }));
                form.append('reelVideo', new Blob([bytes]), 'clip.mp4');
                const posted = await person.post('/api/v1/video/upload?wait=none', { body: form });
                assert.equal(posted.status, 201, posted.text);
                acknowledged.posts.set(posted.body.data.id, person);
            }
        } catch (error) {
            if (error.code === 'ERR_ASSERTION') throw error;
        }
    });
    await until(() => acknowledged.views > 100 && acknowledged.posts.size > 5, { ms: 60_000, every: 5, what: 'a load' });
    await nodes[0].kill();
    await Promise.all(work);
    const [counts] = await sql(`SELECT view_count, like_count, (SELECT count(*) FROM engagements e WHERE e.video_id = v.id) FROM videos v WHERE id = '${id}'`);
    const [views, likes, rows] = counts.split('|').map(Number);
    // Ada has seen it too.
    assert.ok(views >= acknowledged.views && views <= asked + 1, `${views} views, ${acknowledged.views} acknowledged of ${asked}`);
    assert.equal(likes, rows);
    const liked = await sql(`SELECT user_id FROM engagements WHERE video_id = '${id}'`);
    for (const one of acknowledged.likes) assert.ok(liked.includes(one), 'an acknowledged like is lost');
    for (const [one, owner] of acknowledged.posts) assert.equal((await at(nodes[1], owner).processed(one)).status, 'ready');
    await restart(0);
});

test('a node that stops and comes back is not noticed by readers', async () => {
    const statuses = new Map();
    let stop = false;
    const readers = Array.from({ length: 4 }, async () => {
        while (!stop) {
            const status = await fetch(`${front.http}/api/v1/video?limit=10`).then(async (answer) => {
                await answer.arrayBuffer();
                return answer.status;
            }, () => 'cut');
            statuses.set(status, (statuses.get(status) ?? 0) + 1);
        }
    });
    await nodes[0].stop();
    await restart(0);
    await until(() => (statuses.get(200) ?? 0) > 200, { what: 'readers' });
    stop = true;
    await Promise.all(readers);
    assert.deepEqual([...statuses.keys()], [200]);
});

test('workers killed at each stage: their jobs are taken within 45 s and published exactly once', async () => {
    await Promise.all(workers.map((worker) => worker.stop()));
    const ada = await new Person(front.http).join();
    const bytes = await readFile(await clip({ seconds: 3 }));
    const clips = [];
    const dying = [];
    for (const [stage, event] of [['before the first byte is read', ''], ['while encoding', 'progress'], ['with everything made', 'done']]) {
        const held = await heldMedia(folder, `held-${dying.length}`, event);
        const worker = await startWorker({
            dataDir: path.join(folder, `dying${dying.length}`), env: { ...env, MEDIA_PROGRAM: held.script }, name: stage,
        });
        const form = new FormData();
        form.append('data', JSON.stringify({ title: stage }));
        form.append('reelVideo', new Blob([bytes, free(100 + dying.length)]), 'clip.mp4');
        clips.push((await ada.post('/api/v1/video/upload?wait=none', { body: form })).body.data.id);
        dying.push(worker);
        await until(() => exists(held.reached), { ms: 60_000, what: stage });
    }
    await Promise.all(dying.map((worker) => worker.stop('SIGKILL')));
    const start = Date.now();
    workers = await startWorkers();
    const job = async (id) => (await sql(`SELECT j.state, j.fence FROM jobs j JOIN videos v ON v.asset_id = j.asset_id WHERE v.id = '${id}'`))[0];
    await until(async () => (await Promise.all(clips.map(job))).every((one) => one !== 'running|1'), { ms: 60_000, what: 'the jobs to be taken' });
    assert.ok(Date.now() - start < 45_000 * slowness, `${Date.now() - start} ms`);
    for (const id of clips) {
        const video = await ada.processed(id);
        assert.equal(video.status, 'ready', JSON.stringify(video.failure));
        assert.equal(await job(id), 'done|2');
        const [prefix] = await sql(`SELECT media_prefix FROM assets a JOIN videos v ON v.asset_id = a.id WHERE v.id = '${id}'`);
        assert.ok(new URL(video.hlsUrl).pathname.includes(prefix));
        assert.equal((await fetch(`${nodes[0].url}${new URL(video.hlsUrl).pathname}`)).status, 200);
    }
});
