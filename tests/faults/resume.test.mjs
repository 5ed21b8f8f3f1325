// A server killed in the middle of resumable uploads: what was acknowledged is there, the client goes on.
import assert from 'node:assert/strict';
import { readdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';

import * as tus from 'tus-js-client';

import { Person } from '../support/api.mjs';
import { clip } from '../support/clips.mjs';
import { startServer, temporaryFolder, until } from '../support/server.mjs';

const route = '/api/v1/upload/tus';

test('killed again and again in the middle, tus-js-client resumes and the clip is whole', async () => {
    const dataDir = await temporaryFolder();
    const bytes = await readFile(await clip({ seconds: 20, width: 720, height: 1280 }));
    let server = await startServer({ dataDir });
    try {
        const ada = await new Person(server.url).join('Ada');
        let kills = 0;
        let killing = null;
        let acknowledged = 0;
        const id = await new Promise((done, failed) => {
            let video = null;
            const upload = new tus.Upload(bytes, {
                endpoint: server.url + route,
                headers: { authorization: `Bearer ${ada.token}` },
                metadata: { title: 'killed' },
                chunkSize: 100_000,
                retryDelays: Array.from({ length: 100 }, () => 200),
                onAfterResponse: (request, response) => {
                    video = response.getHeader('X-Video-Id') ?? video;
                    const offset = Number(response.getHeader('Upload-Offset') ?? 0);
                    // Never behind what was acknowledged before.
                    if (offset < acknowledged) failed(new Error(`${offset} after ${acknowledged}`));
                    acknowledged = offset;
                },
                onProgress: (sent) => {
                    if (killing || kills >= 4 || sent < ((kills + 1) * bytes.length) / 6) return;
                    kills += 1;
                    killing = (async () => {
                        await server.kill();
                        server = await startServer({ dataDir, port: server.port });
                        killing = null;
                    })().catch(failed);
                },
                onSuccess: () => done(video),
                onError: failed,
            });
            upload.start();
        });
        assert.equal(kills, 4);
        const video = await ada.processed(id);
        assert.equal(video.status, 'ready');
        assert.equal(video.metadata.size, bytes.length);
        await until(async () => (await readdir(path.join(dataDir, 'objects/partial'))).length === 0, { what: 'the unfinished object to go' });
        await server.stop({ keepData: true });
    } finally {
        await rm(dataDir, { recursive: true, force: true });
    }
});
