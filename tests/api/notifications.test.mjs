import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { Person } from '../support/api.mjs';
import { clip } from '../support/clips.mjs';
import { heldFetch as fetch } from '../support/contract.mjs';
import { startServer, until } from '../support/server.mjs';

let server;
before(async () => { server = await startServer(); });
after(() => server?.stop());

const join = (name) => new Person(server.url).join(name);

async function notifications(person, query = '') {
    const answer = await person.get(`/api/v1/notifications${query}`);
    assert.equal(answer.status, 200, answer.text);
    return answer.body.data;
}

async function post(person, title = 'A clip') {
    return (await person.upload(await clip(), { title }, { query: '?wait=ready' })).body.data.id;
}

test('a like, a comment, a reply, a like on a comment and a follow are told, each once', async () => {
    const [ada, bob] = [await join('Ada'), await join('Bob')];
    const video = await post(ada, 'Waves');
    for (let i = 0; i < 3; ++i) await bob.post(`/api/v1/video/${video}`);
    const thread = (await bob.post(`/api/v1/video/${video}/comments`, { json: { content: 'nice' } })).body.data;
    const reply = (await ada.post(`/api/v1/comment/${thread.id}/replies`, { json: { content: 'thanks' } })).body.data;
    for (let i = 0; i < 2; ++i) {
        await bob.put(`/api/v1/comment/${reply.id}/like`);
        await bob.delete(`/api/v1/comment/${reply.id}/like`);
        await bob.put(`/api/v1/follows/${ada.id}`);
        await bob.delete(`/api/v1/follows/${ada.id}`);
    }
    const { meta, data } = await notifications(ada);
    assert.deepEqual(data.map((one) => one.kind), ['follow', 'comment_like', 'comment', 'like']);
    assert.equal(meta.unreadCount, 4);
    const [follow, commentLike, comment, like] = data;
    assert.deepEqual(follow.actor, { id: bob.id, name: 'Bob', avatarUrl: null });
    assert.equal(follow.video, null);
    assert.deepEqual(commentLike.comment, { id: reply.id, content: 'thanks' });
    assert.deepEqual(comment.comment, { id: thread.id, content: 'nice' });
    assert.deepEqual(like.video, { id: video, title: 'Waves' });
    assert.equal(like.actorCount, 1);
    assert.equal(like.isRead, false);
    assert.deepEqual((await notifications(bob)).data.map((one) => one.kind), ['reply']);
});

test('nobody is told of what they did themselves', async () => {
    const ada = await join('Ada');
    const video = await post(ada);
    await ada.put(`/api/v1/video/${video}/like`);
    const own = (await ada.post(`/api/v1/video/${video}/comments`, { json: { content: 'me' } })).body.data;
    await ada.put(`/api/v1/comment/${own.id}/like`);
    await ada.post(`/api/v1/comment/${own.id}/replies`, { json: { content: 'again' } });
    assert.deepEqual((await notifications(ada)).data, []);
});

test('unread likes of one clip are one notification, read ones stay', async () => {
    const [ada, bob, eve, dan] = [await join('Ada'), await join('Bob'), await join('Eve'), await join('Dan')];
    const video = await post(ada);
    for (const person of [bob, eve]) await person.put(`/api/v1/video/${video}/like`);
    let { data } = await notifications(ada);
    assert.equal(data.length, 1);
    assert.equal(data[0].actorCount, 2);
    assert.equal(data[0].actor.name, 'Eve');
    const read = await ada.post('/api/v1/notifications/read', { json: {} });
    assert.equal(read.status, 200, read.text);
    assert.deepEqual(read.body.data, { marked: 1, unreadCount: 0 });
    await bob.delete(`/api/v1/video/${video}/like`);
    await bob.put(`/api/v1/video/${video}/like`);
    assert.equal((await notifications(ada)).data.length, 1);
    await dan.put(`/api/v1/video/${video}/like`);
    ({ data } = await notifications(ada));
    assert.deepEqual(data.map((one) => [one.actor.name, one.isRead]), [['Dan', false], ['Eve', true]]);
});

test('the list is walked by cursor, and read as a whole, up to one, or one by one', async () => {
    const [ada, bob] = [await join('Ada'), await join('Bob')];
    const video = await post(ada);
    for (let i = 1; i <= 5; ++i) await bob.post(`/api/v1/video/${video}/comments`, { json: { content: `${i}` } });
    const seen = [];
    for (let query = '?limit=2'; query;) {
        const { meta, data } = await notifications(ada, query);
        seen.push(...data);
        query = meta.nextCursor ? `?limit=2&cursor=${meta.nextCursor}` : null;
    }
    assert.deepEqual(seen.map((one) => one.comment.content), ['5', '4', '3', '2', '1']);
    const mark = async (json) => (await ada.post('/api/v1/notifications/read', { json })).body.data;
    assert.deepEqual(await mark({ id: seen[1].id }), { marked: 1, unreadCount: 4 });
    assert.deepEqual(await mark({ until: seen[2].id }), { marked: 3, unreadCount: 1 });
    assert.deepEqual(await mark({}), { marked: 1, unreadCount: 0 });
    const others = await bob.post('/api/v1/notifications/read', { json: { id: seen[0].id } });
    assert.equal(others.body.data.marked, 0);
    for (const json of [{ id: 'x' }, { until: 7 }, { id: seen[0].id, until: seen[1].id }, { all: true }])
        assert.equal((await ada.post('/api/v1/notifications/read', { json })).status, 400);
    for (const query of ['?limit=0', '?limit=51', '?limit=x', '?cursor=x'])
        assert.equal((await ada.get(`/api/v1/notifications${query}`)).status, 400);
});

test('a deleted comment or clip takes its notifications along', async () => {
    const [ada, bob] = [await join('Ada'), await join('Bob')];
    const video = await post(ada);
    const comment = (await bob.post(`/api/v1/video/${video}/comments`, { json: { content: 'oops' } })).body.data;
    await bob.put(`/api/v1/video/${video}/like`);
    await bob.delete(`/api/v1/comment/${comment.id}`);
    assert.deepEqual((await notifications(ada)).data.map((one) => one.kind), ['like']);
    await ada.delete(`/api/v1/video/${video}`);
    assert.deepEqual((await notifications(ada)).data, []);
});

test('a stream tells the unread count, then what happens', async () => {
    const [ada, bob] = [await join('Ada'), await join('Bob')];
    const video = await post(ada);
    await bob.put(`/api/v1/video/${video}/like`);
    const ending = new AbortController();
    const answer = await fetch(`${server.url}/api/v1/notifications/stream`, {
        headers: { authorization: `Bearer ${ada.token}` }, signal: ending.signal,
    });
    assert.equal(answer.status, 200);
    assert.match(answer.headers.get('content-type'), /^text\/event-stream/);
    let text = '';
    const reading = (async () => {
        const decoder = new TextDecoder();
        for await (const piece of answer.body) text += decoder.decode(piece, { stream: true });
    })().catch(() => {});
    await until(() => text.includes('event: unread\ndata: {"unreadCount":1}'), { ms: 5000, what: 'the unread count' });
    await bob.post(`/api/v1/video/${video}/comments`, { json: { content: 'live' } });
    await until(() => /event: notification\ndata: .*"kind":"comment".*"live"/.test(text), { ms: 5000, what: 'the comment' });
    ending.abort();
    await reading;
});

test('open streams are bounded per user and end with the server', async () => {
    const other = await startServer();
    const ada = await new Person(other.url).join('Ada');
    const open = () => fetch(`${other.url}/api/v1/notifications/stream`, { headers: { authorization: `Bearer ${ada.token}` } });
    const streams = [];
    for (let i = 0; i < 5; ++i) streams.push(await open());
    assert.ok(streams.every((stream) => stream.status === 200));
    assert.equal((await open()).status, 429);
    const ends = Promise.all(streams.map((stream) => stream.text()));
    await other.stop();
    assert.ok((await ends).every((text) => text.startsWith('event: unread')));
});

test('whoever has gone makes room at once', async () => {
    const eve = await new Person(server.url).join('Eve');
    // As a page does that is loaded again and again.
    for (let i = 0; i < 12; ++i) {
        const leaving = new AbortController();
        const open = () => fetch(`${server.url}/api/v1/notifications/stream`,
            { headers: { authorization: `Bearer ${eve.token}` }, signal: leaving.signal });
        await until(async () => (await open()).status === 200, { ms: 3000, what: `stream ${i}` });
        leaving.abort();
    }
});

test('nothing is told without a token', async () => {
    const guest = new Person(server.url);
    for (const answer of [
        await guest.get('/api/v1/notifications'),
        await guest.post('/api/v1/notifications/read', { json: {} }),
        await guest.get('/api/v1/notifications/stream'),
    ]) assert.equal(answer.status, 401);
});
