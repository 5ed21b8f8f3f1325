import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { Person } from '../support/api.mjs';
import { clip } from '../support/clips.mjs';
import { startServer } from '../support/server.mjs';

const unknown = '0190163d-8694-739b-aea5-966c26f8ad91';

let server;
before(async () => { server = await startServer(); });
after(() => server?.stop());

const join = (name) => new Person(server.url).join(name);
const post = async (person) => (await person.upload(await clip(), { title: 'A clip' }, { query: '?wait=ready' })).body.data.id;
const say = (person, video, content) => person.post(`/api/v1/video/${video}/comments`, { json: { content } });

test('who is blocked cannot follow, like, comment or reply, and is not shown to the blocker', async () => {
    const [ada, bob, eve] = [await join('Ada'), await join('Bob'), await join('Eve')];
    const [video, other] = [await post(ada), await post(eve)];
    const mine = (await say(ada, other, 'hello')).body.data;
    await say(bob, other, 'I am Bob');
    await bob.put(`/api/v1/follows/${ada.id}`);
    await ada.put(`/api/v1/follows/${bob.id}`);
    for (let i = 0; i < 2; ++i) {
        const blocked = await ada.put(`/api/v1/user/${bob.id}/block`);
        assert.equal(blocked.status, 200, blocked.text);
        assert.deepEqual(blocked.body.data, { userId: bob.id, isBlocked: true, isMuted: false });
    }
    const relation = (await bob.get(`/api/v1/follows/${ada.id}`)).body.data;
    assert.deepEqual(relation, { userId: ada.id, isFollowing: false, isFollowedBy: false, followerCount: 0, followingCount: 0 });
    for (const answer of [
        await bob.put(`/api/v1/follows/${ada.id}`),
        await bob.post(`/api/v1/follows/follow/${ada.id}`),
        await ada.put(`/api/v1/follows/${bob.id}`),
        await bob.post(`/api/v1/video/${video}`),
        await bob.put(`/api/v1/video/${video}/like`),
        await say(bob, video, 'let me in'),
        await bob.post(`/api/v1/comment/${mine.id}/replies`, { json: { content: 'let me in' } }),
        await bob.put(`/api/v1/comment/${mine.id}/like`),
    ]) {
        assert.equal(answer.status, 403, answer.text);
        assert.equal(answer.body.code, 'blocked');
    }
    const seen = async (person) => (await person.get(`/api/v1/video/${other}/comments`)).body.data.map((one) => one.content);
    assert.deepEqual(await seen(ada), ['hello']);
    assert.deepEqual(await seen(eve), ['I am Bob', 'hello']);
    const open = await ada.delete(`/api/v1/user/${bob.id}/block`);
    assert.equal(open.body.data.isBlocked, false);
    assert.equal((await bob.put(`/api/v1/follows/${ada.id}`)).status, 200);
    assert.deepEqual(await seen(ada), ['I am Bob', 'hello']);
});

test('a like given before the block can be taken back', async () => {
    const [ada, bob] = [await join('Ada'), await join('Bob')];
    const video = await post(ada);
    await bob.put(`/api/v1/video/${video}/like`);
    await ada.put(`/api/v1/user/${bob.id}/block`);
    const gone = await bob.delete(`/api/v1/video/${video}/like`);
    assert.equal(gone.status, 200, gone.text);
    assert.equal(gone.body.data.likeCount, 0);
});

test('who is muted acts as before and is not heard of', async () => {
    const [ada, bob] = [await join('Ada'), await join('Bob')];
    const video = await post(ada);
    const muted = await ada.put(`/api/v1/user/${bob.id}/mute`);
    assert.deepEqual(muted.body.data, { userId: bob.id, isBlocked: false, isMuted: true });
    assert.equal((await say(bob, video, 'hello?')).status, 200);
    assert.equal((await bob.put(`/api/v1/follows/${ada.id}`)).status, 200);
    const heard = async () => (await ada.get('/api/v1/notifications')).body.data.data.map((one) => one.kind);
    assert.deepEqual(await heard(), []);
    await ada.delete(`/api/v1/user/${bob.id}/mute`);
    await say(bob, video, 'and now?');
    assert.deepEqual(await heard(), ['comment']);
});

test('nobody blocks or mutes themselves, a stranger to the house, or without a token', async () => {
    const ada = await join('Ada');
    for (const kind of ['block', 'mute']) {
        for (const method of ['PUT', 'DELETE']) {
            assert.equal((await ada.request(method, `/api/v1/user/${ada.id}/${kind}`)).status, 400);
            for (const id of [unknown, 'x'])
                assert.equal((await ada.request(method, `/api/v1/user/${id}/${kind}`)).status, 404);
            assert.equal((await new Person(server.url).request(method, `/api/v1/user/${ada.id}/${kind}`)).status, 401);
        }
    }
});
