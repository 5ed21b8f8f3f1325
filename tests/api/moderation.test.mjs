// Reports, and what moderators do: gone for everybody else with the next page, and told in the audit log.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { Person } from '../support/api.mjs';
import { clip } from '../support/clips.mjs';
import { heldFetch } from '../support/contract.mjs';
import { startWithStaff } from '../support/staff.mjs';

const V1 = '/api/v1';
const unknown = '0190163d-8694-739b-aea5-966c26f8ad91';
const reason = { json: { reason: 'It sells something' } };

let staff;
let server;
let admin;
let moderator;
let ada;
let bob;
let guest;

before(async () => {
    staff = await startWithStaff();
    ({ server, admin, moderator } = staff);
    ada = await new Person(server.url).join('Ada Lovelace');
    bob = await new Person(server.url).join('Bob');
    guest = new Person(server.url);
});
after(() => staff?.stop());

let seconds = 2;
/** Bytes of its own: media that another post shows too stays open. */
async function post(person, data = {}) {
    seconds += 0.5;
    const answer = await person.upload(await clip({ seconds }), { title: `A clip of ${seconds} s`, ...data }, { query: '?wait=ready' });
    assert.equal(answer.status, 201, answer.text);
    return answer.body.data;
}

async function comment(person, video, content) {
    const answer = await person.post(`${V1}/video/${video}/comments`, { json: { content } });
    assert.equal(answer.status, 200, answer.text);
    return answer.body.data.id;
}

async function reply(person, to, content) {
    const answer = await person.post(`${V1}/comment/${to}/replies`, { json: { content } });
    assert.equal(answer.status, 201, answer.text);
    return answer.body.data.id;
}

async function act(person, path, expected = 200, options = reason) {
    const answer = await person.post(`${V1}/admin/${path}`, options);
    assert.equal(answer.status, expected, `${path}: ${answer.text}`);
    return answer;
}

const status = async (person, path) => (await person.get(path)).status;

async function fetched(url) {
    const answer = await heldFetch(url);
    await answer.arrayBuffer();
    return answer.status;
}

async function counts(video) {
    const { commentCount } = (await guest.get(`${V1}/video/${video}`)).body.data;
    const list = (await guest.get(`${V1}/video/${video}/comments?limit=50`)).body;
    return { all: commentCount, threads: list.meta.total, shown: list.data.map((one) => one.content) };
}

const lastDeed = async () => (await moderator.get(`${V1}/admin/audit?limit=1`)).body.data.data[0];

test('a hidden clip is gone for everybody but moderators, with the next request', async () => {
    const video = await post(ada);
    const one = await comment(bob, video.id, 'Under what will be hidden');
    const places = [`${V1}/video?limit=50`, `${V1}/video?page=1&limit=50`, `${V1}/video?sort=trending&limit=50`, `${V1}/video/feed?limit=50`,
        `${V1}/user/${ada.id}/videos`, `${V1}/statistics`];
    const pages = [`${V1}/video/${video.id}`, `${V1}/video/${video.id}/comments`, `${V1}/comment/${one}/replies`];
    const shown = async (person, place) => (await person.get(place)).text.includes(video.id);
    for (const page of pages) assert.equal(await status(guest, page), 200, page);
    assert.ok(await shown(guest, places[0]) && await shown(ada, places[4]) && await shown(ada, places[5]));
    assert.equal(await fetched(video.videoUrl), 200);

    await act(moderator, `video/${video.id}/hide`);
    for (const person of [guest, bob, ada]) {
        for (const page of pages) assert.equal(await status(person, page), 404, page);
        for (const place of places) assert.ok(!(await shown(person, place)), place);
        assert.equal(await status(person, `${V1}/video/${video.id}/events`), 404);
    }
    for (const url of [video.videoUrl, video.hlsUrl, video.thumbnail]) assert.equal(await fetched(url), 404, url);
    for (const person of [ada, bob]) {
        assert.equal((await person.put(`${V1}/video/${video.id}/like`)).status, 404);
        assert.equal((await person.post(`${V1}/video/${video.id}/comments`, { json: { content: 'Where?' } })).status, 404);
        assert.equal((await person.post(`${V1}/video/${video.id}/view`, { json: { watchedMs: 10 } })).status, 404);
        assert.equal((await person.delete(`${V1}/video/${video.id}`)).status, 404);
        assert.equal((await person.post(`${V1}/video/${video.id}/report`, reason)).status, 404);
    }
    assert.equal((await ada.get(`${V1}/statistics/video/${video.id}`)).status, 404);
    const notified = (await ada.get(`${V1}/notifications`)).text;
    assert.ok(!notified.includes(video.id) && !notified.includes('will be hidden'), notified);

    for (const judge of [moderator, admin]) {
        const seen = await judge.get(`${V1}/video/${video.id}`);
        assert.equal(seen.status, 200, seen.text);
        assert.equal(seen.body.data.hidden, true);
        assert.equal(await fetched(seen.body.data.videoUrl), 200, 'what they judge plays');
        assert.ok((await judge.get(`${V1}/video/${video.id}/comments`)).text.includes(one));
    }

    await act(moderator, `video/${video.id}/restore`);
    for (const person of [guest, bob, ada]) for (const page of pages) assert.equal(await status(person, page), 200, page);
    assert.ok(await shown(guest, places[0]));
    assert.equal(await fetched(video.videoUrl), 200);
    assert.ok(!('hidden' in (await moderator.get(`${V1}/video/${video.id}`)).body.data));
});

test('a link to a private clip that was kept is worth nothing once the clip is hidden', async () => {
    const video = await post(ada, { visibility: 'private' });
    assert.equal(await fetched(video.videoUrl), 200);
    assert.equal(await status(moderator, `${V1}/video/${video.id}`), 404, 'moderators do not look at what nobody reported');
    await act(moderator, `video/${video.id}/hide`);
    assert.equal(await fetched(video.videoUrl), 404);
    const forged = video.videoUrl.replace(/(\/media\/[^/]+\/)/, '$1m');
    assert.equal(await fetched(forged), 403);
    assert.equal(await fetched((await moderator.get(`${V1}/video/${video.id}`)).body.data.videoUrl), 200);
    await act(moderator, `video/${video.id}/restore`);
    assert.equal(await fetched(video.videoUrl), 200);
    assert.equal(await status(guest, `${V1}/video/${video.id}`), 404, 'it is private as it was');
});

test('a reported clip that its owner makes private is still to be judged', async () => {
    const video = await post(ada);
    assert.equal((await bob.post(`${V1}/video/${video.id}/report`, reason)).status, 201);
    assert.equal((await ada.request('PATCH', `${V1}/video/${video.id}`, { json: { visibility: 'private' } })).status, 200);
    assert.equal(await status(bob, `${V1}/video/${video.id}`), 404);
    const seen = await moderator.get(`${V1}/video/${video.id}`);
    assert.equal(seen.status, 200);
    assert.equal(await fetched(seen.body.data.videoUrl), 200);
});

test('a hidden comment takes its replies along and off the counts, and back', async () => {
    const { id: video } = await post(ada);
    const first = await comment(bob, video, 'first');
    const second = await comment(bob, video, 'second');
    const below = await reply(ada, first, 'below the first');
    const other = await reply(ada, first, 'also below');
    assert.deepEqual(await counts(video), { all: 4, threads: 2, shown: ['second', 'first'] });

    await act(moderator, `comment/${below}/hide`);
    assert.deepEqual((await counts(video)).all, 3);
    const replies = await guest.get(`${V1}/comment/${first}/replies`);
    assert.deepEqual(replies.body.data.map((one) => one.content), ['also below']);
    assert.equal(replies.body.meta.total, 1);

    await act(moderator, `comment/${first}/hide`);
    assert.deepEqual(await counts(video), { all: 1, threads: 1, shown: ['second'] });
    for (const person of [guest, ada, bob]) assert.equal(await status(person, `${V1}/comment/${first}/replies`), 404);
    for (const id of [first, other, below]) {
        assert.equal((await ada.put(`${V1}/comment/${id}/like`)).status, 404);
        assert.equal((await ada.post(`${V1}/comment/${id}/replies`, { json: { content: 'Hm' } })).status, 404);
        assert.equal((await bob.post(`${V1}/comment/${id}/report`, reason)).status, 404);
    }
    assert.equal((await bob.request('PATCH', `${V1}/comment/${first}`, { json: { content: 'nicer' } })).status, 404);
    const judged = (await moderator.get(`${V1}/video/${video}/comments`)).body.data;
    assert.deepEqual(judged.map((one) => [one.content, one.hidden ?? false]), [['second', false], ['first', true]]);
    assert.deepEqual((await moderator.get(`${V1}/comment/${first}/replies`)).body.data.map((one) => one.hidden ?? false), [true, false]);

    await act(moderator, `comment/${first}/restore`);
    assert.deepEqual(await counts(video), { all: 3, threads: 2, shown: ['second', 'first'] });
    // What is hidden and then removed was not counted.
    assert.equal((await moderator.delete(`${V1}/comment/${below}`)).status, 200);
    assert.deepEqual((await counts(video)).all, 3);
    assert.equal((await moderator.delete(`${V1}/comment/${first}`)).status, 200);
    assert.deepEqual(await counts(video), { all: 1, threads: 1, shown: ['second'] });
    assert.equal((await lastDeed()).detail, `${bob.id}: first`);
    assert.equal((await ada.delete(`${V1}/comment/${second}`)).status, 403, 'a user removes their own only');
});

test('a banned user is gone with all they made, and back', async () => {
    const eve = await new Person(server.url).join('Eve the seller');
    const own = await post(eve);
    const { id: video } = await post(ada);
    const thread = await comment(ada, video, 'a thread');
    await reply(eve, thread, 'buy this');
    const hers = await comment(eve, video, 'buy that');
    await reply(bob, hers, 'no thanks');
    await eve.post(`${V1}/follows/follow/${ada.id}`);
    assert.deepEqual(await counts(video), { all: 4, threads: 2, shown: ['buy that', 'a thread'] });
    const places = [`${V1}/video?limit=50`, `${V1}/video/feed?limit=50`, `${V1}/video/${video}/comments`, `${V1}/comment/${thread}/replies`,
        `${V1}/user/${ada.id}/followers`, `${V1}/notifications`];
    const shows = async (person, place) => (await person.get(place)).text.includes(eve.id);
    for (const place of places) assert.ok(await shows(ada, place), place);

    await act(moderator, `user/${eve.id}/ban`);
    assert.equal(await status(eve, `${V1}/user/me`), 401, 'her sessions ended');
    assert.equal((await eve.post(`${V1}/auth/login`, { json: { email: eve.email, password: eve.password }, token: null })).status, 403);
    for (const place of places) assert.ok(!(await shows(ada, place)), place);
    for (const person of [guest, bob]) {
        for (const path of [`user/${eve.id}`, `user/${eve.id}/videos`, `user/${eve.id}/followers`, `video/${own.id}`, `comment/${hers}/replies`])
            assert.equal(await status(person, `${V1}/${path}`), 404, path);
    }
    assert.equal((await bob.post(`${V1}/follows/follow/${eve.id}`)).status, 404);
    assert.equal(await fetched(own.videoUrl), 404);
    assert.deepEqual(await counts(video), { all: 1, threads: 1, shown: ['a thread'] });
    assert.equal((await moderator.get(`${V1}/video/${own.id}`)).body.data.hidden, true);

    // What is hidden besides stays so when the ban is taken back.
    await act(moderator, `comment/${hers}/hide`);
    await act(moderator, `user/${eve.id}/unban`);
    await eve.login();
    assert.equal(await status(guest, `${V1}/user/${eve.id}`), 200);
    assert.equal(await status(guest, `${V1}/video/${own.id}`), 200);
    assert.ok(await shows(guest, places[0]));
    assert.equal(await fetched(own.videoUrl), 200);
    assert.deepEqual(await counts(video), { all: 2, threads: 1, shown: ['a thread'] });
    assert.equal((await eve.delete(`${V1}/user/me`, { json: { password: eve.password } })).status, 200);
    assert.deepEqual(await counts(video), { all: 1, threads: 1, shown: ['a thread'] });
});

test('bans and roles are for who stands above', async () => {
    const carl = await new Person(server.url).join('Carl');
    const role = (person, id, json) => person.put(`${V1}/admin/user/${id}/role`, { json: { reason: 'He helps', ...json } });
    assert.equal((await role(moderator, carl.id, { role: 'moderator' })).status, 403, 'admins only');
    assert.equal((await role(admin, carl.id, { role: 'king' })).status, 400);
    assert.equal((await role(admin, carl.id, {})).status, 400);
    assert.equal((await role(admin, unknown, { role: 'user' })).status, 404);
    assert.equal((await role(admin, admin.id, { role: 'user' })).status, 403, 'nobody is left without an admin by mistake');
    assert.equal(await status(carl, `${V1}/admin/reports`), 403);
    assert.equal((await role(admin, carl.id, { role: 'moderator' })).status, 200);
    assert.equal(await status(carl, `${V1}/admin/reports`), 200, 'in force with the next request');
    for (const id of [moderator.id, carl.id, admin.id]) await act(carl, `user/${id}/ban`, 403);
    await act(admin, `user/${admin.id}/ban`, 403);
    await act(admin, `user/${carl.id}/ban`);
    await act(admin, `user/${carl.id}/unban`);
    await carl.login();
    assert.equal((await role(admin, carl.id, { role: 'user' })).status, 200);
    assert.equal(await status(carl, `${V1}/admin/reports`), 403);
    const deed = await lastDeed();
    assert.deepEqual([deed.actor.id, deed.action, deed.kind, deed.subject, deed.reason, deed.detail], [admin.id, 'role', 'user', carl.id, 'He helps', 'user']);
});

test('reports are listed, once for each person, until they are judged', async () => {
    const video = await post(ada);
    const words = await comment(bob, video.id, 'What a bore');
    const dora = await new Person(server.url).join('Dora');
    for (const [path, own] of [[`video/${video.id}`, ada], [`comment/${words}`, bob], [`user/${ada.id}`, ada]]) {
        const first = await dora.post(`${V1}/${path}/report`, { json: { reason: 'I do not like it' } });
        assert.equal(first.status, 201, first.text);
        const again = await dora.post(`${V1}/${path}/report`, reason);
        assert.equal(again.status, 409);
        assert.equal(again.body.code, 'already_reported');
        assert.equal((await own.post(`${V1}/${path}/report`, reason)).status, 400, 'not what is mine');
        assert.equal((await dora.post(`${V1}/${path.replace(/[^/]+$/, unknown)}/report`, reason)).status, 404);
        assert.equal((await dora.post(`${V1}/${path.replace(/[^/]+$/, 'x')}/report`, reason)).status, 404);
        assert.equal((await guest.post(`${V1}/${path}/report`, reason)).status, 401);
        for (const json of [{}, { reason: '' }, { reason: 5 }, { reason: 'x'.repeat(1001) }, { reason: 'ok', kind: 'user' }])
            assert.equal((await dora.post(`${V1}/${path}/report`, { json })).status, 400, JSON.stringify(json));
    }
    const open = (await moderator.get(`${V1}/admin/reports?limit=3`)).body.data.data;
    assert.deepEqual(open.map(({ kind, target }) => [kind, target.text, target.ownerId, target.hidden]),
        [['user', 'Ada Lovelace', ada.id, false], ['comment', 'What a bore', bob.id, false], ['video', video.title, ada.id, false]]);
    assert.ok(open.every(({ reporter, state }) => reporter.id === dora.id && state === 'open'));
    const page = (await moderator.get(`${V1}/admin/reports?limit=1`)).body.data;
    const next = (await moderator.get(`${V1}/admin/reports?limit=2&cursor=${page.meta.nextCursor}`)).body.data.data;
    assert.deepEqual(next.map((one) => one.id), open.slice(1).map((one) => one.id));

    await act(moderator, `reports/${open[0].id}/dismiss`);
    await act(moderator, `reports/${open[0].id}/dismiss`, 404);
    await act(moderator, `video/${video.id}/hide`);
    assert.equal((await moderator.delete(`${V1}/comment/${words}`)).status, 200);
    const left = (await moderator.get(`${V1}/admin/reports?limit=50`)).body.data.data.map((one) => one.id);
    assert.ok(open.every((one) => !left.includes(one.id)), 'each deed answers the reports about its subject');
    const resolved = (await moderator.get(`${V1}/admin/reports?state=resolved&limit=50`)).body.data.data;
    const mine = resolved.filter((one) => one.reporter.id === dora.id);
    assert.deepEqual(mine.map(({ kind, target }) => [kind, target?.hidden ?? null]), [['user', false], ['comment', null], ['video', true]]);
    assert.ok(mine.every((one) => one.resolvedAt));
    assert.equal((await dora.post(`${V1}/user/${ada.id}/report`, reason)).status, 201, 'what goes on can be told again');
    assert.equal((await moderator.get(`${V1}/admin/reports?state=all`)).status, 400);
    assert.equal((await moderator.get(`${V1}/admin/reports?page=1`)).status, 400);
    assert.equal((await moderator.get(`${V1}/admin/audit?limit=0`)).status, 400);
});

test('moderators change and remove what is not theirs, and the log tells', async () => {
    const video = await post(ada, { title: 'Buy my things' });
    const changed = await moderator.request('PATCH', `${V1}/video/${video.id}`, { json: { title: 'A clip' } });
    assert.equal(changed.status, 200, changed.text);
    assert.equal((await guest.get(`${V1}/video/${video.id}`)).body.data.title, 'A clip');
    let deed = await lastDeed();
    assert.deepEqual([deed.actor.id, deed.action, deed.subject, deed.detail], [moderator.id, 'change', video.id, `${ada.id}: Buy my things`]);
    await act(moderator, `video/${video.id}/hide`);
    assert.equal((await moderator.request('PATCH', `${V1}/video/${video.id}`, { json: { title: 'Still hidden' } })).body.data.hidden, true);
    assert.equal((await bob.delete(`${V1}/video/${video.id}`)).status, 404);
    assert.equal((await moderator.delete(`${V1}/video/${video.id}`)).status, 200);
    assert.equal(await status(moderator, `${V1}/video/${video.id}`), 404);
    deed = await lastDeed();
    assert.deepEqual([deed.action, deed.kind, deed.subject, deed.detail], ['remove', 'video', video.id, `${ada.id}: Still hidden`]);
    const own = await post(moderator);
    assert.equal((await moderator.delete(`${V1}/video/${own.id}`)).status, 200);
    assert.equal((await lastDeed()).subject, video.id, 'what is their own is nobody\'s business');
});

test('every deed is for moderators, wants a reason and a subject', async () => {
    const video = await post(ada);
    for (const path of ['video/:id/hide', 'video/:id/restore', 'comment/:id/hide', 'comment/:id/restore', 'user/:id/ban', 'user/:id/unban', 'reports/:id/dismiss']) {
        const of = (id) => path.replace(':id', id);
        await act(guest, of(video.id), 401);
        await act(bob, of(video.id), 403);
        await act(ada, of(video.id), 403);
        await act(moderator, of(unknown), 404);
        await act(moderator, of('x'), 404);
        for (const json of [{}, { reason: '' }, { reason: 'ok', more: 1 }]) await act(moderator, of(video.id), 400, { json });
        await act(moderator, of(video.id), 415, { body: 'reason', headers: { 'content-type': 'text/plain' } });
    }
    assert.equal(await status(guest, `${V1}/video/${video.id}`), 200);
});

test('a listed word is refused wherever people would read it', async () => {
    const add = (word) => moderator.post(`${V1}/admin/words`, { json: { word } });
    assert.equal((await add('Snake  Oil')).status, 201);
    assert.equal((await add('snake oil')).status, 201, 'it is so already');
    assert.deepEqual((await moderator.get(`${V1}/admin/words`)).body.data, ['snake oil']);
    for (const word of ['', '!!', 'x'.repeat(51), 5]) assert.equal((await add(word)).status, 400, String(word));
    for (const person of [bob, ada]) {
        assert.equal((await person.post(`${V1}/admin/words`, { json: { word: 'x' } })).status, 403);
        assert.equal((await person.get(`${V1}/admin/words`)).status, 403);
        assert.equal((await person.delete(`${V1}/admin/words/x`)).status, 403);
    }
    const { id: video } = await post(ada);
    const kept = await comment(bob, video, 'Nothing to sell');
    const bad = 'Best ＳＮＡＫＥ öil!';
    const refused = (answer, field) => {
        assert.equal(answer.status, 400, answer.text);
        assert.equal(answer.body.code, 'word_not_allowed');
        assert.deepEqual(answer.body.errorMessages.map((fault) => fault.path), [field]);
    };
    refused(await bob.post(`${V1}/video/${video}/comments`, { json: { content: bad } }), 'content');
    refused(await bob.post(`${V1}/comment/${kept}/replies`, { json: { content: bad } }), 'content');
    refused(await bob.request('PATCH', `${V1}/comment/${kept}`, { json: { content: bad } }), 'content');
    for (const [field, value] of [['title', bad], ['description', bad], ['tags', ['sea', bad]]]) {
        refused(await ada.upload(await clip(), { title: 'A clip', [field]: value }), field);
        refused(await ada.request('PATCH', `${V1}/video/${video}`, { json: { [field]: value } }), field);
    }
    const tus = await ada.post(`${V1}/upload/tus`, {
        headers: { 'tus-resumable': '1.0.0', 'upload-length': '10', 'upload-metadata': `title ${Buffer.from(bad).toString('base64')}` },
    });
    refused(tus, 'title');
    await comment(bob, video, 'A snake, and oil; snakes oiled');
    assert.equal((await moderator.delete(`${V1}/admin/words/snake%20oil`)).status, 200);
    assert.equal((await moderator.delete(`${V1}/admin/words/snake%20oil`)).status, 404);
    await comment(bob, video, bad);
    assert.deepEqual((await lastDeed()).subject, 'snake oil');
});
