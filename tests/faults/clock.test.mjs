// A lone server whose clock is set forward, back and right again: nobody loses his session, no clip waits for a time that was
// wrong, and no id comes twice.
import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { test } from 'node:test';

import { Person } from '../support/api.mjs';
import { clip } from '../support/clips.mjs';
import { clock } from '../support/clock.mjs';
import { checkHouse, rowsOf } from '../support/house.mjs';
import { slowness, startServer, temporaryFolder } from '../support/server.mjs';

test('a clock an hour ahead, a day ahead, an hour behind, and right again', async () => {
    const dataDir = await temporaryFolder();
    const ada = new Person();
    const posts = [];
    const refreshed = async (what) => {
        const answer = await ada.post('/api/v1/auth/refresh-token', { token: null });
        assert.equal(answer.status, 200, `${what}: ${answer.text}`);
        ada.token = answer.body.data.token;
        assert.equal((await ada.get('/api/v1/user/me')).status, 200, what);
    };
    for (const [i, offset] of ['+0', '+1h', '+1d', '-1h', '+0'].entries()) {
        // The last but one uploads what the last one, whose clock is right, has to process.
        const server = await startServer({ dataDir, env: { WORKERS: i === 4 ? '1' : '0', ...(offset === '+0' ? {} : clock(offset)) } });
        ada.url = server.url;
        try {
            if (i === 0) await ada.join('Ada');
            await refreshed(offset);
            posts.push((await ada.upload(await clip({ seconds: 1 + i }), { title: offset })).body.data.id);
            const answer = await ada.post(`/api/v1/video/${posts[0]}/comments`, { json: { content: offset } });
            assert.equal(answer.status, 200, answer.text);
            if (i < 4) continue;
            const start = Date.now();
            for (const id of posts) assert.equal((await ada.processed(id)).status, 'ready');
            assert.ok(Date.now() - start < 60_000 * slowness, `${Date.now() - start} ms`);
        } finally {
            await server.stop({ keepData: true });
        }
    }
    assert.equal(new Set(posts).size, 5);
    assert.deepEqual(await rowsOf(dataDir, "SELECT count(*) AS n FROM jobs WHERE state = 'done' AND fence = 1"), [{ n: 5 }]);
    await checkHouse(dataDir);
    await rm(dataDir, { recursive: true });
});
