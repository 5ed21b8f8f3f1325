import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, test } from 'node:test';

import { Person } from '../support/api.mjs';
import { clip } from '../support/clips.mjs';
import { startServer } from '../support/server.mjs';

const unknown = '0190163d-8694-739b-aea5-966c26f8ad91';

let server;
let ada;
let bob;
let video;

before(async () => {
    server = await startServer();
    ada = await new Person(server.url).join('Ada Lovelace');
    bob = await new Person(server.url).join('Bob');
    video = await freshClip();
});
after(() => server?.stop());

const guest = () => new Person(server.url);

async function freshClip(data = { title: 'A clip' }) {
    return (await ada.upload(await clip(), data, { query: '?wait=ready' })).body.data.id;
}

/** A clip that passes for one until it is decoded. */
async function brokenClip() {
    const bytes = await readFile(await clip());
    bytes.fill(0, 64);
    const file = path.join(server.dataDir, 'broken.mp4');
    await writeFile(file, bytes);
    return file;
}

async function write(person, content, under = video) {
    const answer = await person.post(`/api/v1/video/${under}/comments`, { json: { content } });
    assert.equal(answer.status, 200, answer.text);
    return answer.body.data;
}

async function reply(person, comment, content) {
    const answer = await person.post(`/api/v1/comment/${comment}/replies`, { json: { content } });
    assert.equal(answer.status, 201, answer.text);
    return answer.body.data;
}

async function comments(person, under = video, query = '') {
    const answer = await person.get(`/api/v1/video/${under}/comments${query}`);
    assert.equal(answer.status, 200, answer.text);
    return answer.body;
}

const count = async (id) => (await guest().get(`/api/v1/video/${id}`)).body.data.commentCount;

test('a comment is answered and listed as the original server did', async () => {
    const id = await freshClip();
    const answer = await bob.post(`/api/v1/video/${id}/comments`, { json: { content: '  first!  ' } });
    assert.equal(answer.status, 200, answer.text);
    assert.equal(answer.body.message, 'Commented successfully');
    const comment = answer.body.data;
    assert.deepEqual(Object.keys(comment),
        ['id', 'content', 'userId', 'videoId', 'parentCommentId', 'createdAt', 'updatedAt']);
    assert.equal(comment.content, 'first!');
    assert.equal(comment.userId, bob.id);
    assert.equal(comment.videoId, id);
    assert.equal(comment.parentCommentId, null);
    const list = await comments(guest(), id);
    assert.equal(list.message, 'Comment fetched successfully');
    assert.deepEqual(list.data, [{
        ...comment, user: { id: bob.id, name: 'Bob', avatarUrl: null }, likeCount: 0, isLiked: false, replyCount: 0, replies: [],
        hasMoreReplies: false,
    }]);
    assert.equal(list.meta.page, 1);
    assert.equal(list.meta.limit, 10);
    assert.equal(list.meta.total, 1);
    assert.equal(list.meta.hasNextPage, false);
    assert.equal(await count(id), 1);
});

test('pages and cursors walk all comments, newest first', async () => {
    const id = await freshClip();
    for (let i = 1; i <= 5; ++i) await write(bob, `number ${i}`, id);
    const texts = (list) => list.data.map((comment) => comment.content);
    const first = await comments(guest(), id, '?page=1&limit=2');
    assert.deepEqual(texts(first), ['number 5', 'number 4']);
    assert.deepEqual(first.meta, { page: 1, limit: 2, total: 5, hasNextPage: true });
    const last = await comments(guest(), id, '?page=3&limit=2');
    assert.deepEqual(texts(last), ['number 1']);
    assert.equal(last.meta.hasNextPage, false);
    assert.deepEqual(texts(await comments(guest(), id, '?page=4&limit=2')), []);
    for (const person of [guest(), ada]) {
        const seen = [];
        for (let query = '?limit=2'; query;) {
            const list = await comments(person, id, query);
            seen.push(...texts(list));
            query = list.meta.nextCursor ? `?limit=2&cursor=${list.meta.nextCursor}` : null;
        }
        assert.deepEqual(seen, ['number 5', 'number 4', 'number 3', 'number 2', 'number 1']);
    }
});

test('replies are listed oldest first, at both places', async () => {
    const id = await freshClip();
    const thread = await write(ada, 'what do you think?', id);
    for (let i = 1; i <= 6; ++i) {
        const answer = await bob.post(`/api/v1/comment/${thread.id}/replies`, { json: { content: `reply ${i}` } });
        assert.equal(answer.status, 201, answer.text);
        assert.equal(answer.body.message, 'Replied successfully');
        assert.equal(answer.body.data.parentCommentId, thread.id);
        assert.equal(answer.body.data.videoId, id);
    }
    const [listed] = (await comments(guest(), id)).data;
    assert.equal(listed.replyCount, 6);
    assert.equal(listed.hasMoreReplies, true);
    assert.deepEqual(listed.replies, []);
    assert.equal(await count(id), 7);
    const old = await bob.get(`/api/v1/video/${thread.id}/replies`);
    assert.equal(old.status, 200, old.text);
    assert.deepEqual(old.body.data.map((one) => one.content), [1, 2, 3, 4, 5].map((i) => `reply ${i}`));
    assert.equal(old.body.meta.limit, 5);
    assert.equal(old.body.meta.total, 6);
    assert.equal(old.body.meta.hasNextPage, true);
    assert.equal((await guest().get(`/api/v1/video/${thread.id}/replies`)).status, 401);
    const next = await guest().get(`/api/v1/comment/${thread.id}/replies?cursor=${old.body.meta.nextCursor}`);
    assert.deepEqual(next.body.data.map((one) => one.content), ['reply 6']);
    assert.equal(next.body.meta.nextCursor, null);
});

test('a reply to a reply belongs to the thread', async () => {
    const id = await freshClip();
    const thread = await write(ada, 'a thread', id);
    const first = await reply(bob, thread.id, 'one');
    const second = await reply(ada, first.id, 'two');
    assert.equal(second.parentCommentId, thread.id);
    const list = (await guest().get(`/api/v1/comment/${thread.id}/replies`)).body;
    assert.deepEqual(list.data.map((one) => one.content), ['one', 'two']);
    const none = (await guest().get(`/api/v1/comment/${first.id}/replies`)).body;
    assert.deepEqual(none.data, []);
    assert.equal(none.meta.total, 0);
});

test('a like on a comment is idempotent, counted, and seen as mine by me alone', async () => {
    const id = await freshClip();
    const thread = await write(ada, 'like me', id);
    const answer = await reply(ada, thread.id, 'me too');
    for (const comment of [thread.id, answer.id]) {
        for (let i = 0; i < 2; ++i) {
            const liked = await bob.put(`/api/v1/comment/${comment}/like`);
            assert.equal(liked.status, 200, liked.text);
            assert.deepEqual(liked.body.data, { commentId: comment, likeCount: 1, isLiked: true });
        }
    }
    assert.equal((await comments(bob, id)).data[0].isLiked, true);
    for (const person of [ada, guest()]) {
        const [seen] = (await comments(person, id)).data;
        assert.equal(seen.isLiked, false);
        assert.equal(seen.likeCount, 1);
    }
    assert.equal((await bob.get(`/api/v1/comment/${thread.id}/replies`)).body.data[0].isLiked, true);
    for (let i = 0; i < 2; ++i) {
        const unliked = await bob.delete(`/api/v1/comment/${thread.id}/like`);
        assert.deepEqual(unliked.body.data, { commentId: thread.id, likeCount: 0, isLiked: false });
    }
    assert.equal((await comments(guest(), id)).data[0].likeCount, 0);
});

test('only its author changes or deletes a comment, and everybody sees it at once', async () => {
    const id = await freshClip();
    const thread = await write(bob, 'tpyo', id);
    const change = (person, content) =>
        person.request('PATCH', `/api/v1/comment/${thread.id}`, { json: { content } });
    assert.equal((await comments(guest(), id)).data[0].content, 'tpyo');
    assert.equal((await change(ada, 'mine now')).status, 403);
    assert.equal((await change(guest(), 'mine now')).status, 401);
    const changed = await change(bob, 'typo');
    assert.equal(changed.status, 200, changed.text);
    assert.equal(changed.body.data.content, 'typo');
    assert.equal((await comments(guest(), id)).data[0].content, 'typo');
    assert.equal((await ada.delete(`/api/v1/comment/${thread.id}`)).status, 403);
    assert.equal((await guest().delete(`/api/v1/comment/${thread.id}`)).status, 401);
    const gone = await bob.delete(`/api/v1/comment/${thread.id}`);
    assert.equal(gone.status, 200, gone.text);
    assert.deepEqual((await comments(guest(), id)).data, []);
    assert.equal((await bob.delete(`/api/v1/comment/${thread.id}`)).status, 404);
});

test('a deleted thread takes its replies, a deleted reply only itself, and the counts follow', async () => {
    const id = await freshClip();
    const thread = await write(ada, 'a thread', id);
    const replies = [];
    for (let i = 0; i < 3; ++i) replies.push(await reply(bob, thread.id, `reply ${i}`));
    await write(bob, 'another thread', id);
    assert.equal(await count(id), 5);
    assert.equal((await bob.delete(`/api/v1/comment/${replies[0].id}`)).status, 200);
    assert.equal(await count(id), 4);
    assert.equal((await comments(guest(), id)).data[1].replyCount, 2);
    assert.equal((await ada.delete(`/api/v1/comment/${thread.id}`)).status, 200);
    assert.equal(await count(id), 1);
    assert.equal((await comments(guest(), id)).meta.total, 1);
    assert.equal((await guest().get(`/api/v1/comment/${thread.id}/replies`)).status, 404);
    assert.equal((await bob.delete(`/api/v1/comment/${replies[1].id}`)).status, 404);
});

for (const [what, json] of [
    ['nothing', {}],
    ['an empty content', { content: '' }],
    ['spaces', { content: ' \n ' }],
    ['1001 characters', { content: 'é'.repeat(1001) }],
    ['a number', { content: 7 }],
    ['a NUL', { content: 'a\u0000b' }],
    ['a parent of its own', { content: 'x', parentCommentId: unknown }, 'parentCommentId'],
]) {
    test(`a comment of ${what} is 400`, async () => {
        const thread = await write(ada, 'a thread');
        const field = 'parentCommentId' in json ? 'parentCommentId' : 'content';
        for (const answer of [
            await bob.post(`/api/v1/video/${video}/comments`, { json }),
            await bob.post(`/api/v1/comment/${thread.id}/replies`, { json }),
            await ada.request('PATCH', `/api/v1/comment/${thread.id}`, { json }),
        ]) {
            assert.equal(answer.status, 400, answer.text);
            assert.equal(answer.body.message, 'Validation Error');
            assert.equal(answer.body.errorMessages[0].path, field);
        }
    });
}

test('1000 characters beyond ASCII are a comment', async () => {
    const content = '🎬é'.repeat(500);
    assert.equal((await write(bob, content)).content, content);
});

for (const query of ['page=0', 'page=x', 'limit=0', 'limit=51', 'cursor=AAAA', 'page=1000000&limit=50']) {
    test(`a list of comments with ${query} is 400`, async () => {
        const { id } = await write(bob, 'x');
        for (const path of [`/api/v1/video/${video}/comments`, `/api/v1/video/${id}/replies`, `/api/v1/comment/${id}/replies`]) {
            const answer = await bob.get(`${path}?${query}`);
            assert.equal(answer.status, 400, answer.text);
            assert.equal(answer.body.errorMessages[0].path, query.split('=')[0]);
        }
    });
}

for (const id of ['x', unknown, "1'%20OR%20'1'='1", 'a'.repeat(500)]) {
    test(`what hangs on the unknown ${id.slice(0, 40)} is 404`, async () => {
        const json = { content: 'hello' };
        for (const answer of [
            await guest().get(`/api/v1/video/${id}/comments`),
            await bob.get(`/api/v1/video/${id}/replies`),
            await guest().get(`/api/v1/comment/${id}/replies`),
            await bob.post(`/api/v1/video/${id}/comments`, { json }),
            await bob.post(`/api/v1/comment/${id}/replies`, { json }),
            await bob.put(`/api/v1/comment/${id}/like`),
            await bob.delete(`/api/v1/comment/${id}/like`),
            await bob.request('PATCH', `/api/v1/comment/${id}`, { json }),
            await bob.delete(`/api/v1/comment/${id}`),
        ]) {
            assert.equal(answer.status, 404, answer.text);
            assert.equal(answer.body.success, false);
        }
    });
}

test('comments of a clip that failed are its owner\'s alone', async () => {
    const broken = await ada.upload(await brokenClip(), { title: 'broken' });
    const { id } = broken.body.data;
    assert.equal((await ada.processed(id)).status, 'failed');
    assert.equal((await guest().get(`/api/v1/video/${id}/comments`)).status, 404);
    assert.equal((await bob.get(`/api/v1/video/${id}/comments`)).status, 404);
    assert.equal((await bob.post(`/api/v1/video/${id}/comments`, { json: { content: 'x' } })).status, 404);
    const own = await ada.post(`/api/v1/video/${id}/comments`, { json: { content: 'why?' } });
    assert.equal(own.status, 200, own.text);
    assert.equal((await bob.post(`/api/v1/comment/${own.body.data.id}/replies`, { json: { content: 'x' } })).status, 404);
    assert.equal((await bob.put(`/api/v1/comment/${own.body.data.id}/like`)).status, 404);
    assert.equal((await ada.get(`/api/v1/video/${id}/comments`)).body.data.length, 1);
});

test('comments of a deleted clip are gone at once', async () => {
    const id = await freshClip();
    const thread = await write(bob, 'nice', id);
    await comments(guest(), id);
    await guest().get(`/api/v1/comment/${thread.id}/replies`);
    assert.equal((await ada.delete(`/api/v1/video/${id}`)).status, 200);
    assert.equal((await guest().get(`/api/v1/video/${id}/comments`)).status, 404);
    assert.equal((await guest().get(`/api/v1/comment/${thread.id}/replies`)).status, 404);
});

test('a list of comments is 304 for who has it already', async () => {
    const thread = await write(bob, 'again');
    for (const path of [`video/${video}/comments`, `video/${thread.id}/replies`, `comment/${thread.id}/replies`]) {
        const first = await bob.get(`/api/v1/${path}`);
        const again = await bob.get(`/api/v1/${path}`, { headers: { 'if-none-match': first.headers.get('etag') } });
        assert.equal(again.status, 304, path);
    }
});

test('32 people at once leave the counts equal to the rows', async () => {
    const id = await freshClip();
    const thread = await write(ada, 'everybody here', id);
    const people = await Promise.all(Array.from({ length: 32 }, (_, i) => new Person(server.url).join(`Person ${i}`)));
    const answers = (await Promise.all(people.map(async (one) => {
        const json = { content: `by ${one.id}` };
        const done = await Promise.all([
            one.post(`/api/v1/video/${id}/comments`, { json }),
            one.post(`/api/v1/comment/${thread.id}/replies`, { json }),
            one.put(`/api/v1/comment/${thread.id}/like`),
            one.put(`/api/v1/comment/${thread.id}/like`),
            one.post(`/api/v1/comment/${thread.id}/replies`, { json }),
        ]);
        const own = done[1].body.data;
        done.push(...await Promise.all([
            one.delete(`/api/v1/comment/${own.id}`),
            one.put(`/api/v1/comment/${own.id}/like`),
            one.get(`/api/v1/video/${id}/comments`),
        ]));
        return done;
    }))).flat();
    assert.ok(answers.every((answer) => answer.status < 500), answers.map((answer) => answer.status).join());
    const rows = [];
    for (let query = '?limit=50'; query;) {
        const list = await comments(guest(), id, query);
        assert.equal(list.meta.total, 33);
        rows.push(...list.data);
        query = list.meta.nextCursor ? `?limit=50&cursor=${list.meta.nextCursor}` : null;
    }
    assert.equal(rows.length, 33);
    const seen = rows.find((row) => row.id === thread.id);
    assert.equal(seen.likeCount, 32);
    assert.equal(seen.replyCount, 32);
    const replies = (await guest().get(`/api/v1/comment/${thread.id}/replies?limit=50`)).body;
    assert.equal(replies.data.length, 32);
    assert.equal(await count(id), 33 + 32);
});
