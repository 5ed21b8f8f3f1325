// Searching for clips, and what is suggested while somebody types.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { Person } from '../support/api.mjs';
import { clip } from '../support/clips.mjs';
import { startServer } from '../support/server.mjs';

let server;
let ada;
let grace;
let guest;
const posts = {};

const post = async (person, title, more = {}) => {
    const answer = await person.upload(await clip(), { title, ...more }, { query: '?wait=ready' });
    assert.equal(answer.status, 201, answer.text);
    return answer.body.data.id;
};

before(async () => {
    server = await startServer();
    ada = await new Person(server.url).join('Ada Lovelace');
    grace = await new Person(server.url).join('Grace Hopper');
    guest = new Person(server.url);
    posts.lake = await post(ada, 'Sailing on the Café lake', { tags: ['Wind'] });
    posts.night = await post(ada, 'Night at the #Harbour', { description: 'Lanterns; a "quoted" word. #boats' });
    posts.compiler = await post(grace, 'My first compiler', { description: 'How it sails through code', tags: ['wind', 'code'] });
    posts.hidden = await post(ada, 'Sailing in secret', { visibility: 'private', tags: ['windless'] });
    posts.unlisted = await post(ada, 'Sailing for few', { visibility: 'unlisted', tags: ['windmill'] });
});
after(() => server?.stop());

const search = async (query, who = guest) => {
    const answer = await who.get(`/api/v1/video?${new URLSearchParams(query)}`);
    assert.equal(answer.status, 200, answer.text);
    return answer.body.data;
};
const found = async (query, who) => (await search(query, who)).data.map((video) => Object.keys(posts).find((name) => posts[name] === video.id));
const suggested = async (query, who = guest) => {
    const answer = await who.get(`/api/v1/search/suggestions?${new URLSearchParams(query)}`);
    assert.equal(answer.status, 200, answer.text);
    return answer.body.data;
};

for (const [query, expected] of [
    [{ q: 'sailing' }, ['lake']],
    [{ q: 'SAIL' }, ['compiler', 'lake']],
    [{ q: 'cafe' }, ['lake']],
    [{ q: 'quoted' }, ['night']],
    [{ q: 'lovelace' }, ['night', 'lake']],
    [{ q: 'hopper code' }, ['compiler']],
    [{ q: 'harbour boats' }, ['night']],
    [{ q: 'sailing compiler' }, []],
    [{ q: 'sailing OR compiler' }, []],
    [{ q: '-sailing' }, ['lake']],
    [{ tag: 'wind' }, ['compiler', 'lake']],
    [{ tag: '#WIND' }, ['compiler', 'lake']],
    [{ tag: 'harbour' }, ['night']],
    [{ tag: 'win' }, []],
    [{ tag: 'wind', q: 'cafe' }, ['lake']],
    [{ tag: 'wind', q: 'lanterns' }, []],
    [{ q: 'secret' }, []],
    [{ tag: 'windless' }, []],
    [{ q: 'nothing of the kind' }, []],
]) {
    for (const sort of ['latest', 'trending']) {
        test(`${JSON.stringify(query)} by ${sort} finds ${expected.join(', ') || 'nothing'}`, async () => {
            const names = await found({ ...query, sort });
            // Views of the other tests may have moved the trend.
            assert.deepEqual(sort === 'latest' ? names : names.sort(), sort === 'latest' ? expected : [...expected].sort());
        });
    }
}

test('what is not public is found by nobody, its owner included', async () => {
    for (const who of [guest, grace, ada]) assert.deepEqual(await found({ q: 'sailing' }, who), ['lake']);
});

test('pages go on by cursor, each clip once', async () => {
    for (const query of [{ q: 'lovelace' }, { tag: 'wind' }, { q: 'lovelace', sort: 'trending' }, { tag: 'wind', sort: 'trending' }]) {
        const all = [];
        let cursor = '';
        while (cursor !== null) {
            const { meta, data } = await search({ ...query, limit: 1, cursor });
            assert.equal(meta.limit, 1);
            all.push(...data.map((one) => one.id));
            cursor = meta.nextCursor;
        }
        assert.equal(all.length, 2);
        assert.equal(new Set(all).size, 2);
    }
});

test('a new title, a new name and a deleted clip are found at once', async () => {
    const person = await new Person(server.url).join('Zacharias Early');
    const id = await post(person, 'Xylophone one');
    const ids = async (q) => (await search({ q })).data.map((one) => one.id);
    assert.deepEqual(await ids('xylophone'), [id]);
    await person.request('PATCH', `/api/v1/video/${id}`, { json: { title: 'Vibraphone #mallets' } });
    assert.deepEqual(await ids('xylophone'), []);
    assert.deepEqual(await ids('vibraphone'), [id]);
    assert.deepEqual((await search({ tag: 'mallets' })).data.map((one) => one.id), [id]);
    await person.request('PATCH', '/api/v1/user/me', { json: { name: 'Quentin Late' } });
    assert.deepEqual(await ids('zacharias'), []);
    assert.deepEqual(await ids('quentin'), [id]);
    await person.request('PATCH', `/api/v1/video/${id}`, { json: { visibility: 'unlisted' } });
    assert.deepEqual(await ids('quentin'), []);
    await person.request('PATCH', `/api/v1/video/${id}`, { json: { visibility: 'public' } });
    assert.deepEqual(await ids('quentin'), [id]);
    await person.delete(`/api/v1/video/${id}`);
    assert.deepEqual(await ids('quentin'), []);
});

test('no query is syntax, and none is a fault of the server', async () => {
    for (const q of [
        '"', '""', "'", "a' OR 1=1 --", 'sailing"', 'sail*', '*', 'a* OR b*', 'NEAR(sailing lake)', 'words:sailing', '{words}:sailing', '^sailing',
        'sailing AND', 'NOT', '-', '+', '(', '))', ':*', 'a:*', 'a & ! b', '<->', 'a <-> b', '\\', "\\'", '%', '_', '; DROP TABLE videos', '$1', '\u202e', '🎉', 'हिन्दी', 'İ',
    ]) {
        const answer = await guest.get(`/api/v1/video?${new URLSearchParams({ q })}`);
        assert.ok([200, 400].includes(answer.status), `${q}: ${answer.text}`);
        if (answer.status === 400) assert.equal(answer.body.errorMessages[0].path, 'q', q);
        const more = await guest.get(`/api/v1/search/suggestions?${new URLSearchParams({ q })}`);
        assert.ok([200, 400].includes(more.status), `${q}: ${more.text}`);
    }
});

for (const [query, field] of [
    ['q=%21%3F', 'q'], [`q=${'x'.repeat(201)}`, 'q'], ['q=1+2+3+4+5+6+7+8+9+10+11', 'q'], ['tag=%23', 'tag'], [`tag=${'x'.repeat(52)}`, 'tag'],
    ['q=a&page=1', 'page'], ['tag=a&page=2', 'page'], ['q=a&limit=51', 'limit'], ['q=a&cursor=x', 'cursor'], ['q=a&sort=best', 'sort'],
]) {
    test(`a search with ${query.slice(0, 30)} is 400`, async () => {
        const answer = await guest.get(`/api/v1/video?${query}`);
        assert.equal(answer.status, 400, answer.text);
        assert.ok(answer.body.errorMessages.some((fault) => fault.path === field), answer.text);
    });
}

for (const query of [`q=${'x'.repeat(201)}`, 'q=%20', 'limit=0', 'limit=21', 'limit=x']) {
    test(`suggestions with ${query.slice(0, 30)} are 400`, async () => {
        const answer = await guest.get(`/api/v1/search/suggestions?${query}`);
        assert.equal(answer.status, 400, answer.text);
    });
}

test('tags and people are suggested, of what everybody may see', async () => {
    assert.deepEqual((await suggested({ q: 'win' })).tags, ['wind']);
    assert.deepEqual((await suggested({ q: '#WIN' })).tags, ['wind']);
    assert.deepEqual((await suggested({ q: '#lov' })), { tags: [], users: [] });
    const { users, tags } = await suggested({ q: 'lov' });
    assert.deepEqual(users, [{ id: ada.id, name: 'Ada Lovelace', avatarUrl: null, followerCount: 0 }]);
    assert.deepEqual(tags, []);
    assert.deepEqual((await suggested({ q: 'hopper gra' })).users.map((one) => one.name), ['Grace Hopper']);
    const all = await suggested({});
    assert.equal(all.tags[0], 'wind');
    assert.deepEqual(all.users, []);
    assert.equal((await suggested({ limit: 1 })).tags.length, 1);
    assert.ok(!JSON.stringify(all).includes('windless') && !JSON.stringify(all).includes('windmill'));
});

test('the most followed is suggested first', async () => {
    const [one, two] = [await new Person(server.url).join('Namesake First'), await new Person(server.url).join('Namesake Second')];
    await grace.put(`/api/v1/follows/${one.id}`);
    assert.deepEqual((await suggested({ q: 'namesake' })).users.map((user) => user.id), [one.id, two.id]);
});

test('who is blocked, who blocks and who is muted is neither found nor suggested', async () => {
    const people = await Promise.all(['Mia', 'Bob Umbrella', 'Eve Umbrella', 'Ken Umbrella'].map((name) => new Person(server.url).join(name)));
    const [viewer, blocked, blocker, muted] = people;
    for (const one of [blocked, blocker, muted]) await post(one, 'In the rain', { tags: ['rain'] });
    const seen = async () => [
        (await search({ q: 'umbrella' }, viewer)).data.length,
        (await search({ tag: 'rain', sort: 'trending' }, viewer)).data.length,
        (await search({ sort: 'latest', limit: 50 }, viewer)).data.filter((one) => one.title === 'In the rain').length,
        (await search({ sort: 'trending', limit: 50 }, viewer)).data.filter((one) => one.title === 'In the rain').length,
        (await search({ page: 1, limit: 50 }, viewer)).data.filter((one) => one.title === 'In the rain').length,
        (await viewer.get('/api/v1/video/feed?limit=50')).body.data.data.filter((one) => one.title === 'In the rain').length,
        (await suggested({ q: 'umbrella' }, viewer)).users.length,
    ];
    assert.deepEqual(await seen(), [3, 3, 3, 3, 3, 3, 3]);
    await viewer.put(`/api/v1/user/${blocked.id}/block`);
    assert.deepEqual(await seen(), [2, 2, 2, 2, 2, 2, 2]);
    await blocker.put(`/api/v1/user/${viewer.id}/block`);
    assert.deepEqual(await seen(), [1, 1, 1, 1, 1, 1, 1]);
    await viewer.put(`/api/v1/user/${muted.id}/mute`);
    assert.deepEqual(await seen(), [0, 0, 0, 0, 0, 0, 0]);
    // Others, and those who are muted, see what they saw.
    assert.equal((await search({ q: 'umbrella' })).data.length, 3);
    assert.equal((await search({ q: 'umbrella' }, muted)).data.length, 3);
    await viewer.delete(`/api/v1/user/${muted.id}/mute`);
    await viewer.delete(`/api/v1/user/${blocked.id}/block`);
    await blocker.delete(`/api/v1/user/${viewer.id}/block`);
    assert.deepEqual(await seen(), [3, 3, 3, 3, 3, 3, 3]);
});
