// Webhooks: signed, sent again until they arrive, and never to where they must not go.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';

import { Person } from '../support/api.mjs';
import { clip as makeClip, damaged } from '../support/clips.mjs';
import { startServer, temporaryFolder, until } from '../support/server.mjs';

const secret = 'a secret of the receiver';
const events = [];
let refuse = 0;
let receiver;
let env;
let folder;
let server;
let ada;

before(async () => {
    receiver = createServer(async (request, response) => {
        let body = '';
        for await (const piece of request) body += piece;
        const told = { url: request.url, headers: request.headers, body };
        if (request.url === '/elsewhere') told.redirected = true;
        events.push(told);
        if (request.url === '/moved') {
            response.writeHead(307, { location: '/elsewhere' }).end();
        } else {
            response.writeHead(refuse-- > 0 ? 500 : 200).end();
        }
    }).listen(0, '127.0.0.1');
    await once(receiver, 'listening');
    env = {
        WEBHOOK_URLS: `http://127.0.0.1:${receiver.address().port}/hook`,
        WEBHOOK_SECRET: secret,
        WEBHOOK_ALLOW_PRIVATE: 'true',
    };
    folder = await temporaryFolder();
    server = await startServer({ dataDir: folder, env });
    ada = await new Person(server.url).join();
});
after(async () => {
    await server.stop();
    receiver.close();
    receiver.closeAllConnections();
    await rm(folder, { recursive: true, force: true });
});

const heard = (type, test = () => true) =>
    until(() => events.find((one) => one.headers['x-reelshare-event'] === type && test(JSON.parse(one.body))), {
        ms: 60_000, what: `a ${type}`,
    });

test('video.ready comes signed, video.deleted after it', async () => {
    const id = (await ada.upload(await makeClip(), { title: 'Told' })).body.data.id;
    const ready = await heard('video.ready', (event) => event.data.videoId === id);
    const [, time, mac] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(ready.headers['x-reelshare-signature']);
    assert.ok(Math.abs(Date.now() / 1000 - Number(time)) < 60);
    assert.equal(mac, createHmac('sha256', secret).update(`${time}.${ready.body}`).digest('hex'));
    const event = JSON.parse(ready.body);
    assert.equal(event.type, 'video.ready');
    assert.deepEqual(event.data, { videoId: id, uploaderId: ada.id, title: 'Told' });
    assert.match(event.createdAt, /^\d{4}-\d\d-\d\dT/);
    assert.equal((await ada.delete(`/api/v1/video/${id}`)).status, 200);
    await heard('video.deleted', (deleted) => deleted.data.videoId === id);
});

test('video.failed tells of a clip that could not be made ready, and nothing was told of it before', async () => {
    const { id } = (await ada.upload(await damaged(), { title: 'Broken' })).body.data;
    const failed = await heard('video.failed', (event) => event.data.videoId === id);
    assert.deepEqual(JSON.parse(failed.body).data, { videoId: id, uploaderId: ada.id, title: 'Broken' });
    assert.match(failed.headers['x-reelshare-signature'], /^t=\d+,v1=[0-9a-f]{64}$/);
    assert.equal((await ada.processed(id)).status, 'failed');
    const others = events.filter(({ headers, body }) => body.includes(id) && headers['x-reelshare-event'] !== 'video.failed');
    assert.deepEqual(others.map(({ headers }) => headers['x-reelshare-event']), []);
});

test('comment.created tells of a comment and of a reply', async () => {
    const id = (await ada.upload(await makeClip(), { title: 'Talked about' })).body.data.id;
    const comment = (await ada.post(`/api/v1/video/${id}/comments`, { json: { content: 'First!' } })).body.data;
    const reply = (await ada.post(`/api/v1/comment/${comment.id}/replies`, { json: { content: 'Second.' } })).body.data;
    for (const one of [comment, reply]) {
        const told = await heard('comment.created', (event) => event.data.commentId === one.id);
        assert.deepEqual(JSON.parse(told.body).data, {
            commentId: one.id, videoId: id, userId: ada.id, parentCommentId: one.parentCommentId, content: one.content,
        });
    }
    // Told before the next test has somebody refuse.
    await heard('video.ready', (ready) => ready.data.videoId === id);
});

test('what is refused comes again, the same event', async () => {
    events.length = 0;
    refuse = 2;
    const id = (await ada.upload(await makeClip())).body.data.id;
    await until(() => events.filter((one) => one.body.includes(id)).length === 3, { ms: 60_000, what: 'three attempts' });
    const attempts = events.filter((one) => one.body.includes(id)).map((one) => JSON.parse(one.body).id);
    assert.equal(new Set(attempts).size, 1);
    const metrics = (await ada.get('/metrics')).text;
    assert.match(metrics, /reelshare_webhooks_total\{result="failed"\} 2\b/);
});

test('what is not sent survives a kill', async () => {
    events.length = 0;
    refuse = 1000;
    const id = (await ada.upload(await makeClip())).body.data.id;
    await until(() => events.some((one) => one.body.includes(id)), { ms: 60_000, what: 'a first attempt' });
    await server.kill();
    refuse = 0;
    events.length = 0;
    server = await startServer({ dataDir: folder, env, port: server.port });
    await heard('video.ready', (event) => event.data.videoId === id);
});

test('redirects are not followed, and inner addresses not reached unless allowed', async () => {
    const port = receiver.address().port;
    for (const [more, path] of [
        [{ WEBHOOK_ALLOW_PRIVATE: 'true', WEBHOOK_URLS: `http://127.0.0.1:${port}/moved` }, '/moved'],
        [{ WEBHOOK_ALLOW_PRIVATE: 'false', WEBHOOK_URLS: `http://127.0.0.1:${port}/inner,http://localhost:${port}/inner` }, '/inner'],
    ]) {
        const other = await startServer({ env: { ...env, ...more } });
        try {
            const bob = await new Person(other.url).join();
            await bob.upload(await makeClip());
            await until(async () => /reelshare_webhooks_total\{result="failed"\} [1-9]/.test((await bob.get('/metrics')).text), {
                ms: 60_000, what: 'a failed attempt',
            });
        } finally {
            await other.stop();
        }
        assert.ok(!events.some((one) => one.redirected));
        assert.equal(events.some((one) => one.url === '/inner'), false);
        assert.equal(events.some((one) => one.url === path), path === '/moved');
    }
});

test('settings that cannot work are refused', async () => {
    await assert.rejects(startServer({ env: { ...env, WEBHOOK_SECRET: 'short' } }), /WEBHOOK_SECRET/);
    await assert.rejects(startServer({ env: { ...env, WEBHOOK_URLS: 'ftp://x' } }), /WEBHOOK_URLS/);
});
