// What must hold after every fault, whatever it was: rows agree with rows, objects with rows, nothing is left over, and
// no secret was written down.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readdir, readFile, readlink } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

import { program, startServer, until } from './server.mjs';

const run = promisify(execFile);

/** Objects, and files that are being made. */
export async function filesOf(dataDir) {
    // Folders may go while they are walked.
    const entries = await until(() => readdir(dataDir, { recursive: true, withFileTypes: true }).catch((error) => {
        if (error.code !== 'ENOENT') throw error;
    }), { what: 'a list of files', every: 10 });
    return entries.filter((entry) => entry.isFile())
        .map((entry) => path.relative(dataDir, path.join(entry.path ?? entry.parentPath, entry.name)))
        .filter((name) => /(^|\/)(sources|media|tmp|scratch|partial)\//.test(name));
}

/** Asks the embedded database, also of a running server. */
export async function rowsOf(dataDir, sql) {
    const { stdout } = await run('sqlite3', ['-json', '-readonly', '-cmd', '.timeout 5000', path.join(dataDir, 'reelshare.db'), sql]);
    return stdout.trim() ? JSON.parse(stdout) : [];
}

/** Each finds rows whose count is not what a recount says. */
const recounts = {
    likes: 'SELECT v.id FROM videos v WHERE v.like_count <> (SELECT count(*) FROM engagements e WHERE e.video_id = v.id)',
    comments: `SELECT v.id FROM videos v WHERE v.comment_count <> (SELECT count(*) FROM comments c LEFT JOIN comments p ON p.id = c.parent_id
        WHERE c.video_id = v.id AND c.author_banned = 0 AND c.hidden = 0 AND COALESCE(p.author_banned, 0) = 0 AND COALESCE(p.hidden, 0) = 0)`,
    threads: `SELECT v.id FROM videos v WHERE v.thread_count <> (SELECT count(*) FROM comments c
        WHERE c.video_id = v.id AND c.parent_id IS NULL AND c.author_banned = 0 AND c.hidden = 0)`,
    replies: `SELECT c.id FROM comments c WHERE c.reply_count <> (SELECT count(*) FROM comments r
        WHERE r.parent_id = c.id AND r.author_banned = 0 AND r.hidden = 0)`,
    'likes of comments': 'SELECT c.id FROM comments c WHERE c.like_count <> (SELECT count(*) FROM comment_likes l WHERE l.comment_id = c.id)',
    followers: 'SELECT u.id FROM users u WHERE u.follower_count <> (SELECT count(*) FROM follows f WHERE f.followed_id = u.id)',
    following: 'SELECT u.id FROM users u WHERE u.following_count <> (SELECT count(*) FROM follows f WHERE f.follower_id = u.id)',
};

/** `query` runs SQL and gives its rows. */
export async function checkCounts(query) {
    for (const [what, sql] of Object.entries(recounts)) assert.deepEqual(await query(sql), [], `${what}: the count is not the recount`);
}

export function fsck(dataDir, args = [], env = {}) {
    return run(program, ['fsck', ...args], { env: { PATH: process.env.PATH, DATA_DIR: dataDir, LOG_LEVEL: 'off', CLEANUP_GRACE_S: '0', ...env } })
        .then(({ stdout }) => ({ code: 0, stdout }), ({ code, stdout, stderr }) => ({ code, stdout, stderr }));
}

/** Passwords of tests, tokens, mail addresses and the secret that signs: not in any log. */
export async function checkLog(dataDir, more = []) {
    const secret = await readFile(path.join(dataDir, 'secrets/jwt'), 'utf8').then((text) => text.trim(), () => null);
    for (const name of await readdir(path.join(dataDir, 'logs')).catch(() => [])) {
        if (!name.endsWith('.log')) continue;
        const log = await readFile(path.join(dataDir, 'logs', name), 'utf8');
        for (const one of ['correct horse', '@example.org', secret, ...more]) assert.ok(!one || !log.includes(one), `${name} holds a secret`);
        assert.doesNotMatch(log, /eyJ[\w-]{10,}\.[\w-]{10,}/, `${name} holds a token`);
    }
}

/** What a server has open that a job or an upload leaves when it is forgotten: pipes, children, files without a name. */
export async function leftOpen(pid) {
    const links = await Promise.all((await readdir(`/proc/${pid}/fd`)).map((fd) => readlink(`/proc/${pid}/fd/${fd}`).catch(() => '')));
    return links.filter((link) => /^pipe:|pidfd|\(deleted\)$|\/(objects\/tmp|objects\/partial|scratch)\//.test(link));
}

/**
 * The reader at the end, for the embedded database: starts a server on what was left, and holds it to all of this.
 * `during(server)` is asked once its jobs have ended.
 */
export async function checkHouse(dataDir, { env = {}, during = async () => {} } = {}) {
    const server = await startServer({ dataDir, env: { CLEANUP_GRACE_S: '0', ...env } });
    try {
        const base = await leftOpen(server.pid);
        await until(async () => (await rowsOf(dataDir, "SELECT id FROM jobs WHERE state IN ('queued', 'running')")).length === 0,
            { ms: 120_000, what: 'the jobs to end' });
        await during(server);
        assert.deepEqual(await rowsOf(dataDir, "SELECT id FROM jobs WHERE state NOT IN ('done', 'dead')"), []);
        await until(async () => (await leftOpen(server.pid)).length <= base.length, { what: 'what jobs had open to be closed' })
            .catch(async (error) => { throw new Error(`${error.message}: ${await leftOpen(server.pid)}, ${base} before`); });
    } finally {
        await server.stop({ keepData: true });
    }
    // What a job left that ended after the first look of the clean-up goes at the next start.
    const again = await startServer({ dataDir, env: { CLEANUP_GRACE_S: '0', WORKERS: '0', ...env } });
    try {
        const uploads = (await rowsOf(dataDir, 'SELECT id FROM uploads WHERE video_id IS NULL')).map((row) => row.id);
        const assets = await rowsOf(dataDir, 'SELECT source_key, media_prefix FROM assets');
        const owned = (name) => assets.some((asset) => name.includes(asset.source_key) || (asset.media_prefix && name.includes(asset.media_prefix))) ||
            (name.includes('/partial/') && uploads.some((id) => name.includes(id)));
        await until(async () => (await filesOf(dataDir)).every(owned), { what: 'files that nothing owns to go' });
    } finally {
        await again.stop({ keepData: true });
    }
    const verdict = await fsck(dataDir, ['--read'], env);
    assert.match(verdict.stdout, / 0 finding/, verdict.stdout + (verdict.stderr ?? ''));
    assert.equal(verdict.code, 0);
    await checkCounts((sql) => rowsOf(dataDir, sql));
    assert.deepEqual(await rowsOf(dataDir, 'PRAGMA integrity_check'), [{ integrity_check: 'ok' }]);
    assert.deepEqual(await rowsOf(dataDir, 'PRAGMA foreign_key_check'), []);
    await checkLog(dataDir);
}
