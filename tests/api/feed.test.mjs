// The feed made for a viewer, and hashtags.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { Person } from '../support/api.mjs';
import { clip } from '../support/clips.mjs';
import { startServer } from '../support/server.mjs';

let server;
let ada;
const posts = [];

before(async () => {
    server = await startServer();
    ada = await new Person(server.url).join('Ada Lovelace');
    for (let i = 0; i < 7; ++i) {
        const answer = await ada.upload(await clip(), { title: `clip ${i}`, description: i % 2 ? 'by the #sea' : 'at home' }, { query: '?wait=ready' });
        posts.push(answer.body.data);
    }
});
after(() => server?.stop());

const feed = async (who, query = '') => {
    const answer = await who.get(`/api/v1/video/feed${query}`);
    assert.equal(answer.status, 200, answer.text);
    return answer.body.data;
};

for (const [who, make] of [['a guest', async () => new Person(server.url)], ['somebody logged in', async () => new Person(server.url).join('Bob')]]) {
    test(`${who} sees no clip twice until nothing is new`, async () => {
        const viewer = await make();
        const seen = [];
        for (let i = 0; i < 4; ++i) {
            const { meta, data } = await feed(viewer, '?limit=2');
            assert.equal(meta.again, false);
            for (const { id } of data) {
                assert.ok(!seen.includes(id), 'a clip came twice');
                seen.push(id);
                // At once after the view was answered: nothing is waited for.
                assert.equal((await viewer.get(`/api/v1/video/${id}`)).status, 200);
            }
        }
        assert.deepEqual(new Set(seen), new Set(posts.map((post) => post.id)));
        const over = await feed(viewer, '?limit=2');
        assert.equal(over.meta.again, true);
        assert.equal(over.data.length, 2);
    });
}

test('a walk by cursor shows everything once without any view, then again, then ends', async () => {
    const viewer = new Person(server.url);
    const walks = { false: [], true: [] };
    let cursor = '';
    while (cursor !== null) {
        const { meta, data } = await feed(viewer, `?limit=3&cursor=${encodeURIComponent(cursor)}`);
        walks[meta.again].push(...data.map((one) => one.id));
        cursor = meta.nextCursor;
    }
    for (const walk of Object.values(walks)) {
        assert.equal(walk.length, 7);
        assert.equal(new Set(walk).size, 7);
    }
});

test('what two viewers have seen is each one\'s own', async () => {
    const one = new Person(server.url);
    const two = new Person(server.url);
    const first = (await feed(one, '?limit=1')).data[0].id;
    await feed(two, '?limit=1');
    assert.notEqual(one.cookies.get('rs_guest'), two.cookies.get('rs_guest'));
    await one.get(`/api/v1/video/${first}`);
    assert.ok(!(await feed(one, '?limit=50')).data.some((post) => post.id === first));
    assert.ok((await feed(two, '?limit=50')).data.some((post) => post.id === first));
});

test('the feed is nobody else\'s to keep', async () => {
    const answer = await new Person(server.url).get('/api/v1/video/feed');
    assert.equal(answer.headers.get('cache-control'), 'private, no-store');
});

for (const query of ['limit=0', 'limit=51', 'limit=x', 'cursor=x', 'cursor=n%00', 'cursor=nA', 'cursor=aAAAA', `cursor=n${'A'.repeat(4272)}`]) {
    test(`a feed with ${query.slice(0, 30)} is 400`, async () => {
        const answer = await new Person(server.url).get(`/api/v1/video/feed?${query}`);
        assert.equal(answer.status, 400, answer.text);
    });
}

test('hashtags of a title and a description become tags, also when they change', async () => {
    const [plain, sea] = posts;
    assert.deepEqual(plain.tags, []);
    assert.deepEqual(sea.tags, ['sea']);
    const changed = await ada.request('PATCH', `/api/v1/video/${sea.id}`, { json: { description: 'now by the #Lake and the #SEA' } });
    assert.deepEqual(changed.body.data.tags, ['sea', 'Lake']);
    const given = await ada.request('PATCH', `/api/v1/video/${sea.id}`, { json: { tags: ['one'], description: '#two' } });
    assert.deepEqual(given.body.data.tags, ['one', 'two']);
    const titled = await ada.request('PATCH', `/api/v1/video/${sea.id}`, { json: { title: 'At the #Pier' } });
    assert.deepEqual(titled.body.data.tags, ['one', 'two', 'Pier']);
    const both = await ada.upload(await clip(), { title: '#Up and #down', description: '#UP again', tags: ['left'] });
    assert.deepEqual(both.body.data.tags, ['left', 'Up', 'down']);
});
