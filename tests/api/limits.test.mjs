// Rate limits: numbers in the answers, refusals, who is counted as whom.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';

import { Person } from '../support/api.mjs';
import { startServer, until } from '../support/server.mjs';

const servers = [];
after(() => Promise.all(servers.map((server) => server.stop())));

async function limited(env) {
    const server = await startServer({ env: { RATE_LIMIT: 'on', TRUSTED_PROXIES: '127.0.0.1', ...env } });
    servers.push(server);
    return server;
}
const from = (address) => ({ headers: { 'x-forwarded-for': address } });
const feed = '/api/v1/video?limit=1';

test('answers of the API carry the numbers of their limit', async () => {
    const { url } = await limited({ RATE_LIMIT_READ: '3/600' });
    const guest = new Person(url);
    for (const left of ['2', '1', '0']) {
        const answer = await guest.get(feed, from('192.0.2.1'));
        assert.equal(answer.status, 200);
        assert.equal(answer.headers.get('ratelimit-limit'), '3');
        assert.equal(answer.headers.get('ratelimit-policy'), '3;w=600');
        assert.equal(answer.headers.get('ratelimit-remaining'), left);
        assert.ok(Number(answer.headers.get('ratelimit-reset')) > 0);
    }
    const refused = await guest.get(feed, from('192.0.2.1'));
    assert.equal(refused.status, 429);
    assert.equal(refused.body.message, 'Too many requests. Please try again after a while.');
    assert.equal(refused.body.success, false);
    const wait = Number(refused.headers.get('retry-after'));
    assert.ok(wait >= 100 && wait <= 200, `one of three in 600 s grows again in 200 s: ${wait}`);
    assert.equal(refused.headers.get('ratelimit-remaining'), '0');
    assert.equal((await guest.get(feed, from('192.0.2.2'))).status, 200, 'another address');
    const health = await guest.get('/healthz', from('192.0.2.1'));
    assert.equal(health.status, 200);
    assert.equal(health.headers.get('ratelimit-limit'), null);
    const metrics = await guest.get('/metrics');
    assert.match(metrics.text, /reelshare_limited_requests_total\{class="read"\} 1\b/);
});

test('a client is let in again when its quota has grown', async () => {
    const { url } = await limited({ RATE_LIMIT_READ: '2/2' });
    const guest = new Person(url);
    for (let i = 0; i < 3; ++i) await guest.get(feed);
    await until(async () => (await guest.get(feed)).status === 200, { ms: 5_000, what: 'the quota to grow' });
});

test('an IPv6 client is its /64', async () => {
    const { url } = await limited({ RATE_LIMIT_READ: '2/600' });
    const guest = new Person(url);
    for (const [address, status] of [
        ['2001:db8::1', 200], ['2001:db8::2', 200], ['2001:db8:0:0:ffff::3', 429], ['2001:db8:0:1::1', 200],
    ])
        assert.equal((await guest.get(feed, from(address))).status, status, address);
});

test('who is logged in is counted by account, wherever they are', async () => {
    const { url } = await limited({ RATE_LIMIT_READ: '3/600' });
    const ada = await new Person(url).join();
    for (const [address, status] of [['192.0.2.1', 200], ['192.0.2.2', 200], ['192.0.2.3', 200], ['192.0.2.4', 429]])
        assert.equal((await ada.get(feed, from(address))).status, status, address);
    assert.equal((await new Person(url).get(feed, from('192.0.2.1'))).status, 200, 'the address has its own');
    for (let i = 0; i < 3; ++i)
        assert.equal((await new Person(url).get(feed, { ...from('192.0.2.9'), token: 'forged' })).status, 401);
    assert.equal((await new Person(url).get(feed, from('192.0.2.9'))).status, 429, 'a bad token is an address');
});

test('each class of routes has its own limit', async () => {
    const { url } = await limited({ RATE_LIMIT_LOGIN: '2/600', RATE_LIMIT_SIGNUP: '1/600', RATE_LIMIT_READ: 'off' });
    const guest = new Person(url);
    const signup = () => guest.post('/api/v1/auth/register', { json: {} });
    const login = () => guest.post('/api/v1/auth/login', { json: {} });
    assert.equal((await signup()).status, 400);
    const refused = await signup();
    assert.equal(refused.status, 429);
    assert.ok(Number(refused.headers.get('retry-after')) > 500);
    assert.deepEqual([(await login()).status, (await login()).status, (await login()).status], [400, 400, 429]);
    const read = await guest.get(feed);
    assert.equal(read.status, 200);
    assert.equal(read.headers.get('ratelimit-limit'), null, 'switched off');
});

test('many at once are counted exactly', async () => {
    const { url } = await limited({ RATE_LIMIT_READ: '50/3600' });
    const guest = new Person(url);
    const answers = await Promise.all(Array.from({ length: 200 }, () => guest.get(feed)));
    assert.equal(answers.filter((answer) => answer.status === 200).length, 50);
});

test('a wrong policy is refused at the start', async () => {
    await assert.rejects(startServer({ env: { RATE_LIMIT_READ: '10 per minute' } }), /RATE_LIMIT_READ must be/);
    await assert.rejects(startServer({ env: { REDIS_URL: 'rediss://127.0.0.1' } }), /stunnel/);
});
