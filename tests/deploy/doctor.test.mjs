// What is wrong with an installation is named before anybody meets it, with what to do about it.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chmod, mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';

import { Person } from '../support/api.mjs';
import { startMailServer } from '../support/mail.mjs';
import { startPostgres } from '../support/postgres.mjs';
import { freePort, program, startServer, temporaryFolder } from '../support/server.mjs';
import { startRedis } from '../support/redis.mjs';

const run = promisify(execFile);
let folder;
let postgres;
let redis;
let database;

const doctor = (env = {}) => run(program, ['doctor'], { env: { PATH: process.env.PATH, DATA_DIR: folder, ...env } }).then(
    ({ stdout, stderr }) => ({ code: 0, said: stdout + stderr }),
    (error) => ({ code: error.code, said: error.stdout + error.stderr }),
);
/** The finding that matches, and what is said to mend it. */
const bad = ({ code, said }, what) => {
    assert.notEqual(code, 0, said);
    const [, mend] = said.match(new RegExp(`BAD +[^\\n]*${what.source}[^\\n]*\\n +([^\\n]+)`)) ?? assert.fail(said);
    return mend;
};

before(async () => {
    folder = await temporaryFolder();
    [postgres, redis] = await Promise.all([startPostgres(), startRedis()]);
    await redis.command('CONFIG', 'SET', 'requirepass', 'opensesame');
    database = postgres.url(await postgres.createDatabase());
});
after(async () => {
    await postgres?.stop();
    await redis?.stop();
    if (folder) await rm(folder, { recursive: true, force: true });
});

test('the folder and the secret', async () => {
    const file = path.join(folder, 'a file');
    await writeFile(file, '');
    assert.match(bad(await doctor({ DATA_DIR: path.join(file, 'data') }), /data folder .* cannot be written/), /DATA_DIR/);
    const short = await doctor({ JWT_SECRET: 'short' });
    assert.equal(short.code, 2);
    assert.match(short.said, /JWT_SECRET is too short/);
    assert.ok(!/short\b.*short/.test(short.said), 'the secret itself');
    await mkdir(path.join(folder, 'secrets'));
    const secret = path.join(folder, 'secrets/jwt');
    await writeFile(secret, `${'x'.repeat(43)}\n`);
    await chmod(secret, 0o644);
    assert.match(bad(await doctor(), /secrets\/jwt can be read by others/), /chmod 600/);
    await chmod(secret, 0o600);
    assert.match((await doctor()).said, /ok +signing secret is private/);
});

test('PostgreSQL: away, not to be entered, without a schema, older, newer', async () => {
    assert.match(bad(await doctor({ DATABASE_URL: `postgresql://x:hidden@127.0.0.1:${await freePort()}/x` }), /DATABASE_URL.*(?:refused|in time)/), /psql/);
    const missing = await doctor({ DATABASE_URL: postgres.url('nosuch') });
    assert.match(bad(missing, /"nosuch" does not exist/), /database right/);
    const garbled = await doctor({ DATABASE_URL: 'postgresql://x:hidden@[bad' });
    bad(garbled, /DATABASE_URL.*cannot be understood/);
    assert.ok(!garbled.said.includes('hidden'), 'the password is shown');
    const latin = `latin_${Date.now()}`;
    await postgres.sql(`CREATE DATABASE ${latin} ENCODING 'LATIN1' TEMPLATE template0`);
    assert.match(bad(await doctor({ DATABASE_URL: postgres.url(latin) }), /LATIN1/), /UTF8/);
    await postgres.sql('CREATE USER guest');
    const guest = database.replace('postgres@', 'guest@');
    assert.match(bad(await doctor({ DATABASE_URL: guest }), /may not make tables/), /OWNER/);

    const empty = await doctor({ DATABASE_URL: database });
    assert.match(empty.said, /PostgreSQL 15 answers[^]*its schema \(0\) is brought/);
    assert.match(empty.said, /no JWT_SECRET: all nodes sign with the secret that the database keeps/);
    await run(program, ['migrate'], { env: { PATH: process.env.PATH, DATA_DIR: folder, DATABASE_URL: database, LOG_LEVEL: 'off' } });
    assert.match((await doctor({ DATABASE_URL: database })).said, /its schema is this version's/);
    const name = new URL(database).pathname.slice(1);
    await postgres.sql("INSERT INTO schema_migrations (version, name, applied_at, checksum) VALUES (9000, 'later', 1, '')", name);
    assert.match((await doctor({ DATABASE_URL: database })).said, /warn +its schema \(9000\) is newer/);
    await postgres.sql('DELETE FROM schema_migrations WHERE version = 9000', name);
    const replica = await doctor({ DATABASE_URL: database, DATABASE_REPLICA_URL: database });
    assert.match(replica.said, /warn +DATABASE_REPLICA_URL names no replica/);
    bad(await doctor({ DATABASE_URL: database, DATABASE_REPLICA_URL: `postgresql://127.0.0.1:${await freePort()}/x` }), /DATABASE_REPLICA_URL/);
});

test('Redis and the mail server', async () => {
    bad(await doctor({ REDIS_URL: `redis://127.0.0.1:${await freePort()}` }), /Redis does not answer/);
    assert.match(bad(await doctor({ REDIS_URL: redis.url() }), /Redis does not answer/), /password/);
    assert.match((await doctor({ REDIS_URL: `redis://:opensesame@127.0.0.1:${redis.port}/0` })).said, /ok +Redis answers/);

    const mail = await startMailServer({ credentials: 'me:hidden' });
    const settings = (user) => ({ SMTP_URL: mail.url.replace('me:hidden', user), MAIL_FROM: 'clips@example.org', PUBLIC_URL: 'https://clips.example.org' });
    try {
        assert.match((await doctor(settings('me:hidden'))).said, /ok +the mail server lets us in/);
        const wrong = await doctor(settings('me:wrong-one'));
        assert.match(bad(wrong, /the mail server/), /SMTP_URL/);
        assert.ok(!wrong.said.includes('wrong-one'));
    } finally {
        await mail.stop();
    }
    bad(await doctor({ ...settings('me:hidden'), SMTP_URL: `smtp://127.0.0.1:${await freePort()}` }), /the mail server/);
});

test('two nodes without JWT_SECRET accept the tokens of each other', async () => {
    const env = { DATABASE_URL: database };
    const nodes = [await startServer({ env }), await startServer({ env })];
    try {
        const ada = await new Person(nodes[0].url).join();
        ada.url = nodes[1].url;
        assert.equal((await ada.get('/api/v1/user/me')).status, 200);
    } finally {
        for (const node of nodes) await node.stop();
    }
});
