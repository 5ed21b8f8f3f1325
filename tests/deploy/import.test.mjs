// A ReelServer's people and their clips move in: old passwords go on, counts are the rows', and what was stopped or
// refused goes on where it was.
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { copyFile, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';

import { Person } from '../support/api.mjs';
import { clip } from '../support/clips.mjs';
import { startPostgres } from '../support/postgres.mjs';
import { makeReelServer, serveFiles } from '../support/reelserver.mjs';
import { startS3 } from '../support/s3.mjs';
import { program, startServer, temporaryFolder, until } from '../support/server.mjs';
import { makeWorld } from '../support/world.mjs';

const run = promisify(execFile);
// What bcrypt makes of them, at cost 10.
const passwords = {
    ada: ['ada keeps 7 secrets', '$2b$10$N9qo8uLOickgx2ZMRZoMyeapgN5kWxPdUAY0jTSCs8pj70WWGHBKC'],
    bob: ['bob keeps 8 secrets', '$2b$10$N9qo8uLOickgx2ZMRZoMyeHJD3EGLPPlZR3aU9J6FUpXFq1MP9LIq'],
};
const at = (minute) => `2025-02-03 04:${String(minute).padStart(2, '0')}:06.789`;
const crowd = 1200;  // More than two pages.
let postgres;
let source;
let files;
let embedded;
let folder;

/** Runs the import to its end. */
async function bring(env, ...args) {
    const { code, said } = await run(program, ['import-reelserver', source.url, ...args], { env: { PATH: process.env.PATH, ...env } }).then(
        ({ stdout, stderr }) => ({ code: 0, said: stdout + stderr }),
        (error) => ({ code: error.code, said: error.stdout + error.stderr }),
    );
    assert.ok(!said.includes('never-shown'), said);
    return { code, said };
}
const sqlite = async (text) => (await run('sqlite3', [path.join(embedded.DATA_DIR, 'reelshare.db'), text])).stdout.trim().split('\n');

async function fill() {
    const person = (id, more) => ({ id, name: id, email: `${id}@example.org`, contact: null, password: passwords[id]?.[1] ?? 'x', createdAt: at(1), updatedAt: at(2), ...more });
    await source.insert('User', person('ada', { contact: '+49 1' }), person('bob', { email: 'Bob@Example.org' }),
        person('bob2', { email: 'bob@example.org' }), person('eve', { name: 'é'.repeat(60), password: '$2b$10$short' }), person('nomail', { email: 'none' }));
    await source.sql(`INSERT INTO "User" ("id", "name", "email", "password") SELECT 'many' || n, 'Many ' || n, n || '@many.example', 'x' FROM generate_series(1, ${crowd}) n`);
    const video = (id, uploaderId, name, minute, more) => ({
        id, uploaderId, videoUrl: `${files.url}/videos/videos/${name}`, title: `${id} by ${uploaderId}`, description: 'd', viewCount: 7, likeCount: 99, createdAt: at(minute), updatedAt: at(minute), ...more,
    });
    await source.insert('Video', video('v1', 'ada', '1_my clip é+100%.mp4', 10), video('v2', 'bob', '2_two.mp4', 30, { title: 't'.repeat(200) }),
        video('v3', 'ada', '3_missing.mp4', 20), video('v4', 'bob2', '4_two.mp4', 40), video('v5', 'ada', '5_text.mp4', 50),
        video('v6', 'ada', '', 50, { videoUrl: 'nowhere' }));
    files.files.set('/videos/videos/1_my clip é+100%.mp4', await clip());
    files.files.set('/videos/videos/2_two.mp4', await clip({ seconds: 1 }));
    await writeFile(path.join(folder, 'text'), 'this is no clip, whatever its name says');
    files.files.set('/videos/videos/5_text.mp4', path.join(folder, 'text'));
    await source.sql(`INSERT INTO "Engagement" ("videoId", "userId") SELECT 'v1', 'many' || n FROM generate_series(1, ${crowd}) n`);
    const like = (videoId, userId) => ({ videoId, userId, createdAt: at(11) });
    await source.insert('Engagement', like('v1', 'bob'), like('v2', 'ada'), like('v3', 'bob'), like('v1', 'bob2'));
    const comment = (id, userId, videoId, content, parentCommentId = null) => ({ id, userId, videoId, content, parentCommentId, createdAt: at(12), updatedAt: at(13) });
    await source.insert('Comment', comment('c1', 'bob', 'v1', 'How fine.'));
    // Ids are random there: a reply may come before what it answers, and threads may be deep.
    await source.insert('Comment', comment('b2', 'ada', 'v1', 'Thank you!', 'c1'));
    await source.insert('Comment', comment('a3', 'bob', 'v1', 'Welcome.', 'b2'), comment('c4', 'bob', 'v3', 'Where is it?'), comment('c5', 'bob2', 'v1', 'Me too'));
    await source.insert('CommentLike', { id: 'l1', userId: 'ada', commentId: 'c1', createdAt: at(14) }, { id: 'l2', userId: 'eve', commentId: 'a3', createdAt: at(14) });
    const follow = (followedById, followingId) => ({ followedById, followingId, createdAt: at(15) });
    await source.insert('Follows', follow('bob', 'ada'), follow('eve', 'ada'), follow('ada', 'bob'), follow('bob2', 'ada'));
}

before(async () => {
    [postgres, files] = await Promise.all([startPostgres(), serveFiles()]);
    source = await makeReelServer(postgres);
    folder = await temporaryFolder();
    embedded = { DATA_DIR: path.join(folder, 'data') };
    await fill();
});
after(async () => {
    await files?.stop();
    await postgres?.stop();
    if (folder) await rm(folder, { recursive: true, force: true });
});

test('what is no ReelServer is refused before anything is made', async () => {
    const empty = await makeReelServer(postgres);
    await empty.sql('ALTER TABLE "User" DROP COLUMN "password"; DROP TABLE "Video" CASCADE');
    const good = source;
    source = empty;
    try {
        const refused = await bring(embedded);
        assert.equal(refused.code, 1);
        assert.match(refused.said, /lacks User\.password, the table Video/);
        source = { url: good.url.replace(/:\d+\//, ':1/') };
        const gone = await bring(embedded);
        assert.equal(gone.code, 1, gone.said);
        source = { url: 'host=x password=never-shown' };
        assert.match((await bring(embedded)).said, /what its DATABASE_URL says/);
    } finally {
        source = good;
    }
    const twice = await bring({ ...embedded, DATABASE_URL: source.url });
    assert.match(twice.said, /names the ReelServer's database too/);
    const nowhere = await bring(embedded, '--media', path.join(folder, 'nothing'));
    assert.match(nowhere.said, /names no folder/);
    await assert.rejects(readdir(embedded.DATA_DIR), 'something was made');
});

test('inner addresses are fetched from only where that is allowed', async () => {
    const { code, said } = await bring({ DATA_DIR: path.join(folder, 'wary') });
    assert.equal(code, 3, said);
    assert.match(said, /clips v1: Its address is not public/);
    assert.equal(files.asked.size, 0);
});

test('is brought although it is killed on the way', async () => {
    files.held.add('/videos/videos/2_two.mp4');
    const child = spawn(program, ['import-reelserver', source.url, '--allow-private'], { env: { PATH: process.env.PATH, ...embedded }, stdio: 'ignore' });
    const gone = new Promise((done) => child.once('exit', done));
    await until(() => files.asked.has('/videos/videos/2_two.mp4') || child.exitCode !== null, { every: 5, what: 'the second clip' });
    child.kill('SIGKILL');
    await gone;
    files.held.clear();
    const first = await bring(embedded, '--allow-private');
    assert.equal(first.code, 3, first.said);
    const line = (what, brought, known, left) => assert.match(first.said, new RegExp(`  ${what} +${brought} brought +${known} known already +${left} left out`), first.said);
    line('people', 0, crowd + 3, 2);
    line('clips', 1, 1, 4);
    line('follows', 3, 0, 1);
    line('likes', crowd + 2, 0, 2);
    line('comments', 1, 0, 2);
    line('replies', 2, 0, 0);
    line('likes of comments', 2, 0, 0);
    for (const why of [/people bob2: Another account has this e-mail address/, /people nomail: What stands/, /clips v3: The server has no such file \(404\)/,
        /clips v4: Whose it is is not here/, /clips v5: This file is not a video/, /clips v6: Its videoUrl is no address/, /likes v3\/bob: The clip is not here/])
        assert.match(first.said, why);
    assert.equal(files.asked.get('/videos/videos/1_my clip é+100%.mp4'), 1, 'what was brought is fetched again');
    const log = await readFile(path.join(embedded.DATA_DIR, 'logs/reelshare.log'), 'utf8').catch(() => '');
    assert.ok(!log.includes('never-shown'));
});

test('run again it brings what has become possible, and nothing twice', async () => {
    files.files.set('/videos/videos/3_missing.mp4', await clip({ seconds: 1, width: 320, height: 240 }));
    await source.sql(`UPDATE "User" SET "email" = 'bob2@example.org' WHERE "id" = 'bob2'`);
    const second = await bring(embedded, '--allow-private');
    assert.equal(second.code, 3);
    assert.match(second.said, /people +1 brought/);
    assert.match(second.said, /clips +1 brought +2 known already +3 left out/, 'bob2\'s has no file yet');
    assert.match(second.said, /likes +2 brought/);
    files.files.set('/videos/videos/4_two.mp4', await clip({ seconds: 1, width: 240, height: 320 }));
    await source.sql(`DELETE FROM "Video" WHERE "id" IN ('v5', 'v6'); DELETE FROM "User" WHERE "id" = 'nomail'`);
    const third = await bring(embedded, '--allow-private');
    assert.equal(third.code, 0, third.said);
    assert.match(third.said, /Everything is here/);
    const fourth = await bring(embedded, '--allow-private');
    assert.equal(fourth.code, 0, fourth.said);
    assert.ok(!/ [1-9]\d* brought/.test(fourth.said), fourth.said);
    assert.deepEqual(await sqlite('SELECT COUNT(*) FROM users; SELECT COUNT(*) FROM videos; SELECT COUNT(*) FROM jobs; SELECT COUNT(*) FROM engagements'),
        [String(crowd + 4), '4', '4', String(crowd + 4)]);
});

/** Signs in with the password of the ReelServer. */
async function signIn(url, name, email) {
    const person = new Person(url);
    const answer = await person.post('/api/v1/auth/login', { json: { email, password: passwords[name][0] } });
    assert.equal(answer.status, 200, JSON.stringify(answer.body));
    person.token = answer.body.data.token;
    person.id = (await person.get('/api/v1/user/me')).body.data.id;
    return person;
}

test('people sign in as before, and find everything', async () => {
    const server = await startServer({ dataDir: embedded.DATA_DIR, env: { REELSHARE_WORLD: 'embedded' } });
    try {
        const ada = await signIn(server.url, 'ada', 'ada@example.org');
        const bob = await signIn(server.url, 'bob', 'Bob@Example.org');
        assert.equal((await ada.post('/api/v1/auth/login', { json: { email: 'ada@example.org', password: 'wrong one' } })).status, 401);
        const mine = (await ada.get(`/api/v1/user/${ada.id}/videos`)).body.data.data;
        assert.deepEqual(mine.map((one) => one.title), ['v3 by ada', 'v1 by ada'], 'the newest first, by their own times');
        const [, { id }] = mine;
        for (const one of mine) assert.equal((await ada.processed(one.id)).status, 'ready');
        const { body: { data } } = await bob.get(`/api/v1/video/${id}`);
        assert.equal(data.createdAt, '2025-02-03T04:10:06.789Z');
        assert.deepEqual([data.likeCount, data.commentCount, data.isLiked], [crowd + 2, 4, true]);
        assert.ok(data.viewCount >= 7);
        assert.equal((await fetch(data.videoUrl)).status, 200);
        const comments = (await bob.get(`/api/v1/video/${id}/comments`)).body;
        assert.deepEqual(comments.data.map((one) => [one.content, one.likeCount, one.replyCount]).sort(), [['How fine.', 1, 2], ['Me too', 0, 0]]);
        const thread = comments.data.find((one) => one.replyCount === 2);
        const replies = (await bob.get(`/api/v1/comment/${thread.id}/replies`)).body.data;
        assert.deepEqual(replies.map((one) => one.content).sort(), ['Thank you!', 'Welcome.']);
        const { body: { data: profile } } = await bob.get(`/api/v1/user/${ada.id}`);
        assert.deepEqual([profile.counts.followers, profile.counts.following], [3, 1]);
        assert.equal((await ada.get('/api/v1/user/me')).body.data.contact, '+49 1');
        // New things are newer than what was brought.
        const fresh = await bob.upload(await clip({ seconds: 1 }), { title: 'fresh' });
        await bob.processed(fresh.body.data.id);
        const feed = await until(async () => {
            const { body: { data: list } } = await bob.get('/api/v1/video?limit=10');
            return list.data.length === 5 && list.data;
        }, { ms: 60_000, what: 'all clips' });
        assert.deepEqual(feed.map((one) => one.title.slice(0, 5)), ['fresh', 'v4 by', 'ttttt', 'v3 by', 'v1 by']);
        assert.equal(feed[2].title.length, 150);
        // What is taken back here stays so.
        await bob.delete(`/api/v1/video/${id}/like`);
        await bob.delete(`/api/v1/comment/${thread.id}`);
        await bob.post(`/api/v1/follows/unfollow/${ada.id}`);
    } finally {
        await server.stop();
    }
    assert.deepEqual(await sqlite("SELECT substr(password_hash, 1, 10) FROM users WHERE email IN ('ada@example.org', 'bob@example.org', 'eve@example.org') ORDER BY email"),
        ['$argon2id$', '$argon2id$', '!']);
    const again = await bring(embedded, '--allow-private');
    assert.equal(again.code, 0, again.said);
    assert.ok(!/ [1-9]\d* brought/.test(again.said), again.said);
    assert.deepEqual(await sqlite(`SELECT COUNT(*) FROM videos v WHERE like_count <> (SELECT COUNT(*) FROM engagements e WHERE e.video_id = v.id)
        OR comment_count <> (SELECT COUNT(*) FROM comments c WHERE c.video_id = v.id)
        OR thread_count <> (SELECT COUNT(*) FROM comments c WHERE c.video_id = v.id AND c.parent_id IS NULL);
        SELECT COUNT(*) FROM users u WHERE follower_count <> (SELECT COUNT(*) FROM follows f WHERE f.followed_id = u.id)
        OR following_count <> (SELECT COUNT(*) FROM follows f WHERE f.follower_id = u.id)`), ['0', '0']);
});

test('the same into PostgreSQL, with the files from a folder and from a bucket', async () => {
    const s3 = await startS3();
    const world = await makeWorld({ postgres, s3 });
    const { S3_BUCKET, ...env } = world.env;
    env.DATA_DIR = path.join(folder, 'scaled');
    try {
        const copied = path.join(folder, 'bucket');
        await mkdir(path.join(copied, 'videos'), { recursive: true });
        await copyFile(await clip(), path.join(copied, 'videos/1_my clip é+100%.mp4'));
        const before = files.asked.size;
        const one = await bring(env, '--media', copied);
        assert.equal(one.code, 3, one.said);
        assert.match(one.said, /clips +1 brought +0 known already +3 left out/);
        for (const name of ['2_two.mp4', '3_missing.mp4', '4_two.mp4'])
            await s3.curl(`${S3_BUCKET}/old/videos/${name}`, '-T', files.files.get(`/videos/videos/${name}`));
        const all = await bring(env, '--media', `s3://${S3_BUCKET}/old`);
        assert.equal(all.code, 0, all.said);
        assert.match(all.said, /clips +3 brought +1 known already +0 left out/);
        assert.ok(!all.said.includes(s3.secretKey));
        assert.equal(files.asked.size, before, 'it asked the addresses of the rows');
        const database = new URL(env.DATABASE_URL).pathname.slice(1);
        assert.deepEqual(await postgres.sql(`SELECT v.title, v.like_count, v.comment_count, v.thread_count, v.view_count FROM videos v WHERE v.title = 'v1 by ada'`, database), [`v1 by ada|${crowd + 2}|4|2|7`]);
        const server = await startServer({ env: { ...env, REELSHARE_WORLD: 'embedded' } });
        try {
            const ada = await signIn(server.url, 'ada', 'ada@example.org');
            const [newest] = (await ada.get(`/api/v1/user/${ada.id}/videos`)).body.data.data;
            assert.equal((await ada.processed(newest.id)).status, 'ready');
        } finally {
            await server.stop();
        }
    } finally {
        await world.drop();
        await s3.stop();
    }
});
