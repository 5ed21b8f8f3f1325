import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { Person } from '../support/api.mjs';
import { startServer, temporaryFolder } from '../support/server.mjs';

let server;
before(async () => { server = await startServer(); });
after(() => server?.stop());

const person = () => new Person(server.url);

function isFailure(answer, status, message) {
    assert.equal(answer.status, status, answer.text);
    assert.equal(answer.body.success, false);
    if (message) assert.equal(answer.body.message, message);
    assert.ok(Array.isArray(answer.body.errorMessages));
    assert.match(answer.body.code, /^[a-z_]+$/);
    assert.equal(answer.body.requestId, answer.headers.get('x-request-id'));
}

test('register answers as the original did, without the password', async () => {
    const answer = await person().post('/api/v1/auth/register', {
        json: { name: 'Ada', email: 'Ada@Example.org', password: 'secret-password', contact: '123' },
    });
    assert.equal(answer.status, 201);
    assert.equal(answer.body.success, true);
    assert.equal(answer.body.statusCode, 201);
    assert.equal(answer.body.message, 'User registered successfully!');
    assert.deepEqual(Object.keys(answer.body.data).sort(), ['contact', 'createdAt', 'email', 'id', 'name', 'updatedAt']);
    assert.equal(answer.body.data.email, 'ada@example.org');
    assert.match(answer.body.data.createdAt, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    const again = await person().post('/api/v1/auth/register', {
        json: { name: 'Eve', email: 'ADA@example.org', password: 'secret-password' },
    });
    isFailure(again, 400, 'Email already in use!');
});

for (const [what, json, path] of [
    ['no name', { email: 'a@b.io', password: '12345678' }, 'name'],
    ['a short name', { name: 'ab', email: 'a@b.io', password: '12345678' }, 'name'],
    ['a long name', { name: 'x'.repeat(41), email: 'a@b.io', password: '12345678' }, 'name'],
    ['a name of spaces', { name: '       ', email: 'a@b.io', password: '12345678' }, 'name'],
    ['a number as name', { name: 12345, email: 'a@b.io', password: '12345678' }, 'name'],
    ['no e-mail', { name: 'Ada', password: '12345678' }, 'email'],
    ['a bad e-mail', { name: 'Ada', email: 'ada.example.org', password: '12345678' }, 'email'],
    ['an e-mail with markup', { name: 'Ada', email: '<x>@b.io', password: '12345678' }, 'email'],
    ['a short password', { name: 'Ada', email: 'a@b.io', password: '1234567' }, 'password'],
    ['an endless password', { name: 'Ada', email: 'a@b.io', password: 'x'.repeat(5000) }, 'password'],
    ['an id of their own', { id: 'x', name: 'Ada', email: 'a@b.io', password: '12345678' }, 'id'],
    ['a role of their own', { role: 'admin', name: 'Ada', email: 'a@b.io', password: '12345678' }, 'role'],
    ['nested posts', { videos: { create: [] }, name: 'Ada', email: 'a@b.io', password: '12345678' }, 'videos'],
]) {
    test(`register refuses ${what}`, async () => {
        const answer = await person().post('/api/v1/auth/register', { json });
        isFailure(answer, 400, 'Validation Error');
        assert.ok(answer.body.errorMessages.some((fault) => fault.path === path), answer.text);
    });
}

for (const [what, body, type, status] of [
    ['broken JSON', '{"name":', 'application/json', 400],
    ['deep JSON', `{"name":${'['.repeat(5000)}${']'.repeat(5000)}}`, 'application/json', 400],
    ['a list', '[]', 'application/json', 400],
    ['bad UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d]), 'application/json', 400],
    ['another content type', 'name=Ada', 'application/x-www-form-urlencoded', 415],
    ['a huge body', `{"name":"${'x'.repeat(200_000)}"}`, 'application/json', 413],
]) {
    test(`a body of ${what} is ${status}`, async () => {
        const answer = await person().request('POST', '/api/v1/auth/register', {
            body, headers: { 'content-type': type },
        });
        isFailure(answer, status);
    });
}

test('login gives a token whose claims a client can read, and the refresh cookie', async () => {
    const ada = await person().join();
    const claims = JSON.parse(Buffer.from(ada.token.split('.')[1], 'base64url'));
    assert.equal(claims.id, ada.id);
    assert.equal(claims.email, ada.email);
    for (const name of ['iat', 'exp', 'jti']) assert.ok(claims[name], name);
    const answer = await ada.post('/api/v1/auth/login', { json: { email: ada.email, password: ada.password } });
    assert.equal(answer.body.message, 'Logged in successfully!');
    const cookie = answer.headers.get('set-cookie');
    assert.match(cookie, /^refreshToken=/);
    assert.match(cookie, /HttpOnly/);
    assert.match(cookie, /SameSite=Lax/);
    assert.match(cookie, /Path=\/api\/v1\/auth/);
});

test('an unknown e-mail and a wrong password get the same answer', async () => {
    const ada = await person().join();
    const wrong = await ada.post('/api/v1/auth/login', { json: { email: ada.email, password: 'wrong password' } });
    const unknown = await ada.post('/api/v1/auth/login', { json: { email: 'nobody@example.org', password: 'wrong password' } });
    isFailure(wrong, 401, 'Invalid email or password!');
    isFailure(unknown, 401, 'Invalid email or password!');
    delete wrong.body.requestId;
    delete unknown.body.requestId;
    assert.deepEqual(wrong.body, unknown.body);
});

test('a bearer is needed, and a forged one is refused', async () => {
    const ada = await person().join();
    isFailure(await person().get('/api/v1/user/me'), 401, 'You are not authorized!');
    const [header, payload, signature] = ada.token.split('.');
    const none = Buffer.from('{"alg":"none","typ":"JWT"}').toString('base64url');
    for (const token of [
        'x', `${header}.${payload}.`, `${none}.${payload}.`, `${none}.${payload}.${signature}`,
        `${header}.${payload}.${Buffer.from(signature, 'base64url').reverse().toString('base64url')}`,
    ]) isFailure(await person().get('/api/v1/user/me', { token }), 401, 'Invalid token!');
    const me = await ada.get('/api/v1/user/me');
    assert.equal(me.status, 200);
    assert.equal(me.body.data.email, ada.email);
});

test('a refresh token rotates; a used one ends the whole family', async () => {
    const ada = await person().join();
    const first = ada.cookies.get('refreshToken');
    const refresh = (cookie) => person().post('/api/v1/auth/refresh-token', { headers: { cookie: `refreshToken=${cookie}` } });
    const one = await refresh(first);
    assert.equal(one.status, 200, one.text);
    assert.equal(one.body.message, 'Access token generated!');
    const second = one.headers.get('set-cookie').match(/refreshToken=([^;]+)/)[1];
    assert.notEqual(second, first);
    const two = await refresh(second);
    const third = two.headers.get('set-cookie').match(/refreshToken=([^;]+)/)[1];
    isFailure(await refresh(first), 403, 'Invalid refresh token');
    isFailure(await refresh(third), 403, 'Invalid refresh token');
    isFailure(await ada.get('/api/v1/user/me'), 401, 'Invalid token!');
});

test('50 parallel refreshes with one token make one chain and log nobody out', async () => {
    const ada = await person().join();
    const cookie = ada.cookies.get('refreshToken');
    const answers = await Promise.all(Array.from({ length: 50 }, () =>
        person().post('/api/v1/auth/refresh-token', { headers: { cookie: `refreshToken=${cookie}` } })));
    const next = new Set(answers.map((answer) => answer.headers.get('set-cookie')?.match(/refreshToken=([^;]+)/)[1]));
    assert.ok(answers.every((answer) => answer.status === 200), answers.map((a) => a.status).join());
    assert.equal(next.size, 1);
});

test('no refresh cookie is 400, rubbish is 403, another origin is 403', async () => {
    isFailure(await person().post('/api/v1/auth/refresh-token'), 400);
    isFailure(await person().post('/api/v1/auth/refresh-token', { headers: { cookie: 'refreshToken=x' } }), 403, 'Invalid refresh token');
    const ada = await person().join();
    isFailure(await ada.post('/api/v1/auth/refresh-token', { headers: { origin: 'https://evil.example' } }), 403);
    isFailure(await ada.post('/api/v1/auth/logout', { headers: { origin: 'https://evil.example' } }), 403);
});

test('an access token is no refresh token, nor the other way round', async () => {
    const ada = await person().join();
    isFailure(await person().get('/api/v1/user/me', { token: ada.cookies.get('refreshToken') }), 401, 'Invalid token!');
    isFailure(await person().post('/api/v1/auth/refresh-token', { headers: { cookie: `refreshToken=${ada.token}` } }), 403);
});

test('sessions are listed for their owner and can be ended one by one', async () => {
    const ada = await person().join();
    const phone = person();
    Object.assign(phone, { email: ada.email, password: ada.password });
    await phone.login();
    const stranger = await person().join();
    const list = await ada.get('/api/v1/auth/sessions', { headers: { 'user-agent': 'My browser' } });
    assert.equal(list.status, 200, list.text);
    assert.equal(list.body.data.length, 2);
    for (const session of list.body.data) {
        assert.deepEqual(Object.keys(session).sort(), ['createdAt', 'current', 'device', 'id', 'ip', 'lastSeenAt']);
        assert.equal(session.ip, '127.0.0.1');
        assert.match(session.lastSeenAt, /Z$/);
    }
    assert.equal(list.body.data.filter((session) => session.current).length, 1);
    const other = list.body.data.find((session) => !session.current);
    isFailure(await person().get('/api/v1/auth/sessions'), 401, 'You are not authorized!');
    isFailure(await stranger.delete(`/api/v1/auth/sessions/${other.id}`), 404, 'Session not found!');
    isFailure(await ada.delete('/api/v1/auth/sessions/x'), 404, 'Session not found!');
    assert.equal((await phone.get('/api/v1/user/me')).status, 200);
    assert.equal((await ada.delete(`/api/v1/auth/sessions/${other.id}`)).status, 200);
    isFailure(await phone.get('/api/v1/user/me'), 401, 'Invalid token!');
    isFailure(await phone.post('/api/v1/auth/refresh-token'), 403, 'Invalid refresh token');
    isFailure(await ada.delete(`/api/v1/auth/sessions/${other.id}`), 404, 'Session not found!');
    assert.equal((await ada.get('/api/v1/user/me')).status, 200);
});

test('a device that sends odd bytes as its name can log in', async () => {
    const ada = await person().join();
    const answer = await ada.post('/api/v1/auth/login', {
        json: { email: ada.email, password: ada.password },
        headers: { 'user-agent': `\u00e9\u00ff${'x'.repeat(500)}` },
    });
    assert.equal(answer.status, 200, answer.text);
    const list = await ada.get('/api/v1/auth/sessions');
    assert.ok(list.body.data.some((session) => session.device === `??${'x'.repeat(198)}`), list.text);
});

test('a thief who refreshes first is thrown out together with the owner', async () => {
    const ada = await person().join();
    const stolen = ada.cookies.get('refreshToken');
    const refresh = (cookie) => person().post('/api/v1/auth/refresh-token', { headers: { cookie: `refreshToken=${cookie}` } });
    const next = (answer) => answer.headers.get('set-cookie').match(/refreshToken=([^;]+)/)[1];
    const thief = next(await refresh(stolen));
    const further = next(await refresh(thief));
    isFailure(await refresh(stolen), 403, 'Invalid refresh token');
    isFailure(await refresh(further), 403, 'Invalid refresh token');
    isFailure(await ada.get('/api/v1/user/me'), 401, 'Invalid token!');
});

test('a rotated signing secret logs nobody out', async () => {
    const secrets = ['the first secret has 32 characters', 'the second secret has 32 characters too'];
    const dataDir = await temporaryFolder();
    let running;
    try {
        running = await startServer({ dataDir, env: { JWT_SECRET: secrets[0] } });
        const ada = await new Person(running.url).join();
        const unrefreshed = ada.cookies.get('refreshToken');
        await ada.post('/api/v1/auth/refresh-token');
        await running.stop();
        running = await startServer({ dataDir, env: { JWT_SECRET: secrets[1], JWT_PREVIOUS_SECRETS: secrets[0] } });
        ada.url = running.url;
        assert.equal((await ada.get('/api/v1/user/me')).status, 200);
        const again = await new Person(running.url).post('/api/v1/auth/refresh-token', { headers: { cookie: `refreshToken=${unrefreshed}` } });
        assert.equal(again.status, 200, 'the answer was lost, and the secret was rotated meanwhile');
        const refreshed = await ada.post('/api/v1/auth/refresh-token');
        assert.equal(refreshed.status, 200, refreshed.text);
        const kid = (token) => JSON.parse(Buffer.from(token.split('.')[0], 'base64url')).kid;
        assert.notEqual(kid(refreshed.body.data.token), kid(ada.token));
        await running.stop();
        running = await startServer({ dataDir, env: { JWT_SECRET: secrets[1] } });
        ada.url = running.url;
        isFailure(await ada.get('/api/v1/user/me'), 401, 'Invalid token!');
        assert.equal((await ada.get('/api/v1/user/me', { token: refreshed.body.data.token })).status, 200);
    } finally {
        await running?.stop({ keepData: false });
    }
});

test('logout ends the session at once', async () => {
    const ada = await person().join();
    const answer = await ada.post('/api/v1/auth/logout');
    assert.equal(answer.status, 200);
    assert.equal(ada.cookies.has('refreshToken'), false);
    isFailure(await ada.get('/api/v1/user/me'), 401, 'Invalid token!');
});

test('changing the password ends all other sessions at once', async () => {
    const ada = await person().join();
    const other = person();
    Object.assign(other, { email: ada.email, password: ada.password });
    await other.login();
    assert.equal((await other.get('/api/v1/user/me')).status, 200);
    const change = (json) => ada.post('/api/v1/auth/change-password', { json });
    isFailure(await change({ oldPassword: 'not the old one', newPassword: 'another horse 2' }), 400, 'Password is incorrect!');
    isFailure(await change({ oldPassword: ada.password, newPassword: '1234567890' }), 400, 'Validation Error');
    isFailure(await change({ oldPassword: ada.password, newPassword: ada.password }), 400, 'Validation Error');
    isFailure(await change({ oldPassword: ada.password, newPassword: 'sunshine1' }), 400, 'Validation Error');
    isFailure(await change({ oldPassword: ada.password, newPassword: `${ada.email}` }), 400, 'Validation Error');
    const good = await change({ oldPassword: ada.password, newPassword: 'another horse 2' });
    assert.equal(good.status, 200, good.text);
    assert.equal(good.body.message, 'Password changed successfully!');
    isFailure(await other.get('/api/v1/user/me'), 401, 'Invalid token!');
    assert.equal((await ada.get('/api/v1/user/me')).status, 200);
    ada.password = 'another horse 2';
    await ada.login();
});

test('an unknown route is 404 with its path, a wrong method 405 with Allow', async () => {
    const unknown = await person().get('/api/v1/nothing/here?x=1');
    isFailure(unknown, 404, 'Not Found');
    assert.equal(unknown.body.errorMessages[0].path, '/api/v1/nothing/here');
    const wrong = await person().get('/api/v1/auth/login');
    isFailure(wrong, 405);
    assert.match(wrong.headers.get('allow'), /POST/);
});

test('answers carry the headers that browsers need', async () => {
    const answer = await person().get('/api/v1/video');
    assert.equal(answer.headers.get('x-content-type-options'), 'nosniff');
    assert.ok(answer.headers.get('referrer-policy'));
    assert.ok(answer.headers.get('x-request-id'));
    const given = await person().get('/healthz', { headers: { 'x-request-id': 'my-id-1' } });
    assert.equal(given.headers.get('x-request-id'), 'my-id-1');
    const evil = await person().get('/healthz', { headers: { 'x-request-id': 'a b"<script>' } });
    assert.notEqual(evil.headers.get('x-request-id'), 'a b"<script>');
    const foreign = await person().get('/api/v1/video', { headers: { origin: 'https://evil.example' } });
    assert.equal(foreign.headers.get('access-control-allow-origin'), null);
});

test('of a thousand guesses hardly any is looked at, and the owner on a known device gets in meanwhile', async () => {
    // The limit per address is off: owner and guesser share one here.
    const throttled = await startServer({ env: { RATE_LIMIT: 'on', RATE_LIMIT_LOGIN: 'off' } });
    try {
        const ada = await new Person(throttled.url).join();
        const thief = new Person(throttled.url);
        const statuses = new Map();
        for (let round = 0; round < 20; ++round) {
            const answers = await Promise.all(Array.from({ length: 50 }, (_, i) =>
                thief.post('/api/v1/auth/login', { json: { email: ada.email, password: `guess ${round} ${i}` } })));
            for (const answer of answers) {
                statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
                if (answer.status !== 429) continue;
                assert.ok(Number(answer.headers.get('retry-after')) >= 1);
                assert.equal(answer.body.message, 'Too many requests. Please try again after a while.');
            }
            if (round === 10) await ada.login();
        }
        assert.deepEqual([...statuses.keys()].sort(), [401, 429]);
        assert.ok(statuses.get(401) <= 20, `${statuses.get(401)} were looked at`);
    } finally {
        await throttled.stop();
    }
});

for (const [what, password] of [
    ['a common password', 'P4ssw0rd!'], ['a walk on the keyboard', 'qwertyuiop'], ['their own name', 'Ada Lovelace'],
    ['their own e-mail', 'ada.of.london1'], ['the name of this place', 'ReelShare1'],
]) {
    test(`register refuses ${what} as password`, async () => {
        const answer = await person().post('/api/v1/auth/register', {
            json: { name: 'Ada Lovelace', email: 'ada.of.london@example.org', password },
        });
        isFailure(answer, 400, 'Validation Error');
        assert.equal(answer.body.errorMessages[0].path, 'password');
    });
}

test('a password is used to its last character', async () => {
    const ada = person();
    const password = `${'é'.repeat(72)} correct horse ${'x'.repeat(50)}`;
    const email = 'long.password@example.org';
    const registered = await ada.post('/api/v1/auth/register', { json: { name: 'Ada', email, password } });
    assert.equal(registered.status, 201, registered.text);
    assert.equal((await ada.post('/api/v1/auth/login', { json: { email, password } })).status, 200);
    isFailure(await ada.post('/api/v1/auth/login', { json: { email, password: password.slice(0, -1) } }), 401);
});

test('nothing secret is in the log', async () => {
    const ada = await person().join();
    await ada.get('/api/v1/user/me');
    const log = server.log();
    for (const secret of [ada.password, ada.token, ada.email, ada.cookies.get('refreshToken')])
        assert.ok(!log.includes(secret), 'a secret is in the log');
});
