// An installation in one data folder moves to PostgreSQL and S3: killed half way, run again, and everything is there.
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';

import { Person } from '../support/api.mjs';
import { clip } from '../support/clips.mjs';
import { startPostgres } from '../support/postgres.mjs';
import { startS3 } from '../support/s3.mjs';
import { program, startServer, temporaryFolder, until } from '../support/server.mjs';
import { makeWorld } from '../support/world.mjs';

const run = promisify(execFile);
const sha = async (url) => createHash('sha256').update(Buffer.from(await (await fetch(url)).arrayBuffer())).digest('hex');
const ended = (args, env) => run(program, args, { env }).then(
    ({ stdout, stderr }) => ({ code: 0, said: stdout + stderr }),
    (error) => ({ code: error.code, said: error.stdout + error.stderr }),
);
let postgres;
let s3;
let world;
let env;
let copy;
let dataDir;
let kept;

/** What Bob sees of the first clip, and of everything around it. */
async function seen({ ada, bob }, id) {
    const { body: { data } } = await bob.get(`/api/v1/video/${id}`);
    const comments = await bob.get(`/api/v1/video/${id}/comments`);
    const [first] = comments.body.data;
    const replies = await bob.get(`/api/v1/comment/${first.id}/replies`);
    const here = (url) => bob.url + new URL(url).pathname;
    return {
        title: data.title, tags: data.tags, likes: data.likeCount, liked: data.isLiked, status: data.status,
        comments: comments.body.data.map(({ id: one, content, likeCount, replyCount }) => [one, content, likeCount, replyCount]),
        replies: replies.body.data.map(({ content }) => content),
        followed: (await bob.get(`/api/v1/user/${ada.id}`)).body.data.counts.followers,
        mine: (await ada.get(`/api/v1/user/${ada.id}/videos`)).body.data.data.map((one) => one.id),
        video: await sha(here(data.videoUrl)), poster: await sha(here(data.thumbnail)),
    };
}

before(async () => {
    [postgres, s3] = await Promise.all([startPostgres(), startS3()]);
    world = await makeWorld({ postgres, s3 });
    const { DATABASE_URL, S3_BUCKET, ...keys } = world.env;
    dataDir = await temporaryFolder();
    env = { PATH: process.env.PATH, DATA_DIR: dataDir, ...keys };
    copy = ['copy', '--to-database', DATABASE_URL, '--to-objects', `s3://${S3_BUCKET}/clips`];
});
after(async () => {
    await postgres?.stop();
    await s3?.stop();
    if (dataDir) await rm(dataDir, { recursive: true, force: true });
});

test('an installation with people, clips, likes, comments and follows', async () => {
    const embedded = await startServer({ dataDir, env: { REELSHARE_WORLD: 'embedded' } });
    try {
        const ada = await new Person(embedded.url).join('Ada');
        const bob = await new Person(embedded.url).join('Bob');
        const videos = [];
        for (const visibility of ['public', 'private', 'public']) {
            const answer = await ada.upload(await clip(), { title: `a ${visibility} one`, visibility, tags: ['sea'] });
            videos.push((await ada.processed(answer.body.data.id)).id);
        }
        await bob.put(`/api/v1/video/${videos[0]}/like`);
        await bob.post(`/api/v1/follows/follow/${ada.id}`);
        const said = await bob.post(`/api/v1/video/${videos[0]}/comments`, { json: { content: 'How fine.' } });
        await ada.post(`/api/v1/comment/${said.body.data.id}/replies`, { json: { content: 'Thank you!' } });
        const beside = await ended(copy, env);
        assert.equal(beside.code, 1);
        assert.match(beside.said, /Another ReelShare process uses the folder.*Stop it first/, 'not beside a running server');
        kept = { ada, bob, videos, before: await seen({ ada, bob }, videos[0]) };
    } finally {
        // What was seen a moment ago is in the journal of views alone.
        await embedded.kill();
        await embedded.stop({ keepData: true });
    }
    await run('sqlite3', [path.join(dataDir, 'reelshare.db'), `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)
        INSERT INTO users (id, name, email, password_hash, created_at, updated_at)
        SELECT 'many-' || i, 'Person ' || i, i || '@example.net', 'x', i, i FROM n`]);
});

test('is copied although the copy is killed on the way', async () => {
    const killedWhen = async (what) => {
        const child = spawn(program, copy, { env, stdio: ['ignore', 'pipe', 'pipe'] });
        let said = '';
        for (const stream of [child.stdout, child.stderr]) stream.on('data', (piece) => (said += piece));
        const gone = new Promise((done) => child.once('exit', done));
        await until(() => said.includes(what) || child.exitCode !== null, { every: 1, what: `the copy to say ${what}` });
        child.kill('SIGKILL');
        await gone;
        assert.ok(said.includes(what), said);
    };
    const finished = () => postgres.sql("SELECT value FROM installation WHERE name = 'copy_finished'", new URL(world.env.DATABASE_URL).pathname.slice(1));
    await killedWhen('media ');
    assert.deepEqual(await finished(), [], 'it was not killed in the middle');
    await killedWhen('rows ');

    const { code, said } = await ended(copy, env);
    assert.equal(code, 0, said);
    assert.match(said, /users +3002 rows, the same/);
    assert.match(said, /engagements +1 rows, the same/);
    assert.match(said, /objects +\d+, .*checksums/);
    assert.match(said, /Everything is there/);
    assert.ok(!said.includes(s3.secretKey));
    assert.equal((await finished()).length, 1);
    const again = await ended(copy, env);
    assert.equal(again.code, 0, again.said);
    assert.match(again.said, /Copied already[^]*Everything is there/);
});

test('a server on PostgreSQL and S3 goes on with it', async () => {
    const { ada, bob, videos } = kept;
    const target = { ...world.env, S3_BUCKET: `${world.env.S3_BUCKET}/clips` };
    const server = await startServer({ env: target });
    try {
        // Nobody logs in again: the secret came along.
        for (const person of [ada, bob]) person.url = server.url;
        assert.deepEqual(await seen(kept, videos[0]), kept.before);
        const { body: { data } } = await bob.get(`/api/v1/video/${videos[0]}`);
        assert.equal(data.viewCount, 2, 'Ada\'s and Bob\'s, also what the killed server had only noted; none twice');
        assert.equal((await bob.get(`/api/v1/video/${videos[1]}`)).status, 404, 'private');
        await new Person(server.url).join('Carol');
        const found = await bob.get('/api/v1/video?q=public');
        assert.deepEqual(found.body.data.data.map((one) => one.id).sort(), [videos[0], videos[2]].sort());
        const fresh = await ada.upload(await clip({ seconds: 1 }), { title: 'after' });
        assert.equal((await ada.processed(fresh.body.data.id)).status, 'ready');
        const fsck = await ended(['fsck', '--read'], { PATH: process.env.PATH, ...target, DATA_DIR: server.dataDir, LOG_LEVEL: 'off' });
        assert.match(fsck.said, /: 0 finding/);
    } finally {
        await server.stop();
    }
    // It has lived on: a copy over it would bring back what is gone since.
    const late = await ended(copy, env);
    assert.equal(late.code, 1);
    assert.match(late.said, /Nothing is changed[^]*has \d+ rows here and \d+ there/);
});

test('what cannot be copied, or not there, is refused with a sentence', async () => {
    const other = await makeWorld({ postgres, s3 });
    const to = (database, bucket) => ['copy', '--to-database', database, '--to-objects', bucket];
    const bucketTaken = await ended(to(other.env.DATABASE_URL, `s3://${world.env.S3_BUCKET}`), env);
    assert.equal(bucketTaken.code, 1);
    assert.match(bucketTaken.said, /The target bucket is not empty/);
    const elsewhere = await ended(to(world.env.DATABASE_URL, other.env.S3_BUCKET), env);
    assert.match(elsewhere.said, /or one whose objects went to another bucket/);
    const empty = await temporaryFolder();
    const nothing = await ended(to(other.env.DATABASE_URL, other.env.S3_BUCKET), { ...env, DATA_DIR: empty });
    await rm(empty, { recursive: true, force: true });
    assert.equal(nothing.code, 1);
    assert.match(nothing.said, /holds no installation/);
    const gone = await ended(to('postgresql://postgres@127.0.0.1:1/x', other.env.S3_BUCKET), env);
    assert.equal(gone.code, 1);
    assert.match(gone.said, /database/);
    const { AWS_SECRET_ACCESS_KEY, ...keyless } = env;
    const { code, said } = await ended(to(other.env.DATABASE_URL, other.env.S3_BUCKET), keyless);
    assert.equal(code, 2);
    assert.match(said, /AWS_SECRET_ACCESS_KEY/);
    await other.drop();
});
