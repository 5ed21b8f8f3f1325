import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { Person } from '../support/api.mjs';
import { startServer } from '../support/server.mjs';

const unknown = '0190163d-8694-739b-aea5-966c26f8ad91';

let server;
before(async () => { server = await startServer(); });
after(() => server?.stop());

const guest = () => new Person(server.url);
const join = (name) => new Person(server.url).join(name);

async function people(path, person = guest()) {
    const answer = await person.get(`/api/v1/user/${path}`);
    assert.equal(answer.status, 200, answer.text);
    return answer.body.data;
}

test('following and unfollowing answer as the original server did', async () => {
    const [ada, bob] = [await join('Ada'), await join('Bob')];
    const followed = await ada.post(`/api/v1/follows/follow/${bob.id}`);
    assert.equal(followed.status, 201, followed.text);
    assert.equal(followed.body.message, 'Followed successfully');
    assert.equal(followed.body.data, null);
    const twice = await ada.post(`/api/v1/follows/follow/${bob.id}`);
    assert.equal(twice.status, 400);
    assert.equal(twice.body.message, 'You are already following this user');
    const gone = await ada.post(`/api/v1/follows/unfollow/${bob.id}`);
    assert.equal(gone.status, 201, gone.text);
    assert.equal(gone.body.message, 'Un-followed successfully');
    assert.equal(gone.body.data, null);
    assert.equal((await ada.post(`/api/v1/follows/unfollow/${bob.id}`)).status, 400);
});

test('nobody follows themselves, a stranger to the house, or without a token', async () => {
    const ada = await join('Ada');
    const self = await ada.post(`/api/v1/follows/follow/${ada.id}`);
    assert.equal(self.status, 400);
    assert.equal(self.body.message, 'You cannot follow yourself');
    assert.equal((await ada.put(`/api/v1/follows/${ada.id}`)).status, 400);
    for (const id of [unknown, 'x', "1'%20OR%20'1'='1"]) {
        for (const answer of [
            await ada.post(`/api/v1/follows/follow/${id}`),
            await ada.post(`/api/v1/follows/unfollow/${id}`),
            await ada.get(`/api/v1/follows/${id}`),
            await ada.put(`/api/v1/follows/${id}`),
            await ada.delete(`/api/v1/follows/${id}`),
            await guest().get(`/api/v1/user/${id}/followers`),
            await guest().get(`/api/v1/user/${id}/following`),
        ]) assert.equal(answer.status, 404, answer.text);
    }
    for (const answer of [
        await guest().post(`/api/v1/follows/follow/${ada.id}`),
        await guest().post(`/api/v1/follows/unfollow/${ada.id}`),
        await guest().get(`/api/v1/follows/${ada.id}`),
        await guest().put(`/api/v1/follows/${ada.id}`),
        await guest().delete(`/api/v1/follows/${ada.id}`),
    ]) assert.equal(answer.status, 401);
    assert.equal((await guest().get('/api/v1/user/me/followers')).status, 404);
});

test('PUT and DELETE are idempotent and tell how the two stand', async () => {
    const [ada, bob] = [await join('Ada'), await join('Bob')];
    for (let i = 0; i < 2; ++i) {
        const put = await ada.put(`/api/v1/follows/${bob.id}`);
        assert.equal(put.status, 200, put.text);
        assert.deepEqual(put.body.data, {
            userId: bob.id, isFollowing: true, isFollowedBy: false, followerCount: 1, followingCount: 0,
        });
    }
    assert.deepEqual((await bob.get(`/api/v1/follows/${ada.id}`)).body.data, {
        userId: ada.id, isFollowing: false, isFollowedBy: true, followerCount: 0, followingCount: 1,
    });
    for (let i = 0; i < 2; ++i) {
        const gone = await ada.delete(`/api/v1/follows/${bob.id}`);
        assert.equal(gone.status, 200, gone.text);
        assert.equal(gone.body.data.isFollowing, false);
        assert.equal(gone.body.data.followerCount, 0);
    }
});

test('followers are listed newest first, by cursor, and at once', async () => {
    const star = await join('Star');
    const fans = [];
    for (let i = 0; i < 5; ++i) {
        const fan = await join(`Fan ${i}`);
        assert.equal((await people(`${star.id}/followers`)).data.length, i);
        await fan.put(`/api/v1/follows/${star.id}`);
        fans.unshift(fan);
    }
    const first = await people(`${star.id}/followers?limit=2`);
    assert.equal(first.meta.total, 5);
    assert.deepEqual(Object.keys(first.data[0]).sort(), ['avatarUrl', 'followedAt', 'id', 'name']);
    const seen = [];
    for (let query = '?limit=2'; query;) {
        const { meta, data } = await people(`${star.id}/followers${query}`);
        seen.push(...data.map((one) => one.id));
        query = meta.nextCursor ? `?limit=2&cursor=${meta.nextCursor}` : null;
    }
    assert.deepEqual(seen, fans.map((fan) => fan.id));
    const own = await people('me/following', fans[0]);
    assert.deepEqual(own.data.map((one) => one.name), ['Star']);
    for (const query of ['limit=0', 'limit=51', 'page=1', 'cursor=x'])
        assert.equal((await guest().get(`/api/v1/user/${star.id}/followers?${query}`)).status, 400);
    assert.equal((await guest().get(`/api/v1/user/${star.id}/following?page=1`)).status, 400);
});

test('what is known already is 304', async () => {
    const [ada, bob] = [await join('Ada'), await join('Bob')];
    for (const path of [`follows/${bob.id}`, `user/${bob.id}/followers`, `user/${bob.id}/following`]) {
        const first = await ada.get(`/api/v1/${path}`);
        const again = await ada.get(`/api/v1/${path}`, { headers: { 'if-none-match': first.headers.get('etag') } });
        assert.equal(again.status, 304, path);
    }
});

test('32 people who follow each other at once leave the counts equal to the rows', async () => {
    const everybody = await Promise.all(Array.from({ length: 32 }, (_, i) => join(`Person ${i}`)));
    const star = everybody[0];
    const answers = (await Promise.all(everybody.slice(1).map((one, i) => {
        const next = everybody[1 + ((i + 1) % 31)];
        return Promise.all([
            one.post(`/api/v1/follows/follow/${star.id}`),
            one.put(`/api/v1/follows/${star.id}`),
            star.put(`/api/v1/follows/${one.id}`),
            one.put(`/api/v1/follows/${next.id}`),
            next.put(`/api/v1/follows/${one.id}`),
        ]);
    }))).flat();
    assert.ok(answers.every((answer) => answer.status < 500), answers.map((answer) => answer.status).join());
    const { meta, data } = await people(`${star.id}/followers?limit=50`);
    assert.equal(data.length, 31);
    assert.equal(meta.total, 31);
    for (const one of everybody.slice(1)) {
        const [followers, following] = [await people(`${one.id}/followers`), await people(`${one.id}/following`)];
        assert.equal(followers.meta.total, followers.data.length);
        assert.equal(following.meta.total, following.data.length);
        assert.equal(followers.meta.total, 3);
    }
    const gone = await Promise.all(everybody.slice(1).flatMap((one) => [
        one.post(`/api/v1/follows/unfollow/${star.id}`),
        one.delete(`/api/v1/follows/${star.id}`),
    ]));
    assert.ok(gone.every((answer) => answer.status < 500));
    const after = await people(`${star.id}/followers`);
    assert.deepEqual(after, { meta: { limit: 10, total: 0, nextCursor: null }, data: [] });
});
