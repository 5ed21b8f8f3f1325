// What holds for every answer, and what attackers measure: headers, methods, time, storms, secrets that change.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { after, before, test } from 'node:test';

import { Person } from '../support/api.mjs';
import { document } from '../support/contract.mjs';
import { slowness, startServer, temporaryFolder } from '../support/server.mjs';

const V1 = '/api/v1';
let server;
let ada;

before(async () => {
    server = await startServer();
    ada = await new Person(server.url).join();
});
after(() => server?.stop());

const operations = Object.entries(document.paths).flatMap(([template, item]) =>
    ['get', 'put', 'post', 'patch', 'delete', 'head', 'options'].filter((method) => item[method])
        .map((method) => ({ method: method.toUpperCase(), path: template.replace(/\{\w+\}/g, '01890000-0000-7000-8000-000000000000') })));

function demandHeaders(headers, what, type) {
    assert.equal(headers.get('x-content-type-options'), 'nosniff', what);
    assert.match(headers.get('content-security-policy') ?? '', /frame-ancestors 'none'/, what);
    if (type !== 'page') assert.match(headers.get('content-security-policy'), /default-src 'none'/, what);
    assert.equal(headers.get('referrer-policy'), 'strict-origin-when-cross-origin', what);
    assert.equal(headers.get('cross-origin-opener-policy'), 'same-origin', what);
    assert.match(headers.get('x-request-id') ?? '', /^[\w-]{8,}$/, what);
    assert.equal(headers.get('server'), null, `${what}: what serves is nobody's business`);
    assert.equal(headers.get('access-control-allow-origin'), null, what);
}

test('every operation answers with the headers that keep browsers safe, whoever asks', async () => {
    for (const { method, path } of operations) {
        if (path === `${V1}/notifications/stream`) continue; // Ends by itself never; without a token it is among those below.
        for (const token of [null, ada.token]) {
            if (token && ['logout', 'user/me', 'login', 'register'].some((one) => path.endsWith(one)) && method !== 'GET') continue;
            const answer = await fetch(server.url + path, {
                method, redirect: 'manual', headers: { origin: 'https://elsewhere.example', ...(token ? { authorization: `Bearer ${token}` } : {}) },
            });
            await answer.arrayBuffer();
            demandHeaders(answer.headers, `${method} ${path} → ${answer.status}`, path === '/openapi.json' ? 'page' : 'data');
        }
    }
    const stream = await fetch(`${server.url}${V1}/notifications/stream`, { headers: { authorization: `Bearer ${ada.token}` } });
    assert.equal(stream.status, 200);
    demandHeaders(stream.headers, 'the stream of news');
    await stream.body.cancel();
    for (const page of ['/', '/docs', '/v/x', '/settings']) demandHeaders((await ada.get(page)).headers, page, 'page');
    for (const path of ['/nothing.txt', `${V1}/nothing`, '/api', '/media/x']) demandHeaders((await ada.get(path)).headers, path);
});

/** One request over a bare socket: fetch does not send every method. */
function raw(text) {
    return new Promise((done, failed) => {
        const socket = connect(server.port, '127.0.0.1', () => socket.write(text));
        let answer = '';
        socket.setEncoding('latin1').on('data', (piece) => (answer += piece)).on('error', failed).on('end', () => done(answer));
    });
}

test('TRACE and other methods that nobody needs are refused, and nothing of the request is sent back', async () => {
    for (const method of ['TRACE', 'TRACK', 'CONNECT', 'DEBUG', 'PROPFIND', 'get'])
        for (const path of ['/', '/healthz', `${V1}/video`, `${V1}/user/me`]) {
            const answer = await raw(`${method} ${path} HTTP/1.1\r\nHost: x\r\nCookie: refreshToken=quixotry\r\nConnection: close\r\n\r\n`);
            assert.match(answer, /^HTTP\/1\.1 501 /, `${method} ${path}`);
            assert.ok(!answer.includes('quixotry'), method);
        }
});

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

/** Medians of the two, asked by turns, so that what slows one slows the other. */
async function times(rounds, ...requests) {
    const took = requests.map(() => []);
    for (let round = 0; round < rounds; ++round)
        for (const [n, request] of requests.entries()) {
            const start = performance.now();
            await request(round);
            took[n].push(performance.now() - start);
        }
    return took.map(median);
}

/** Both take about as long. The work that may differ takes 18 ms: a difference of half of it would be seen. */
function alike([a, b], work) {
    assert.ok(Math.abs(a - b) < Math.max(work, 0.35 * Math.max(a, b)), `${a.toFixed(1)} ms and ${b.toFixed(1)} ms`);
}

test('logging in takes as long with an unknown e-mail as with a wrong password', async () => {
    const guest = new Person(server.url);
    const login = async (email) => assert.equal((await guest.post(`${V1}/auth/login`, { json: { email, password: 'not the password 1' } })).status, 401);
    const took = await times(15, () => login(ada.email), () => login(`${randomBytes(6).toString('hex')}@example.org`));
    assert.ok(Math.min(...took) > 5, `nothing is hashed in ${took} ms`);
    alike(took, 8);
});

test('asking for a new password takes as long whether there is such an account or not', async () => {
    const known = [];
    for (let n = 0; n < 15; ++n) {
        const email = `${randomBytes(6).toString('hex')}@example.org`;
        assert.equal((await new Person(server.url).post(`${V1}/auth/register`, { json: { name: 'Some One', email, password: 'correct horse 1' } })).status, 201);
        known.push(email);
    }
    const guest = new Person(server.url);
    const ask = async (email) => assert.equal((await guest.post(`${V1}/auth/forgot-password`, { json: { email } })).status, 200);
    alike(await times(15, (n) => ask(known[n]), () => ask(`${randomBytes(6).toString('hex')}@example.org`)), 8);
});

/** Resident memory of a process now, and at its highest, in MiB. */
async function memory(pid) {
    const status = await readFile(`/proc/${pid}/status`, 'utf8');
    const of = (name) => Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(status)[1]) / 1024;
    return { now: of('VmRSS'), peak: of('VmHWM') };
}

test('two hundred logins at once: the feed is answered meanwhile, and what is too much is refused in time', async () => {
    const guest = new Person(server.url);
    const login = (email) => guest.post(`${V1}/auth/login`, { json: { email, password: email === ada.email ? ada.password : 'not the password 1' } });
    await guest.get(`${V1}/video?limit=1`);
    let storming = true;
    const waits = [];
    const feed = (async () => {
        while (storming) {
            const start = performance.now();
            assert.equal((await guest.get(`${V1}/video?limit=1`)).status, 200);
            waits.push(performance.now() - start);
        }
    })();
    const answers = await Promise.all(Array.from({ length: 200 }, (_, n) => login(n % 2 ? ada.email : `storm${n}@example.org`)));
    storming = false;
    await feed;
    const refused = answers.filter(({ status }) => status === 503 || status === 429);
    assert.ok(answers.every(({ status }) => [200, 401, 503, 429].includes(status)), JSON.stringify(answers.map(({ status }) => status)));
    for (const { headers, text } of refused) assert.ok(Number(headers.get('retry-after')) >= 1, text);
    assert.ok(answers.some(({ status }) => status === 200) && answers.some(({ status }) => status === 401));
    assert.ok(refused.length > 0, 'more than the queue holds is refused');
    assert.ok(waits.length > 10, `${waits.length} reads while the logins were hashed`);
    assert.ok(median(waits) < 100 * slowness && Math.max(...waits) < 3000 * slowness, `median ${median(waits)}, longest ${Math.max(...waits)} ms`);
    if (slowness === 1) {
        const { now, peak } = await memory(server.pid);
        assert.ok(peak <= 150, `${now.toFixed(0)} MiB now, ${peak.toFixed(0)} at the highest`);
    }
    assert.equal((await login(ada.email)).status, 200, 'over, it is as before');
});

test('the secret that signs tokens is changed while people use theirs: nobody is logged out', async () => {
    const secrets = ['the first secret has 32 characters', 'the second secret has 32 characters too'];
    const dataDir = await temporaryFolder();
    let running = await startServer({ dataDir, env: { JWT_SECRET: secrets[0] } });
    try {
        const people = await Promise.all(Array.from({ length: 4 }, () => new Person(running.url).join()));
        const seen = new Map();
        let going = true;
        const use = async (person) => {
            for (let n = 0; going; ++n) {
                try {
                    const answer = n % 8 === 7 ? await person.post(`${V1}/auth/refresh-token`) : await person.get(`${V1}/user/me`);
                    if (answer.body?.data?.token) person.token = answer.body.data.token;
                    seen.set(answer.status, (seen.get(answer.status) ?? 0) + 1);
                } catch (error) {
                    // Between the two processes nobody listens.
                    if (!(error instanceof TypeError)) throw error;
                    await new Promise((done) => setTimeout(done, 20));
                }
            }
        };
        const all = Promise.all(people.map(use));
        const requests = async (more) => {
            const until = (seen.get(200) ?? 0) + more;
            while ((seen.get(200) ?? 0) < until) await new Promise((done) => setTimeout(done, 5));
        };
        await requests(100);
        const { port } = running;
        await running.stop({ keepData: true });
        running = await startServer({ dataDir, port, env: { JWT_SECRET: secrets[1], JWT_PREVIOUS_SECRETS: secrets[0] } });
        await requests(200);
        going = false;
        await all;
        assert.deepEqual([...seen.keys()].filter((status) => status === 401 || status === 403 || status >= 500), [], JSON.stringify([...seen]));
    } finally {
        await running.stop({ keepData: true });
        await rm(dataDir, { recursive: true, force: true });
    }
});
