// Pages of a long feed, by time and by trend, and what a view costs.
import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { ratio, report, run, startPinned, temporaryFolder, wrk } from './support.mjs';

const posts = Number(process.env.BENCH_POSTS ?? 1_000_000);
const perPage = 10;

/** A database of many posts of one asset, written behind the program's back: uploading them would take days. */
async function seeded() {
    const dataDir = await temporaryFolder('reelshare-feed-');
    await (await startPinned({ core: '0,1', dataDir, env: { WORKERS: '0' } })).stop();  // Makes the schema.
    const id = (n) => `printf('01900000-0000-7000-8000-%012x', ${n})`;
    const nothing = JSON.stringify({ renditions: [], posters: [] });
    await run('sqlite3', [path.join(dataDir, 'reelshare.db'), `
PRAGMA synchronous = OFF;
BEGIN;
INSERT INTO users (id, name, email, password_hash, created_at, updated_at) VALUES (${id(1)}, 'Ada', 'a@example.org', 'x', 1, 1);
INSERT INTO assets (id, content_hash, state, source_key, source_size, duration, width, height, report, media_prefix, created_at, updated_at)
  VALUES (${id(2)}, 'x', 'ready', 'sources/x', 1, 2, 360, 640, '${nothing}', 'media/x/1', 1, 1);
WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${posts})
INSERT INTO videos (id, uploader_id, asset_id, title, listed, created_at, updated_at, trend)
  SELECT ${id('i + 16')}, ${id(1)}, ${id(2)}, 'Clip number ' || i, 1, i, i, (i * 7919 % ${posts}) / 1000.0 FROM n;
COMMIT;`], { maxBuffer: 1 << 20 });
    return dataDir;
}

/** The cursor behind so many pages. */
async function cursorAt(url, sort, pages) {
    let cursor = null;
    for (let at = 0; at < pages; at += 50 / perPage) {
        const query = cursor ? `&cursor=${cursor}` : '';
        const answer = await (await fetch(`${url}/api/v1/video?sort=${sort}&limit=50${query}`)).json();
        cursor = answer.data.meta.nextCursor;
    }
    return cursor;
}

/** Milliseconds of the first answer of a fresh server, the system's cache of files emptied where that is allowed. */
async function cold(dataDir, query) {
    await writeFile('/proc/sys/vm/drop_caches', '1').catch(() => undefined);
    const server = await startPinned({ core: '0', dataDir, env: { THREADS: '1', WORKERS: '0' } });
    const start = performance.now();
    const answer = await fetch(`${server.url}/api/v1/video?limit=${perPage}&${query}`);
    const page = await answer.json();
    const ms = performance.now() - start;
    await server.stop();
    if (page.data.data.length !== perPage) throw new Error(`a page of ${page.data.data.length}`);
    return { ms };
}

async function depth(dataDir, sort) {
    const pages = Math.min(20_000, Math.floor(posts / perPage / 2));
    const server = await startPinned({ core: '0,1', dataDir, env: { WORKERS: '0' } });
    const cursor = await cursorAt(server.url, sort, pages);
    await server.stop();
    const value = await ratio(7, () => cold(dataDir, `sort=${sort}`), () => cold(dataDir, `sort=${sort}&cursor=${cursor}`), 'ms');
    report(`${sort}: page ${pages} of ${posts} posts against page 1, cold`, value.toFixed(2), '>= 0.8', value >= 0.8);
}

async function views(dataDir) {
    const server = await startPinned({ core: '0', dataDir, env: { THREADS: '1', WORKERS: '0' } });
    const [{ id }] = (await (await fetch(`${server.url}/api/v1/video?limit=1`)).json()).data.data;
    const url = `${server.url}/api/v1/video/${id}`;
    const script = path.join(dataDir, 'viewers.lua');
    await writeFile(script, `
local n = 0
request = function()
  n = n + 1
  wrk.headers["User-Agent"] = "viewer " .. n
  return wrk.format("GET")
end`);
    const value = await ratio(5, () => wrk({ core: '1', url, script }), () => wrk({ core: '1', url: `${server.url}/api/v1/video?limit=1` }), 'rate');
    report('one view recorded, each of a new viewer, against one warm read', value.toFixed(2), '>= 0.5', value >= 0.5);
    await server.stop();
}

export async function feed() {
    const dataDir = await seeded();
    try {
        for (const sort of ['latest', 'trending']) await depth(dataDir, sort);
        await views(dataDir);
    } finally {
        await rm(dataDir, { recursive: true, force: true });
    }
}
