// Delivery of clips that lie in an S3 service, by way of ReelShare, against that service asked directly. Both run on the
// same cores: what the service needs for a byte is paid twice in the same run, once by each side.
import { writeFile } from 'node:fs/promises';
import path from 'node:path';

import { Person } from '../tests/support/api.mjs';
import { startS3 } from '../tests/support/s3.mjs';
import { marked, ratio, report, startPinned, temporaryFolder, wrk } from './support.mjs';

/** Whole clips, as a player that has taste for them fetches them; `paths` in turn. */
async function script(folder, paths) {
    const file = path.join(folder, 'clips.lua');
    await writeFile(file, `
local paths = {${paths.map((one) => `"${one}"`).join(', ')}}
local next = 0
request = function()
  next = next % #paths + 1
  return wrk.format("GET", paths[next])
end`);
    return file;
}

async function openToAll(s3, bucket) {
    const policy = path.join(await temporaryFolder('reelshare-policy-'), 'policy.json');
    await writeFile(policy, JSON.stringify({
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource: `arn:aws:s3:::${bucket}/media/*` }],
    }));
    await s3.curl(`${bucket}?policy=`, '-X', 'PUT', '--data-binary', `@${policy}`);
}

export async function s3({ phoneClip }) {
    const service = await startS3();
    const bucket = await service.createBucket();
    const env = {
        S3_BUCKET: bucket, AWS_ENDPOINT_URL: service.endpoint, AWS_REGION: service.region,
        AWS_ACCESS_KEY_ID: service.accessKey, AWS_SECRET_ACCESS_KEY: service.secretKey,
    };
    const dataDir = await temporaryFolder('reelshare-bench-s3-');
    const first = await startPinned({ core: '0,1', dataDir, env });
    const ada = await new Person(first.url).join();
    const videos = [];
    for (let i = 0; i < 4; ++i) {
        const answer = await ada.upload(await marked(phoneClip, i), { title: `Clip ${i}` }, { query: '?wait=ready' });
        if (answer.body?.data?.status !== 'ready') throw new Error(answer.text);
        videos.push(answer.body.data);
    }
    await first.stop();
    await openToAll(service, bucket);
    const renditions = videos.flatMap((video) => video.renditions);
    const paths = renditions.map(({ url }) => new URL(url).pathname);
    // One after the other they are more than the smaller cache holds: no part is there when it is asked for again.
    const all = renditions.reduce((sum, { size }) => sum + size, 0) / 2 ** 20;
    if (all < 34) throw new Error(`the clips are too small for this figure: ${all} MiB`);
    const ours = await script(dataDir, paths);
    const theirs = await script(await temporaryFolder('reelshare-bench-s3-'), paths.map((one) => `/${bucket}${one}`));
    for (const [what, cache, goal] of [['every byte from it', '32', 0.8], ['parts kept in memory', '256', 0.8]]) {
        const server = await startPinned({ core: '0,1', dataDir, env: { ...env, WORKERS: '0', MEDIA_CACHE_MB: cache } });
        const value = await ratio(3, () => wrk({ core: '0,1', url: server.url, script: ours, connections: 16 }),
            () => wrk({ core: '0,1', url: service.endpoint, script: theirs, connections: 16 }), 'bytes');
        report(`clips from S3, ${what}: bytes/s against the S3 server alone`, value.toFixed(2), `>= ${goal}`, value >= goal);
        await server.stop();
    }
    await service.stop();
}
