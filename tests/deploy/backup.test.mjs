// Backups are taken while the server works, and a restore gives back what was acknowledged before them.
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { access, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';

import { Person } from '../support/api.mjs';
import { clip } from '../support/clips.mjs';
import { program, startServer, temporaryFolder, until } from '../support/server.mjs';

const run = promisify(execFile);
const reelshare = (dataDir, ...args) =>
    run(program, args, { env: { PATH: process.env.PATH, DATA_DIR: dataDir } }).then(
        ({ stdout, stderr }) => ({ code: 0, said: stdout + stderr }),
        (error) => ({ code: error.code, said: error.stdout + error.stderr }),
    );
const there = (file) => access(file).then(() => true, () => false);
const hash = async (url) =>
    createHash('sha256').update(Buffer.from(await (await fetch(url)).arrayBuffer())).digest('hex');

/** What a viewer gets of a clip, byte for byte. */
async function seen(url, id) {
    const { data } = await (await fetch(`${url}/api/v1/video/${id}`)).json();
    const here = (address) => url + new URL(address).pathname;
    return {
        title: data.title, likes: data.likeCount, status: data.status,
        video: await hash(here(data.videoUrl)), poster: await hash(here(data.thumbnail)),
        playlist: await (await fetch(here(data.hlsUrl))).text(),
    };
}

test('a backup under load, restored elsewhere, is the installation of that moment', async () => {
    const folder = await temporaryFolder();
    const server = await startServer();
    const ada = await new Person(server.url).join();
    const uploads = [];
    for (const seconds of [1, 2]) {
        const answer = await ada.upload(await clip({ seconds }), { title: `clip of ${seconds} s` });
        uploads.push(answer.body.data.id);
    }
    for (const id of uploads) await ada.processed(id);
    await ada.put(`/api/v1/video/${uploads[0]}/like`);
    const before = await Promise.all(uploads.map((id) => seen(server.url, id)));

    // People go on liking, registering, uploading and deleting meanwhile.
    let stop = false;
    const acknowledged = [];
    const busy = async () => {
        const eve = await new Person(server.url).join('Eve');
        for (let i = 0; !stop; ++i) {
            await eve.post(`/api/v1/video/${uploads[1]}`);
            const bob = await new Person(server.url).join(`Bob ${i}`);
            acknowledged.push({ at: Date.now(), email: bob.email, password: bob.password });
            const uploaded = await bob.upload(await clip({ seconds: 1 }), { title: `passing ${i}` });
            assert.equal(uploaded.status, 201);
            if (i % 2) await bob.delete(`/api/v1/video/${uploaded.body.data.id}`);
        }
    };
    const people = [busy(), busy(), busy()];
    await until(() => acknowledged.length > 3, { what: 'people' });
    const started = Date.now();
    const to = path.join(folder, 'copy');
    const made = await reelshare(server.dataDir, 'backup', to);
    assert.equal(made.code, 0, made.said);
    assert.match(made.said, /Made .* objects/);
    const second = path.join(folder, 'second');
    assert.equal((await reelshare(server.dataDir, 'backup', second)).code, 0);
    stop = true;
    await Promise.all(people);
    assert.equal((await stat(path.join(to, 'reelshare.db'))).mode & 0o077, 0, 'others can read the copy');
    const again = await reelshare(server.dataDir, 'backup', to);
    assert.equal(again.code, 1);
    assert.match(again.said, /is there already/);
    await server.stop();

    // The drill: elsewhere, from the backup alone.
    const dataDir = path.join(folder, 'restored');
    const restored = await reelshare(dataDir, 'restore', to);
    assert.equal(restored.code, 0, restored.said);
    const copy = await startServer({ dataDir });
    try {
        assert.deepEqual(await Promise.all(uploads.slice(0, 1).map((id) => seen(copy.url, id))), before.slice(0, 1));
        assert.equal((await seen(copy.url, uploads[1])).video, before[1].video);
        // Signed in before, signed in after; and everybody who was told so before the backup exists.
        ada.url = copy.url;
        assert.equal((await ada.put(`/api/v1/video/${uploads[0]}/like`)).status, 200);
        for (const { email, password } of acknowledged.filter((one) => one.at < started)) {
            const bob = new Person(copy.url);
            Object.assign(bob, { email, password });
            await bob.login();
        }
        const { stdout } = await run('sqlite3', ['-readonly', path.join(dataDir, 'reelshare.db'),
            'SELECT count(*) FROM videos v WHERE v.like_count <> (SELECT count(*) FROM engagements e WHERE e.video_id = v.id)']);
        assert.equal(stdout.trim(), '0');
        // Every clip of the copy is watched to its end.
        const { data } = await (await fetch(`${copy.url}/api/v1/video?limit=50`)).json();
        for (const { id } of data.data) assert.equal((await ada.processed(id)).status, 'ready');
    } finally {
        await copy.stop({ keepData: true });
        await rm(folder, { recursive: true });
    }
});

test('a restore that is killed half way serves nothing, and can be run again', async () => {
    const folder = await temporaryFolder();
    const server = await startServer();
    const ada = await new Person(server.url).join();
    const { body } = await ada.upload(await clip(), { title: 'kept' });
    await ada.processed(body.data.id);
    const to = path.join(folder, 'copy');
    assert.equal((await reelshare(server.dataDir, 'backup', to)).code, 0);
    await server.stop();

    const dataDir = path.join(folder, 'restored');
    const stopped = spawn('strace', ['-f', '-qq', '-o', '/dev/null', '-e', 'inject=rename,renameat,renameat2:signal=KILL:when=3',
        program, 'restore', to], { env: { PATH: process.env.PATH, DATA_DIR: dataDir }, stdio: 'ignore' });
    await new Promise((done) => stopped.once('exit', done));
    assert.ok(await there(path.join(dataDir, 'restoring')), 'it was not killed in the middle');
    assert.ok(!(await there(path.join(dataDir, 'reelshare.db'))));
    const refused = await reelshare(dataDir, 'migrate');
    assert.equal(refused.code, 1);
    assert.match(refused.said, /half restored/);

    const through = await reelshare(dataDir, 'restore', to);
    assert.equal(through.code, 0, through.said);
    const copy = await startServer({ dataDir });
    assert.equal((await seen(copy.url, body.data.id)).status, 'ready');
    await copy.stop({ keepData: true });
    assert.equal((await reelshare(dataDir, 'restore', to)).code, 1, 'over an installation');
    await rm(folder, { recursive: true });
});

test('a damaged backup is refused before anything is written', async () => {
    const folder = await temporaryFolder();
    const server = await startServer();
    const ada = await new Person(server.url).join();
    const { body } = await ada.upload(await clip(), { title: 'lost' });
    await ada.processed(body.data.id);
    const to = path.join(folder, 'copy');
    assert.equal((await reelshare(server.dataDir, 'backup', to)).code, 0);
    await server.stop();
    const dataDir = path.join(folder, 'restored');

    const entries = await readdir(path.join(to, 'objects'), { recursive: true });
    // Those of the first stage are there too, and nobody's any more.
    const playlists = entries.filter((name) => name.endsWith('master.m3u8')).map((name) => path.join(to, 'objects', name));
    const kept = await Promise.all(playlists.map((file) => readFile(file)));
    for (const file of playlists) await rm(file);
    const missing = await reelshare(dataDir, 'restore', to);
    assert.equal(missing.code, 1);
    assert.match(missing.said, /objects are missing/);
    for (const [index, file] of playlists.entries()) await writeFile(file, kept[index]);

    await truncate(path.join(to, 'reelshare.db'), 8192);
    assert.equal((await reelshare(dataDir, 'restore', to)).code, 1);
    await rm(path.join(to, 'backup.json'));
    assert.match((await reelshare(dataDir, 'restore', to)).said, /not a backup/);
    assert.ok(!(await there(dataDir)));
    await rm(folder, { recursive: true });
});
