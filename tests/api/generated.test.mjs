// Ten thousand requests that no client would send: none is a failure of the server, none takes long, none is told what is
// inside.
import assert from 'node:assert/strict';
import { Agent, request } from 'node:http';
import { after, before, test } from 'node:test';

import { Person } from '../support/api.mjs';
import { clip } from '../support/clips.mjs';
import { holdToContract } from '../support/contract.mjs';
import { Requests } from '../support/requests.mjs';
import { slowness, startServer } from '../support/server.mjs';

const kRequests = 10_000;
const kAtOnce = 8;
const kLongest = 1_000 * slowness;
// Streams do not end by themselves; hashing a password is slow by intent and has tests of its own.
const leaveOut = ['followProcessing', 'register', 'login', 'changePassword', 'deleteMyAccount', 'metrics'];
const internal = /\bSELECT\b.*\bFROM\b|\bINSERT INTO\b|sqlite|postgres|libpq|boost|asio|std::|\/(tmp|home|usr|var)\/|\.cpp|stack trace|exception/i;

let server;
let people;
let ids;
const agent = new Agent({ keepAlive: true, maxSockets: kAtOnce });

before(async () => {
    server = await startServer({ env: { LOG_LEVEL: 'warn' } });
    people = [];
    for (let i = 0; i < 3; ++i) people.push(await new Person(server.url).join(`Person ${i}`));
    const { id } = (await people[0].upload(await clip(), { title: 'to be asked for' }, { query: '?wait=ready' })).body.data;
    ids = [id, ...people.map((person) => person.id)];
});
after(async () => {
    agent.destroy();
    await server?.stop();
});

/** Raw, so that what is wrong with an address stays wrong. */
function send({ method, path, headers, body }, token) {
    const { hostname, port } = new URL(server.url);
    const start = performance.now();
    return new Promise((done, failed) => {
        const sent = request({ agent, hostname, port, method, path, headers: { ...headers, ...(token ? { authorization: `Bearer ${token}` } : {}), 'content-length': Buffer.byteLength(body ?? '') } }, (answer) => {
            let text = '';
            answer.setEncoding('utf8').on('data', (piece) => (text += piece)).on('end', () =>
                done({ status: answer.statusCode, type: answer.headers['content-type'] ?? '', text, ms: performance.now() - start }));
        });
        sent.once('error', failed);
        sent.end(body);
    });
}

test(`${kRequests} made-up requests are each answered in words of the contract`, async () => {
    const requests = new Requests({ seed: 20, ids, leaveOut });
    const faults = [];
    const statuses = new Map();
    let left = kRequests;
    const client = async () => {
        while (left-- > 0 && faults.length < 20) {
            const one = requests.next();
            let answer;
            try {
                answer = await send(one, requests.chance(0.8) ? requests.pick(people).token : undefined);
            } catch (error) {
                // Refused before it was read whole: the connection may be closed while the client still writes.
                if (['ECONNRESET', 'EPIPE'].includes(error.code)) continue;
                if (error.code === 'ERR_UNESCAPED_CHARACTERS' || error.code === 'ERR_INVALID_CHAR') continue;
                throw error;
            }
            statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
            const what = `${one.method} ${one.path.slice(0, 200)} ${String(one.body).slice(0, 200)} → ${answer.status} ${answer.text.slice(0, 300)}`;
            if (answer.status >= 500) faults.push(what);
            if (answer.ms > kLongest) faults.push(`${answer.ms.toFixed(0)} ms: ${what}`);
            if (answer.status >= 400 && internal.test(answer.text.replaceAll(one.path, ''))) faults.push(`says what is inside: ${what}`);
            try {
                const json = answer.text && /json/.test(answer.type) ? JSON.parse(answer.text) : null;
                holdToContract(one.method, one.path.split('?')[0], answer.status, json);
            } catch (error) {
                faults.push(String(error.message).slice(0, 600));
            }
        }
    };
    await Promise.all(Array.from({ length: kAtOnce }, client));
    assert.deepEqual(faults, []);
    assert.ok((statuses.get(200) ?? 0) > 500 && (statuses.get(400) ?? 0) > 500, JSON.stringify([...statuses]));
    assert.equal((await new Person(server.url).get('/healthz')).status, 200);
});
