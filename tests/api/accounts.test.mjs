import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { Person } from '../support/api.mjs';
import { startServer } from '../support/server.mjs';

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

test('guessing is slowed down, the owner elsewhere is not', async () => {
    const throttled = await startServer({ env: { RATE_LIMIT: 'on' } });
    try {
        const ada = await new Person(throttled.url).join();
        const statuses = [];
        for (let i = 0; i < 12; ++i) {
            const answer = await ada.post('/api/v1/auth/login', { json: { email: ada.email, password: 'guess' + i } });
            statuses.push(answer.status);
            if (answer.status === 429) {
                assert.ok(Number(answer.headers.get('retry-after')) >= 1);
                assert.equal(answer.body.message, 'Too many requests. Please try again after a while.');
            }
        }
        assert.ok(statuses.includes(429), statuses.join());
        assert.equal(statuses[0], 401);
    } finally {
        await throttled.stop();
    }
});

test('nothing secret is in the log', async () => {
    const ada = await person().join();
    await ada.get('/api/v1/user/me');
    const log = server.log();
    for (const secret of [ada.password, ada.token, ada.email, ada.cookies.get('refreshToken')])
        assert.ok(!log.includes(secret), 'a secret is in the log');
});
