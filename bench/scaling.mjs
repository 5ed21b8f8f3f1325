// The server on PostgreSQL against pgbench doing the same by itself, and against the embedded SQLite; two nodes against one.
import { execFile } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

import { Person } from '../tests/support/api.mjs';
import { clip } from '../tests/support/clips.mjs';
import { startPostgres } from '../tests/support/postgres.mjs';
import { startRedis } from '../tests/support/redis.mjs';
import { startS3 } from '../tests/support/s3.mjs';
import { median, ratio, report, startPinned, temporaryFolder, wrk } from './support.mjs';

const run = promisify(execFile);
const connections = 8;
const seconds = 4;
const rounds = 3;
const secret = { JWT_SECRET: 'a secret that the benchmark may know' };

const pgbench = async (url, script) => {
    const { stdout } = await run('/usr/lib/postgresql/15/bin/pgbench',
        ['-n', '-M', 'prepared', '-c', String(connections), '-j', '2', '-T', String(seconds), ...(script ? ['-f', script] : ['-S']), url]);
    return { rate: Number(stdout.match(/^tps = ([\d.]+)/m)[1]) };
};

/** People and clips by way of the API, then as many more clips as rows can be copied. */
async function seed(world) {
    const { server } = world;
    const ada = await new Person(server.url).join();
    const answer = await ada.upload(await clip(), { title: 'The clip of the benchmark' }, { query: '?wait=ready' });
    if (answer.body?.data?.status !== 'ready') throw new Error(answer.text);
    const people = [];
    for (let i = 0; i < connections; ++i) people.push(await new Person(server.url).join(`Person ${i}`));
    await world.server.stop();  // Nobody else writes to SQLite's file meanwhile.
    await world.sql(world.env.DATABASE_URL ? numbersPostgres : numbersSqlite);
    await world.sql(`INSERT INTO videos (id, uploader_id, asset_id, title, listed, created_at, updated_at)
        SELECT '01900000-0000-7000-8000-' || n, v.uploader_id, v.asset_id, 'Clip ' || n, 1, v.created_at, v.updated_at
        FROM videos v, numbers`);
    await world.start();
    return { people, ids: Array.from({ length: 2000 }, (_, i) => `01900000-0000-7000-8000-${String(i + 1).padStart(12, '0')}`) };
}

const numbersPostgres = "CREATE TABLE numbers AS SELECT lpad(n::text, 12, '0') AS n FROM generate_series(1, 2000) AS n";
const numbersSqlite = `CREATE TABLE numbers AS WITH RECURSIVE s (n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM s WHERE n < 2000)
    SELECT printf('%012d', n) AS n FROM s`;

/** wrk asks each clip in turn: with a near cache of one entry, each request reaches the database. */
async function readScript(folder, ids) {
    const file = path.join(folder, 'reads.lua');
    await writeFile(file, `
local ids = {${ids.map((id) => `"${id}"`).join(',')}}
local at = 0
request = function()
  at = at % #ids + 1
  return wrk.format("GET", "/api/v1/video/" .. ids[at])
end`);
    return file;
}

/** Each request likes or unlikes a clip in the name of one of the people: one transaction, a row and a count. */
async function likeScript(folder, ids, people) {
    const file = path.join(folder, 'likes.lua');
    await writeFile(file, `
local ids = {${ids.map((id) => `"${id}"`).join(',')}}
local tokens = {${people.map((person) => `"${person.token}"`).join(',')}}
local at = 0
request = function()
  at = at + 1
  return wrk.format("POST", "/api/v1/video/" .. ids[at % #ids + 1], {Authorization = "Bearer " .. tokens[at % #tokens + 1]})
end`);
    return file;
}

/** What a like does, as a script of pgbench. */
async function likesOfPgbench(folder) {
    const file = path.join(folder, 'likes.sql');
    await writeFile(file, `\\set video random(1, 2000)
\\set person random(1, 1000000000)
BEGIN;
INSERT INTO bench_likes (video_id, user_id, created_at) VALUES (:video, :person, 0) ON CONFLICT (video_id, user_id) DO NOTHING;
UPDATE bench_videos SET like_count = like_count + 1 WHERE id = :video RETURNING like_count;
COMMIT;
`);
    return file;
}

async function worldOn({ postgres, database, folder, name }) {
    const dataDir = path.join(folder, name);
    const env = { ...secret, CACHE_MB: '1', WORKERS: '1', ...(postgres ? { DATABASE_URL: postgres.url(database), DATABASE_POOL: String(connections) } : {}) };
    const sqlite = (text) => run('sqlite3', [path.join(dataDir, 'reelshare.db'), text]);
    const world = {
        env,
        sql: postgres ? (text) => postgres.sql(text, database) : sqlite,
        async start() { world.server = await startPinned({ core: '0,1', dataDir, env }); },
    };
    await world.start();
    return world;
}

async function measure(world, folder) {
    const { people, ids } = await seed(world);
    const reads = await readScript(folder, ids);
    const likes = await likeScript(folder, ids, people);
    const rate = (script) => async () => (await wrk({ core: '0,1', url: world.server.url, seconds, connections, script })).rate;
    return { reads: rate(reads), likes: rate(likes) };
}

/** `rounds` pairs, alternating; the median of the ratios and both medians. */
async function compare(a, b) {
    const pairs = [];
    for (let i = 0; i < rounds; ++i) pairs.push([await a(), await b()]);
    return { ratio: median(pairs.map(([x, y]) => x / y)), a: median(pairs.map(([x]) => x)), b: median(pairs.map(([, y]) => y)) };
}

const shown = ({ ratio: value, a, b }) => `${value.toFixed(2)} (${a.toFixed(0)}/${b.toFixed(0)})`;

/** All that nodes share, as an operator would run it; the feed's rows are there, its objects are not asked for. */
async function feedOfNodes(folder, postgres, database) {
    const redis = await startRedis();
    const s3 = await startS3();
    const env = {
        ...secret, THREADS: '1', WORKERS: '0', DATABASE_URL: postgres.url(database), REDIS_URL: redis.url(),
        S3_BUCKET: await s3.createBucket(), AWS_ENDPOINT_URL: s3.endpoint, AWS_REGION: s3.region,
        AWS_ACCESS_KEY_ID: s3.accessKey, AWS_SECRET_ACCESS_KEY: s3.secretKey,
    };
    const scaled = await startPinned({ core: '0', dataDir: path.join(folder, 'scaled'), env });
    const embedded = await startPinned({ core: '0', dataDir: path.join(folder, 'sqlite'), env: { ...secret, THREADS: '1', WORKERS: '0' } });
    const feed = (server, core = '1') => wrk({ core, url: `${server.url}/api/v1/video?limit=10`, seconds });
    const value = await ratio(rounds, () => feed(scaled), () => feed(embedded), 'rate');
    report('warm feed on PostgreSQL, Redis and S3 against embedded', value.toFixed(2), '>= 0.95', value >= 0.95);
    await embedded.stop();

    // Each node and its load share a core, so that the second node has as much as the first.
    const second = await startPinned({ core: '1', dataDir: path.join(folder, 'second'), env });
    const both = async () => {
        const [one, two] = await Promise.all([feed(scaled, '0'), feed(second, '1')]);
        return { rate: one.rate + two.rate };
    };
    const nodes = await ratio(rounds, both, () => feed(scaled, '0'), 'rate');
    report('warm feed, two nodes on a core each against one', nodes.toFixed(2), '>= 1.8', nodes >= 1.8);
    await second.stop();
    await scaled.stop();
    await redis.stop();
    await s3.stop();
}

export async function scaling() {
    const folder = await temporaryFolder('reelshare-bench-');
    // As an operator would run it: every commit is on disk.
    const postgres = await startPostgres({ settings: { fsync: 'on', shared_buffers: '256MB' } });
    const database = await postgres.createDatabase();
    const bench = await postgres.createDatabase();
    await run('/usr/lib/postgresql/15/bin/pgbench', ['-i', '-q', '-s', '10', postgres.url(bench)]);
    await postgres.sql(`CREATE TABLE bench_videos (id BIGINT PRIMARY KEY, like_count BIGINT NOT NULL);
        INSERT INTO bench_videos SELECT n, 0 FROM generate_series(1, 2000) AS n;
        CREATE TABLE bench_likes (video_id BIGINT, user_id BIGINT, created_at BIGINT, PRIMARY KEY (video_id, user_id))`, bench);
    const script = await likesOfPgbench(folder);

    const onPostgres = await worldOn({ postgres, database, folder, name: 'postgres' });
    const scaled = await measure(onPostgres, folder);
    const reads = await compare(scaled.reads, async () => (await pgbench(postgres.url(bench))).rate);
    report('point reads/s through the server, each to PostgreSQL, against pgbench -S', shown(reads), '>= 0.6', reads.ratio >= 0.6);
    const likes = await compare(scaled.likes, async () => (await pgbench(postgres.url(bench), script)).rate);
    report('likes/s, one transaction each, against pgbench with an equal script', shown(likes), '>= 0.6', likes.ratio >= 0.6);

    const embedded = await worldOn({ folder, name: 'sqlite' });
    const small = await measure(embedded, folder);
    const smallReads = await compare(small.reads, scaled.reads);
    report('point reads/s of embedded SQLite against PostgreSQL', shown(smallReads), '>= 1.0', smallReads.ratio >= 1);
    const smallLikes = await compare(small.likes, scaled.likes);
    report('likes/s of embedded SQLite against PostgreSQL', shown(smallLikes), '>= 0.5', smallLikes.ratio >= 0.5);
    await embedded.server.stop();
    await onPostgres.server.stop();

    await feedOfNodes(folder, postgres, database);
    await postgres.stop();
    await rm(folder, { recursive: true, force: true });
}
