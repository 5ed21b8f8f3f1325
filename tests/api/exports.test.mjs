// Taking one's data along.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';

import { Person } from '../support/api.mjs';
import { clip } from '../support/clips.mjs';
import { heldFetch } from '../support/contract.mjs';
import { startServer, temporaryFolder, until } from '../support/server.mjs';

const run = promisify(execFile);
let server;
let folder;
let ada;
let bob;
let file;
let video;
before(async () => {
    server = await startServer();
    folder = await temporaryFolder();
    ada = await new Person(server.url).join('Ada');
    bob = await new Person(server.url).join('Bob');
    file = await clip({ seconds: 2 });
    video = (await ada.upload(file, { title: 'Mine "quoted"', description: 'With #tag' })).body.data.id;
    await ada.processed(video);
});
after(async () => {
    await server?.stop();
    await rm(folder, { recursive: true, force: true });
});

const linkOf = async (person) => {
    const answer = await person.post('/api/v1/user/me/export');
    assert.equal(answer.status, 200, answer.text);
    return answer.body.data.url;
};

/** The export as files, unpacked by another program. */
async function unpacked(person, name) {
    const answer = await heldFetch(await linkOf(person));
    assert.equal(answer.status, 200);
    assert.equal(answer.headers.get('content-type'), 'application/zip');
    assert.equal(answer.headers.get('cache-control'), 'no-store');
    assert.match(answer.headers.get('content-disposition'), /^attachment; filename="reelshare-export\.zip"$/);
    const archive = path.join(folder, `${name}.zip`);
    await writeFile(archive, Buffer.from(await answer.arrayBuffer()));
    await run('unzip', ['-q', archive, '-d', path.join(folder, name)]);
    return {
        folder: path.join(folder, name),
        bytes: (one) => readFile(path.join(folder, name, one)),
        json: async (one) => JSON.parse(await readFile(path.join(folder, name, one), 'utf8')),
    };
}

test('everything of mine is in it, and nothing of others', async () => {
    for (let i = 0; i < 230; ++i) {
        const answer = await bob.post(`/api/v1/video/${video}/comments`, { json: { content: `Number ${i}` } });
        assert.equal(answer.status, 200, answer.text);
    }
    await bob.put(`/api/v1/video/${video}/like`);
    await bob.put(`/api/v1/follows/${ada.id}`);
    const own = await unpacked(ada, 'ada');
    const [profile] = await own.json('profile.json');
    assert.equal(profile.email, ada.email);
    assert.equal(profile.followers, 1);
    const [clipRow, ...more] = await own.json('videos.json');
    assert.deepEqual(more, []);
    assert.equal(clipRow.title, 'Mine "quoted"');
    assert.deepEqual(clipRow.tags, ['tag']);
    assert.ok((await own.bytes(`clips/${video}.mp4`)).equals(await readFile(file)), 'the clip as it was uploaded');
    assert.deepEqual((await own.json('followers.json')).map(({ name }) => name), ['Bob']);
    assert.deepEqual(await own.json('comments.json'), []);
    assert.ok((await own.json('sessions.json')).length >= 1);
    for (const name of (await readdir(own.folder)).filter((one) => one.endsWith('.json'))) {
        const text = await own.bytes(name).then(String);
        for (const secret of ['argon2', bob.email, 'hash', 'token']) assert.ok(!text.includes(secret), `${secret} in ${name}`);
    }

    const others = await unpacked(bob, 'bob');
    const comments = await others.json('comments.json');
    assert.equal(comments.length, 230);
    assert.equal(new Set(comments.map(({ content }) => content)).size, 230);
    assert.deepEqual((await others.json('likes.json')).map(({ videoId }) => videoId), [video]);
    assert.deepEqual((await others.json('following.json')).map(({ userId }) => userId), [ada.id]);
});

test('a link is good for whom it was made, and unchanged', async () => {
    const link = await linkOf(ada);
    const [id, signature] = new URL(link).pathname.split('/').slice(2);
    for (const [address, status] of [
        [`${server.url}/exports/${bob.id}/${signature}`, 403],
        [`${server.url}/exports/${id}/${signature.slice(0, -1)}${signature.endsWith('A') ? 'B' : 'A'}`, 403],
        [`${server.url}/exports/${id}/rubbish`, 403],
        [`${server.url}/exports/nobody/${signature}`, 404],
    ]) assert.equal((await heldFetch(address)).status, status, address);
    assert.equal((await new Person(server.url).post('/api/v1/user/me/export')).status, 401);
    assert.equal((await fetch(link)).status, 200);
    await until(() => server.log().includes(`/exports/${id}/[signature]`), { what: 'the line of the download' });
    assert.ok(!server.log().includes(signature), 'a log is no key to the data of others');
    // The same signature does not open media.
    assert.equal((await fetch(`${server.url}/media/${id}/${signature}/1/master.m3u8`)).status, 403);
});

test('one at a time for each user; one that was broken off makes room', async () => {
    const cy = await new Person(server.url).join('Cyd');
    await cy.upload(await clip({ seconds: 20, width: 1080, height: 1920 }));
    const link = await linkOf(cy);
    const leaving = new AbortController();
    const first = await fetch(link, { signal: leaving.signal });
    assert.equal(first.status, 200);
    assert.equal((await heldFetch(link)).status, 429);
    leaving.abort();
    await until(async () => {
        const again = await fetch(link);
        await again.body.cancel();
        return again.status === 200;
    }, { what: 'room for another' });
});

test('whose account is gone has no data', async () => {
    const dan = await new Person(server.url).join('Dan');
    const link = await linkOf(dan);
    assert.equal((await dan.delete('/api/v1/user/me', { json: { password: dan.password } })).status, 200);
    assert.equal((await heldFetch(link)).status, 404);
});

test('where sources are not kept, the best rendition comes along', async () => {
    const bare = await startServer({ env: { KEEP_SOURCE: 'false' } });
    try {
        const eve = await new Person(bare.url).join('Eve');
        const id = (await eve.upload(file)).body.data.id;
        await eve.processed(id);
        const clips = await unpacked(eve, 'eve');
        assert.equal((await clips.bytes(`clips/${id}.mp4`)).subarray(4, 8).toString(), 'ftyp');
    } finally {
        await bare.stop();
    }
});
