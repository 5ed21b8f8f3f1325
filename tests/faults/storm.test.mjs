// Likes, comments, follows and deletions by many at once, a server killed under them again and again: what was acknowledged
// is there, and every count is what a recount says.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';

import { Person } from '../support/api.mjs';
import { clip } from '../support/clips.mjs';
import { checkHouse, rowsOf } from '../support/house.mjs';
import { slowness, startServer, temporaryFolder, until } from '../support/server.mjs';

const kills = 6;
const quiet = (promise) => promise.catch(() => null);
const pick = (list) => list[Math.floor(Math.random() * list.length)];

test('a storm of likes, comments, follows and deletions under random kills: counts are what a recount says', async () => {
    const dataDir = await temporaryFolder();
    let server = await startServer({ dataDir, env: { WORKERS: '1' } });
    const people = [];
    for (let i = 0; i < 8; ++i) people.push(await new Person(server.url).join(`Person ${i}`));
    const videos = [];
    for (let i = 0; i < 3; ++i) videos.push((await people[0].upload(await clip(), { title: `clip ${i}` }, { query: '?wait=ready' })).body.data.id);

    // What must be so, by who did it last: `null` where the answer never came.
    const likes = new Map();
    const follows = new Map();
    const comments = new Map();
    let done = 0;
    let stopped = false;
    const keep = async (map, key, call, wanted, good = 200) => {
        const answer = await quiet(call);
        map.set(key, answer?.status === good ? wanted : answer && answer.status < 500 ? map.get(key) : null);
        done += answer?.status === good;
        return answer;
    };
    const one = async (person) => {
        const video = pick(videos);
        const dice = Math.random();
        if (dice < 0.3) await keep(likes, `${video} ${person.id}`, person.put(`/api/v1/video/${video}/like`), true);
        else if (dice < 0.55) await keep(likes, `${video} ${person.id}`, person.delete(`/api/v1/video/${video}/like`), false);
        else if (dice < 0.75) {
            const threads = [...comments].filter(([, state]) => state === 'thread').map(([id]) => id);
            const reply = Math.random() < 0.4 && threads.length > 0;
            const answer = await quiet(reply
                ? person.post(`/api/v1/comment/${pick(threads)}/replies`, { json: { content: 'yes' } })
                : person.post(`/api/v1/video/${video}/comments`, { json: { content: 'well' } }));
            if (answer && [200, 201].includes(answer.status)) {
                done += 1;
                comments.set(answer.body.data.id, reply ? 'reply' : 'thread');
                person.written ??= [];
                person.written.push(answer.body.data.id);
            }
        } else if (dice < 0.9) {
            const id = person.written?.pop();
            if (!id) return;
            const kind = comments.get(id);
            comments.set(id, null);  // Until the answer: either.
            const answer = await quiet(person.delete(`/api/v1/comment/${id}`));
            // Replies go with their thread: whose is which, the counts tell.
            if (answer?.status === 200) { done += 1; comments.set(id, 'gone'); }
            else if (answer?.status === 404) comments.set(id, kind === 'reply' ? null : 'gone');
        } else {
            const other = pick(people);
            if (other === person) return;
            const follow = Math.random() < 0.6;
            await keep(follows, `${person.id} ${other.id}`, person.post(`/api/v1/follows/${follow ? 'follow' : 'unfollow'}/${other.id}`), follow, 201);
        }
    };
    const storm = () => people.map(async (person) => { while (!stopped) await one(person); });

    for (let round = 0; round < kills; ++round) {
        for (const person of people) person.url = server.url;
        stopped = false;
        const running = storm();
        const enough = done + 60 + Math.floor(Math.random() * 120);
        await until(() => done >= enough, { ms: 60_000, every: 1, what: 'enough of the storm' });
        await server.kill();
        stopped = true;
        await Promise.all(running);
        server = await startServer({ dataDir, port: server.port });
    }
    await server.stop({ keepData: true });

    const liked = new Set((await rowsOf(dataDir, 'SELECT video_id, user_id FROM engagements')).map((row) => `${row.video_id} ${row.user_id}`));
    for (const [key, wanted] of likes) if (wanted !== null && wanted !== undefined) assert.equal(liked.has(key), wanted, `like ${key}`);
    const followed = new Set((await rowsOf(dataDir, 'SELECT follower_id, followed_id FROM follows')).map((row) => `${row.follower_id} ${row.followed_id}`));
    for (const [key, wanted] of follows) if (wanted !== null && wanted !== undefined) assert.equal(followed.has(key), wanted, `follow ${key}`);
    const written = new Set((await rowsOf(dataDir, 'SELECT id FROM comments')).map((row) => row.id));
    for (const [id, state] of comments) {
        if (state === 'thread') assert.ok(written.has(id), 'an acknowledged comment is lost');
        if (state === 'gone') assert.ok(!written.has(id), 'a deleted comment is back');
    }
    await checkHouse(dataDir);
    await rm(dataDir, { recursive: true });
});

test('up again within a second, with a log of 64 MB to read', async () => {
    const dataDir = await temporaryFolder();
    await (await startServer({ dataDir })).stop({ keepData: true });
    let fastest = Infinity;
    // Others at work on this machine may slow down one of them.
    for (let round = 1; round <= 3 && fastest > 1000; ++round) {
        // Somebody else dies who wrote much and checkpointed nothing.
        const writer = spawn('sqlite3', [path.join(dataDir, 'reelshare.db')], { stdio: ['pipe', 'pipe', 'inherit'] });
        writer.stdin.on('error', () => {});
        writer.stdin.write(`PRAGMA wal_autocheckpoint=0; CREATE TABLE IF NOT EXISTS ballast (bytes BLOB);
            INSERT INTO ballast SELECT randomblob(8000) FROM (WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 8200) SELECT i FROM n);
            SELECT 'written';\n`);
        await new Promise((done) => writer.stdout.on('data', (piece) => { if (String(piece).includes('written')) done(); }));
        writer.kill('SIGKILL');
        await new Promise((done) => writer.once('exit', done));
        assert.ok((await stat(path.join(dataDir, 'reelshare.db-wal'))).size > 64 << 20);
        const start = Date.now();
        const server = await startServer({ dataDir });
        fastest = Math.min(fastest, Date.now() - start);
        assert.deepEqual(await rowsOf(dataDir, 'SELECT count(*) AS n FROM ballast'), [{ n: 8200 * round }]);
        assert.equal((await fetch(`${server.url}/api/v1/video`)).status, 200);
        await server.stop({ keepData: true });
    }
    assert.ok(fastest <= 1000 * slowness, `${fastest} ms`);
    await rm(dataDir, { recursive: true });
});
