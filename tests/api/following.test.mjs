// The newest of those whom somebody follows, and what follows and comments do to the feed and the trend.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { Person } from '../support/api.mjs';
import { clip } from '../support/clips.mjs';
import { startServer } from '../support/server.mjs';

let server;
before(async () => { server = await startServer(); });
after(() => server?.stop());

const join = (name) => new Person(server.url).join(name);
const post = async (person, title, more = {}) => {
    const answer = await person.upload(await clip(), { title, ...more }, { query: '?wait=ready' });
    assert.equal(answer.status, 201, answer.text);
    return answer.body.data.id;
};
const list = async (person, query = '') => {
    const answer = await person.get(`/api/v1/video/following${query}`);
    assert.equal(answer.status, 200, answer.text);
    return answer.body.data;
};
const ids = ({ data }) => data.map((one) => one.id);

test('the newest of those I follow, page by page, and of nobody else', async () => {
    const [ada, bob, eve, ken] = [await join('Ada'), await join('Bob'), await join('Eve'), await join('Ken')];
    assert.deepEqual(await list(ada), { meta: { limit: 10, nextCursor: null }, data: [] });
    const theirs = [];
    for (const person of [bob, eve, bob, eve, bob]) theirs.unshift(await post(person, 'A clip'));
    await post(ken, 'Of a stranger');
    await post(ada, 'My own');
    await post(bob, 'Not for all', { visibility: 'unlisted' });
    await post(eve, 'Mine alone', { visibility: 'private' });
    for (const person of [bob, eve]) await ada.put(`/api/v1/follows/${person.id}`);
    assert.deepEqual(ids(await list(ada)), theirs);
    const walked = [];
    let query = '?limit=2';
    while (query) {
        const page = await list(ada, query);
        walked.push(...ids(page));
        query = page.meta.nextCursor && `?limit=2&cursor=${page.meta.nextCursor}`;
    }
    assert.deepEqual(walked, theirs);
    await ada.delete(`/api/v1/follows/${eve.id}`);
    const bobs = ids(await list(ada));
    assert.equal(bobs.length, 3);
    await bob.delete(`/api/v1/video/${bobs[0]}`);
    assert.deepEqual(ids(await list(ada)), bobs.slice(1));
});

test('who is muted is left out, and a block ends it', async () => {
    const [ada, bob] = [await join('Ada'), await join('Bob')];
    const id = await post(bob, 'A clip');
    await ada.put(`/api/v1/follows/${bob.id}`);
    await ada.put(`/api/v1/user/${bob.id}/mute`);
    assert.deepEqual(ids(await list(ada)), []);
    await ada.delete(`/api/v1/user/${bob.id}/mute`);
    assert.deepEqual(ids(await list(ada)), [id]);
    await bob.put(`/api/v1/user/${ada.id}/block`);
    assert.deepEqual(ids(await list(ada)), []);
});

for (const query of ['limit=0', 'limit=51', 'cursor=x', 'page=1', 'sort=trending'])
    test(`following with ${query} is 400`, async () => {
        const answer = await (await join('Ada')).get(`/api/v1/video/following?${query}`);
        assert.equal(answer.status, 400, answer.text);
    });

test('the feed puts whom I follow first', async () => {
    const [ada, bob, eve] = [await join('Ada'), await join('Bob'), await join('Eve')];
    const older = await post(bob, 'Of a friend');
    await post(eve, 'Newer');
    const first = async () => (await ada.get('/api/v1/video/feed?limit=50')).body.data.data[0].id;
    assert.notEqual(await first(), older);
    await ada.put(`/api/v1/follows/${bob.id}`);
    assert.equal(await first(), older);
});

test('a comment lifts a clip once per person, not by who posted it, and takes that back', async () => {
    const [ada, bob] = [await join('Ada'), await join('Bob')];
    const one = await post(ada, 'Older');
    const two = await post(ada, 'Newer');
    const order = async () => (await bob.get('/api/v1/video?sort=trending&limit=50')).body.data.data
        .map((video) => video.id).filter((id) => [one, two].includes(id));
    const say = async (person, video) => {
        const answer = await person.post(`/api/v1/video/${video}/comments`, { json: { content: 'Hello' } });
        assert.equal(answer.status, 200, answer.text);
        return answer.body.data.id;
    };
    assert.deepEqual(await order(), [two, one]);
    await say(ada, one);
    assert.deepEqual(await order(), [two, one]);
    const first = await say(bob, one);
    assert.deepEqual(await order(), [one, two]);
    // A like is worth less than a comment, and more comments of the same person nothing.
    await bob.put(`/api/v1/video/${two}/like`);
    assert.deepEqual(await order(), [one, two]);
    const second = await say(bob, one);
    await bob.delete(`/api/v1/comment/${second}`);
    assert.deepEqual(await order(), [one, two]);
    await bob.delete(`/api/v1/comment/${first}`);
    assert.deepEqual(await order(), [two, one]);
});

test('a reply lifts as a comment does, and goes with its thread', async () => {
    const [ada, bob] = [await join('Ada'), await join('Bob')];
    const one = await post(ada, 'Older');
    const two = await post(ada, 'Newer');
    const order = async () => (await bob.get('/api/v1/video?sort=trending&limit=50')).body.data.data
        .map((video) => video.id).filter((id) => [one, two].includes(id));
    const thread = (await ada.post(`/api/v1/video/${one}/comments`, { json: { content: 'Ask me' } })).body.data.id;
    assert.equal((await bob.post(`/api/v1/comment/${thread}/replies`, { json: { content: 'Why?' } })).status, 201);
    assert.deepEqual(await order(), [one, two]);
    assert.equal((await ada.delete(`/api/v1/comment/${thread}`)).status, 200);
    assert.deepEqual(await order(), [two, one]);
});
