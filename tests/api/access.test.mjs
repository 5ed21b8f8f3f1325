// Who may do what with accounts: every route with every kind of caller.
import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { after, before, test } from 'node:test';

import { Person } from '../support/api.mjs';
import { command } from '../support/command.mjs';
import { startServer, temporaryFolder } from '../support/server.mjs';

const callers = ['anonymous', 'other', 'moderator', 'suspended', 'owner'];
const password = 'correct horse 1';
let dataDir;
let server;
let spare;
const people = {};

async function enter(name) {
    const person = new Person(server.url);
    Object.assign(person, { email: `${name}@example.org`, password });
    await person.login();
    person.id = JSON.parse(Buffer.from(person.token.split('.')[1], 'base64url')).id;
    return person;
}

before(async () => {
    dataDir = await temporaryFolder();
    for (const name of callers.slice(1)) {
        const role = name === 'moderator' ? 'moderator' : 'user';
        const made = await command(dataDir, ['user', 'add', '--email', `${name}@example.org`, '--name', `The ${name}`, '--role', role], `${password}\n`);
        assert.equal(made.code, 0, made.output);
    }
    server = await startServer({ dataDir });
    for (const name of callers.slice(1)) people[name] = await enter(name);
    // Its tokens were good once.
    await server.stop();
    const suspended = await command(dataDir, ['user', 'suspend', 'suspended@example.org']);
    assert.equal(suspended.code, 0, suspended.output);
    server = await startServer({ dataDir });
    people.anonymous = new Person(server.url);
    for (const name of callers) people[name].url = server.url;
    spare = (await (await enter('owner')).get('/api/v1/auth/sessions')).body.data.find((session) => session.current).id;
});
after(async () => {
    await server?.stop();
    await rm(dataDir, { recursive: true, force: true });
});

const mine = { anonymous: 401, other: 200, moderator: 200, suspended: 401, owner: 200 };
const wrong = (status) => ({ anonymous: 401, other: status, moderator: status, suspended: 401, owner: status });
const all = (status) => Object.fromEntries(callers.map((name) => [name, status]));
/** Of moderators; others may not even ask. */
const moderators = (status) => ({ anonymous: 401, other: 403, moderator: status, suspended: 401, owner: 403 });
const nothing = '01890000-0000-7000-8000-000000000000';
const V1 = '/api/v1';

for (const [method, path, options, expected] of [
    ['GET', () => `${V1}/user/me`, {}, mine],
    ['PATCH', () => `${V1}/user/me`, { json: { bio: 'Hello' } }, mine],
    ['DELETE', () => `${V1}/user/me`, { json: { password: 'not theirs' } }, wrong(400)],
    ['GET', () => `${V1}/user/${people.owner.id}`, {}, all(200)],
    ['GET', () => `${V1}/user/${people.suspended.id}`, {}, all(404)],
    ['GET', () => `${V1}/auth/sessions`, {}, mine],
    ['DELETE', () => `${V1}/auth/sessions/${spare}`, {}, { anonymous: 401, other: 404, moderator: 404, suspended: 401, owner: 200 }],
    ['POST', () => `${V1}/auth/change-password`, { json: { oldPassword: 'not theirs', newPassword: 'battery staple' } }, wrong(400)],
    ['POST', () => `${V1}/auth/forgot-password`, { json: { email: 'owner@example.org' } }, all(200)],
    ['POST', () => `${V1}/auth/reset-password`, { json: { token: 'x', newPassword: 'battery staple' } }, all(400)],
    ['POST', () => `${V1}/auth/login`, { json: { email: 'suspended@example.org', password } }, all(403)],
    ['POST', () => `${V1}/user/${people.owner.id}/report`, { json: { reason: 'Sells something' } },
        { anonymous: 401, other: 201, moderator: 201, suspended: 401, owner: 400 }],
    ['POST', () => `${V1}/video/${nothing}/report`, { json: { reason: 'Sells something' } }, wrong(404)],
    ['POST', () => `${V1}/comment/${nothing}/report`, { json: { reason: 'Sells something' } }, wrong(404)],
    ...['reports', 'audit', 'words'].map((list) => ['GET', () => `${V1}/admin/${list}`, {}, moderators(200)]),
    ...['video/:id/hide', 'video/:id/restore', 'comment/:id/hide', 'comment/:id/restore', 'reports/:id/dismiss', 'user/:id/ban', 'user/:id/unban'].map(
        (deed) => ['POST', () => `${V1}/admin/${deed.replace(':id', nothing)}`, { json: { reason: 'It is so' } }, moderators(404)]),
    ['POST', () => `${V1}/admin/words`, { json: { word: '!' } }, moderators(400)],
    ['DELETE', () => `${V1}/admin/words/nothing`, {}, moderators(404)],
    ['PUT', () => `${V1}/admin/user/${people.owner.id}/role`, { json: { role: 'admin', reason: 'I want it' } }, moderators(403)],
    ['POST', () => `${V1}/auth/refresh-token`, {}, { anonymous: 400, other: 200, moderator: 200, suspended: 403, owner: 200 }],
    ['POST', () => `${V1}/auth/logout`, {}, all(200)],
]) {
    test(`${method} ${path.toString().slice(6)} for each caller`, async () => {
        for (const name of callers) {
            const answer = await people[name].request(method, path(), options);
            assert.equal(answer.status, expected[name], `${name}: ${answer.text}`);
            if (name !== 'owner') assert.ok(!answer.text.includes('owner@example.org'), `${name} sees the owner's address`);
        }
    });
}

test('after logging out the token is worth nothing, whoever it was', async () => {
    for (const name of callers) assert.equal((await people[name].get(`${V1}/user/me`)).status, 401, name);
});
