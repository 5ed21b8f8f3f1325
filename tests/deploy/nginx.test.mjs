// The configuration that we ship, in the real nginx.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import http2 from 'node:http2';
import path from 'node:path';
import { test } from 'node:test';

import { Person } from '../support/api.mjs';
import { clip } from '../support/clips.mjs';
import { deployFolder, startProxy } from '../support/proxy.mjs';
import { freePort, startServer, temporaryFolder, until } from '../support/server.mjs';

process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0'; // The certificate is of our own making.
process.removeAllListeners('warning');

const behindProxy = { TRUSTED_PROXIES: '127.0.0.1' };

/** How many requests a node has answered on a route. */
async function answered(node, route) {
    const page = await (await fetch(`${node.url}/metrics`)).text();
    return [...page.matchAll(/^reelshare_http_request_duration_seconds_count\{(.*)\} (\d+)/gm)]
        .filter(([, labels]) => labels.includes(`route="${route}"`))
        .reduce((sum, [, , count]) => sum + Number(count), 0);
}

const kMedia = '/media/:asset/:version/:file';

test('nothing in it parses user files, maps a path by a pattern or reaches into a folder', async () => {
    const folder = path.join(deployFolder, 'nginx');
    for (const name of await readdir(folder)) {
        const text = (await readFile(path.join(folder, name), 'utf8')).replace(/^\s*#.*$/gm, '');
        for (const forbidden of [/\bmp4\s*;/, /\bflv\s*;/, /\bslice\b/, /\bssi\s+on/, /\bdav_/, /\balias\b/, /\brewrite\b/,
            /location\s+~/, /\$proxy_add_x_forwarded_for/, /\bif\s*\(/, /autoindex/, /merge_slashes\s+off/])
            assert.ok(!forbidden.test(text), `${name}: ${forbidden}`);
        for (const block of text.matchAll(/\bmap\s+\S+\s+\S+\s*\{([^}]*)\}/g))
            assert.ok(!/^\s*"?~/m.test(block[1]), `${name}: a regex map`);
        for (const root of text.matchAll(/\broot\s+(\S+);/g)) assert.equal(root[1], '@ACME_ROOT@', name);
    }
});

test('100 MB go up through it, and the second play does not reach ReelShare', async () => {
    const node = await startServer({ env: behindProxy });
    const proxy = await startProxy({ nodes: [node] });
    const folder = await temporaryFolder();
    try {
        const ada = await new Person(proxy.url).join();
        // A clip with 100 MB of free space in it, as cameras leave it.
        const filler = Buffer.alloc(100 << 20);
        filler.writeUInt32BE(filler.length, 0);
        filler.write('free', 4, 'latin1');
        const file = path.join(folder, 'large.mp4');
        await writeFile(file, Buffer.concat([await readFile(await clip()), filler]));
        const uploaded = await ada.upload(file, { title: 'large' });
        assert.equal(uploaded.status, 201, uploaded.text);
        assert.deepEqual(await readdir(path.join(proxy.folder, 'body')), [], 'the body was collected');
        const video = await ada.processed(uploaded.body.data.id);
        assert.equal(video.status, 'ready');

        const { pathname } = new URL(video.videoUrl);
        const whole = Buffer.from(await (await fetch(proxy.url + pathname)).arrayBuffer());
        const before = await answered(node, kMedia);
        const again = await fetch(proxy.url + pathname);
        assert.ok(whole.equals(Buffer.from(await again.arrayBuffer())));
        const part = await fetch(proxy.url + pathname, { headers: { range: 'bytes=1000-1999' } });
        assert.equal(part.status, 206);
        assert.equal(part.headers.get('content-range'), `bytes 1000-1999/${whole.length}`);
        assert.ok(whole.subarray(1000, 2000).equals(Buffer.from(await part.arrayBuffer())));
        assert.equal(await answered(node, kMedia), before, 'a node was asked');
        const known = await fetch(proxy.url + pathname, { headers: { 'if-none-match': again.headers.get('etag') } });
        assert.equal(known.status, 304);
        const ids = (await proxy.accessLog()).filter((line) => line.path === pathname).map((line) => line.requestId);
        assert.equal(new Set(ids).size, ids.length, 'an answer kept its first request id');
        assert.ok(ids.includes(again.headers.get('x-request-id')));

        // A range of what is not kept yet comes right too, and the poster.
        const poster = await fetch(proxy.url + new URL(video.thumbnail).pathname, { headers: { range: 'bytes=10-19' } });
        assert.equal(poster.status, 206);
        assert.equal((await poster.arrayBuffer()).byteLength, 10);

        // The node gone, what is kept still plays.
        await node.kill();
        assert.ok(whole.equals(Buffer.from(await (await fetch(proxy.url + pathname)).arrayBuffer())));
    } finally {
        await proxy.stop();
        await node.stop();
        await rm(folder, { recursive: true });
    }
});

test('a node killed under load costs no GET', async () => {
    const nodes = [await startServer({ env: behindProxy }), await startServer({ env: behindProxy })];
    const proxy = await startProxy({ nodes });
    try {
        let stop = false;
        const failures = [];
        let good = 0;
        const client = async () => {
            while (!stop) {
                const answer = await fetch(`${proxy.url}/api/v1/video?limit=10`);
                await answer.arrayBuffer();
                if (answer.status === 200) ++good;
                else failures.push(answer.status);
            }
        };
        const clients = Array.from({ length: 16 }, client);
        const more = (count) => {
            const from = good;
            return until(() => good > from + count, { ms: 60_000, what: `${count} more answers` });
        };
        await more(1000);
        for (const node of nodes) assert.ok((await answered(node, '/api/v1/video')) > 100, 'both nodes are used');
        await nodes[0].kill();
        await more(2000);
        stop = true;
        await Promise.all(clients);
        assert.deepEqual(failures, []);
    } finally {
        await proxy.stop();
        await Promise.all(nodes.map((node) => node.stop()));
    }
});

test('a client\'s word about itself is replaced, and TLS is told of', async () => {
    const node = await startServer({ env: behindProxy });
    const proxy = await startProxy({ nodes: [node] });
    try {
        const answer = await fetch(`${proxy.url}/api/v1/video`, {
            headers: { 'x-forwarded-for': '6.6.6.6', 'x-forwarded-proto': 'gopher', 'x-request-id': 'mine' },
        });
        assert.equal(answer.status, 200);
        assert.equal(answer.headers.get('strict-transport-security'), 'max-age=31536000');
        assert.equal(answer.headers.get('server'), 'nginx');
        const line = await until(async () => (await node.logFile().catch(() => '')).split('\n').filter(Boolean)
            .map((text) => JSON.parse(text)).find((one) => one.route === '/api/v1/video'), { what: 'the line' });
        assert.equal(line.client, '127.0.0.1');
        assert.equal(line.requestId, answer.headers.get('x-request-id'));
        assert.notEqual(line.requestId, 'mine');
        assert.ok(!(await node.logFile()).includes('6.6.6.6'));
        assert.equal((await fetch(`${proxy.url}/metrics`)).status, 404);

        const plain = await fetch(`${proxy.http}/watch?v=1`, { redirect: 'manual' });
        assert.equal(plain.status, 308);
        assert.match(plain.headers.get('location'), /^https:\/\/127\.0\.0\.1:\d+\/watch\?v=1$/);

        // HTTP/2, and the access log that names it.
        const session = http2.connect(proxy.url, { rejectUnauthorized: false });
        const status = await new Promise((done, failed) => {
            session.once('error', failed);
            session.request({ ':path': '/api/v1/video?secret=Sesame' }).once('response', (headers) => done(headers[':status'])).resume();
        });
        session.close();
        assert.equal(status, 200);
        await until(async () => (await proxy.accessLog()).some((one) => one.protocol === 'HTTP/2.0'), { what: 'its line' });
        for (const signed of ['/exports/somebody/Sesame', '/media/some/Sesame/1/poster.jpg'])
            assert.equal((await fetch(proxy.url + signed)).status, 404);
        await until(async () => (await proxy.accessLog()).filter((one) => one.path === '[signed]').length === 2, { what: 'their lines' });
        assert.ok(!(await readFile(path.join(proxy.folder, 'access.log'), 'utf8')).includes('Sesame'));
    } finally {
        await proxy.stop();
        await node.stop();
    }
});

test('events pass at once', async () => {
    const node = await startServer({ env: { ...behindProxy, WORKERS: '0' } });
    const proxy = await startProxy({ nodes: [node] });
    try {
        const ada = await new Person(proxy.url).join();
        const uploaded = await ada.upload(await clip(), { title: 'told of' });
        const abort = new AbortController();
        const answer = await fetch(`${proxy.url}/api/v1/video/${uploaded.body.data.id}/events`, {
            headers: { authorization: `Bearer ${ada.token}` }, signal: abort.signal,
        });
        assert.equal(answer.headers.get('content-type'), 'text/event-stream');
        const { value } = await answer.body.getReader().read();
        assert.match(Buffer.from(value).toString(), /data:/);
        abort.abort();
    } finally {
        await proxy.stop();
        await node.stop();
    }
});

test('its own refusals are the API\'s: nobody there, too large, too many', async () => {
    const nobody = await freePort();
    const proxy = await startProxy({
        nodes: [`127.0.0.1:${nobody}`],
        env: { MAX_UPLOAD_MB: '1', LOGIN_RATE: '1r/s', LOGIN_BURST: '1' },
    });
    try {
        const envelope = async (answer, status, code) => {
            assert.equal(answer.status, status);
            const body = await answer.json();
            assert.equal(body.success, false);
            assert.equal(body.code, code);
            assert.ok(body.requestId);
            assert.match(answer.headers.get('content-type'), /json/);
        };
        const gone = await fetch(`${proxy.url}/api/v1/video`);
        assert.ok(Number(gone.headers.get('retry-after')) > 0);
        await envelope(gone, 503, 'unavailable');
        await envelope(await fetch(`${proxy.url}/api/v1/video/upload`, { method: 'POST', body: randomBytes(3 << 20) }), 413, 'too_large');
        const logins = [];
        for (let i = 0; i < 4; ++i) logins.push(await fetch(`${proxy.url}/api/v1/auth/login`, { method: 'POST' }));
        const refused = logins.find((answer) => answer.status === 429);
        assert.ok(Number(refused.headers.get('retry-after')) > 0);
        await envelope(refused, 429, 'rate_limited');
    } finally {
        await proxy.stop();
    }
});

test('without a certificate only the challenge is answered; without TLS in front, all', async () => {
    const node = await startServer({ env: behindProxy });
    const waiting = await startProxy({ nodes: [node], env: { CERTIFICATE: '/nowhere' } });
    const plain = await startProxy({ nodes: [node], env: { TLS: 'off' } });
    try {
        assert.equal((await fetch(`${waiting.http}/.well-known/acme-challenge/probe`)).status, 200);
        assert.equal((await fetch(`${waiting.http}/api/v1/video`)).status, 503);
        const answer = await fetch(`${plain.http}/api/v1/video`);
        assert.equal(answer.status, 200);
        assert.ok(answer.headers.get('strict-transport-security'), 'TLS ends in front');
    } finally {
        await waiting.stop();
        await plain.stop();
        await node.stop();
    }
});
