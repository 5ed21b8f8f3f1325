// Profiles, and the end of an account.
import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { after, before, test } from 'node:test';

import { Person } from '../support/api.mjs';
import { clip } from '../support/clips.mjs';
import { startServer, until } from '../support/server.mjs';

const ME = '/api/v1/user/me';
let server;
before(async () => { server = await startServer(); });
after(() => server?.stop());

const join = (name) => new Person(server.url).join(name);

test('my profile holds what I said, the public one nothing private', async () => {
    const ada = await join();
    const before = await ada.get(ME);
    assert.deepEqual(before.body.data.counts, { videos: 0, followers: 0, following: 0, likes: 0 });
    assert.equal(before.body.data.role, 'user');
    const changed = await ada.request('PATCH', ME, { json: { name: 'Ada L.', bio: '  Counts ☀ and clips ', contact: '123' } });
    assert.equal(changed.status, 200, changed.text);
    assert.equal(changed.body.data.name, 'Ada L.');
    assert.equal(changed.body.data.bio, 'Counts ☀ and clips');
    const shown = await new Person(server.url).get(`/api/v1/user/${ada.id}`);
    const again = { headers: { 'if-none-match': shown.headers.get('etag') } };
    assert.equal((await new Person(server.url).get(`/api/v1/user/${ada.id}`, again)).status, 304);
    assert.deepEqual(Object.keys(shown.body.data).sort(), ['avatarUrl', 'bio', 'counts', 'createdAt', 'id', 'name']);
    assert.ok(!shown.text.includes(ada.email));
    const cleared = await ada.request('PATCH', ME, { json: { bio: null, contact: '' } });
    assert.equal(cleared.body.data.bio, null);
    assert.equal(cleared.body.data.contact, null);
    assert.equal(cleared.body.data.name, 'Ada L.');
});

for (const [what, json, path] of [
    ['a short name', { name: 'ab' }, 'name'], ['a long bio', { bio: 'x'.repeat(501) }, 'bio'], ['a number as bio', { bio: 5 }, 'bio'],
    ['a long contact', { contact: 'x'.repeat(41) }, 'contact'], ['another e-mail', { email: 'a@b.io' }, 'email'],
    ['a role', { role: 'admin' }, 'role'], ['an avatar by address', { avatarUrl: 'http://evil.example/' }, 'avatarUrl'],
    ['counts', { counts: { followers: 1e6 } }, 'counts'],
]) {
    test(`a profile does not take ${what}`, async () => {
        const ada = await join();
        const answer = await ada.request('PATCH', ME, { json });
        assert.equal(answer.status, 400, answer.text);
        assert.equal(answer.body.errorMessages[0].path, path);
    });
}

test('nobody has the profile of nobody', async () => {
    for (const id of ['x', '01890000-0000-7000-8000-000000000000'])
        assert.equal((await new Person(server.url).get(`/api/v1/user/${id}`)).status, 404);
});

test('deleting an account needs its password', async () => {
    const ada = await join();
    for (const [json, path] of [[{}, 'password'], [{ password: 'wrong password' }, 'password'], [{ password: ada.password, id: 'x' }, 'id']]) {
        const answer = await ada.delete(ME, { json });
        assert.equal(answer.status, 400, answer.text);
        assert.equal(answer.body.errorMessages[0].path, path);
    }
    assert.equal((await ada.get(ME)).status, 200);
});

async function filesUnder(where) {
    const all = await readdir(where, { recursive: true, withFileTypes: true }).catch(() => []);
    return all.filter((entry) => entry.isFile()).length;
}

test('deleting an account removes all it owns and leaves the counts of others right', async () => {
    const ada = await join('Ada Lovelace');
    const eve = await join('Eve Adams');
    const file = await clip({ seconds: 1 });
    const post = async (person) => {
        const up = await person.upload(file, { title: `Of ${person.id}` });
        assert.equal(up.status, 201, up.text);
        return (await person.processed(up.body.data.id)).id;
    };
    const [gone, kept] = [await post(ada), await post(eve)];
    for (const person of [ada, eve]) for (const id of [gone, kept]) assert.equal((await person.put(`/api/v1/video/${id}/like`)).status, 200);
    const comment = async (person, id) => (await person.post(`/api/v1/video/${id}/comments`, { json: { content: 'Hello' } })).body.data.id;
    const threads = [await comment(eve, kept), await comment(ada, kept)];
    for (const person of [ada, eve]) for (const id of threads)
        assert.equal((await person.post(`/api/v1/comment/${id}/replies`, { json: { content: 'Yes' } })).status, 201);
    assert.equal((await ada.put(`/api/v1/comment/${threads[0]}/like`)).status, 200);
    assert.equal((await ada.post(`/api/v1/follows/follow/${eve.id}`)).status, 201);
    assert.equal((await eve.post(`/api/v1/follows/follow/${ada.id}`)).status, 201);
    assert.deepEqual((await eve.get(ME)).body.data.counts, { videos: 1, followers: 1, following: 1, likes: 2 });

    const done = await ada.delete(ME, { json: { password: ada.password } });
    assert.equal(done.status, 200, done.text);
    assert.equal((await ada.get(ME)).status, 401, 'its tokens are refused at once');
    assert.equal((await ada.post('/api/v1/auth/refresh-token')).status, 403);
    assert.equal((await ada.post('/api/v1/auth/login', { json: { email: ada.email, password: ada.password }, token: null })).status, 401);
    assert.equal((await eve.get(`/api/v1/user/${ada.id}`)).status, 404);
    assert.equal((await eve.get(`/api/v1/video/${gone}`)).status, 404);
    const left = (await eve.get(`/api/v1/video/${kept}`)).body.data;
    assert.equal(left.likeCount, 1);
    assert.equal(left.commentCount, 2, "Eve's comment and her reply to it");
    const comments = await eve.get(`/api/v1/video/${kept}/comments`);
    assert.equal(comments.body.data.length, 1);
    assert.equal(comments.body.data[0].replyCount, 1);
    assert.equal(comments.body.data[0].likeCount, 0);
    assert.deepEqual((await eve.get(ME)).body.data.counts, { videos: 1, followers: 0, following: 0, likes: 1 });
    const again = await new Person(server.url).post('/api/v1/auth/register', { json: { name: 'Ada', email: ada.email, password: 'battery staple' } });
    assert.equal(again.status, 201, 'the address is free again');
});

test('the media of a deleted account are removed', async () => {
    const own = await startServer();
    try {
        const ada = await new Person(own.url).join();
        const up = await ada.upload(await clip({ seconds: 1 }));
        const video = await ada.processed(up.body.data.id);
        assert.equal((await ada.delete(ME, { json: { password: ada.password } })).status, 200);
        await until(async () => (await fetch(video.videoUrl)).status === 404, { what: 'the clip to go' });
        const store = path.join(own.dataDir, 'objects');
        await until(async () => (await filesUnder(path.join(store, 'media'))) + (await filesUnder(path.join(store, 'sources'))) === 0, { what: 'the store to be empty' });
    } finally {
        await own.stop();
    }
});
