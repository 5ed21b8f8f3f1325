// What is made of a clip beside its renditions; the same bytes twice; clips that are not let in.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';

import { Person } from '../support/api.mjs';
import { clip } from '../support/clips.mjs';
import { command } from '../support/command.mjs';
import { program, startServer, temporaryFolder, until } from '../support/server.mjs';

const run = promisify(execFile);
const ffmpeg = (...args) => run('ffmpeg', ['-v', 'error', '-y', ...args]);
let server;
let ada;
let bob;
let folder;
before(async () => {
    folder = await temporaryFolder();
    server = await startServer({ env: { WORKERS: '1' } });
    ada = await new Person(server.url).join();
    bob = await new Person(server.url).join('Bob');
});
after(async () => {
    await server?.stop();
    await rm(folder, { recursive: true, force: true });
});

const input = (seconds, { size = '180x320', rate = 10, seed = 0 } = {}) =>
    ['-f', 'lavfi', '-i', `testsrc2=size=${size}:rate=${rate}:duration=${seconds},hue=h=${seed}`, '-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p'];

async function probe(url) {
    const { stdout } = await run('ffprobe', ['-v', 'error', '-count_packets', '-show_streams', '-of', 'json', url]);
    return JSON.parse(stdout).streams[0];
}

test('storyboard, preview and placeholder', async () => {
    const file = path.join(folder, 'extras.mp4');
    await ffmpeg(...input(5), file);
    const uploaded = await ada.upload(file, { title: 'extras' });
    const video = await ada.processed(uploaded.body.data.id);
    assert.equal(video.status, 'ready', video.failure);
    assert.match(video.placeholder, /^#[0-9a-f]{6}$/);
    const hash = Buffer.from(video.thumbHash, 'base64');
    assert.ok(hash.length >= 12 && hash.length <= 25, video.thumbHash);
    assert.equal(hash[4] >> 7, 0, 'portrait');

    const board = await fetch(video.storyboardUrl);
    assert.match(board.headers.get('content-type'), /^text\/vtt/);
    const cues = [...(await board.text()).matchAll(/(\d\d:\d\d:\d\d\.\d{3}) --> (\d\d:\d\d:\d\d\.\d{3})\n(\S+)#xywh=(\d+),(\d+),(\d+),(\d+)/g)];
    assert.equal(cues.length, 5);
    assert.equal(cues[0][1], '00:00:00.000');
    assert.equal(cues[4][2], '00:00:05.000');
    const sheet = await probe(new URL(cues[0][3], video.storyboardUrl).href);
    const [, , , , x, y, w, h] = cues[4].map(Number);
    assert.equal(w / h, 180 / 320, 'tiles have the aspect of the clip');
    assert.ok(x + w <= sheet.width && y + h <= sheet.height);

    const preview = await fetch(video.previewUrl);
    assert.equal(preview.headers.get('content-type'), 'image/webp');
    const bytes = Buffer.from(await preview.arrayBuffer());
    assert.equal(bytes.toString('latin1', 0, 4) + bytes.toString('latin1', 8, 12), 'RIFFWEBP');
    const frames = bytes.toString('latin1').split('ANMF').length - 1;
    assert.ok(frames > 15 && frames <= 24, `${frames} frames`);
});

test('what the work took and gave is in the metadata, the metrics and a report', async () => {
    const file = path.join(folder, 'measured.mp4');
    await ffmpeg(...input(2, { size: '540x960' }), file);
    const uploaded = await ada.upload(file, { title: 'measured' });
    const video = await ada.processed(uploaded.body.data.id);
    const { stages, renditions } = video.metadata.encoding;
    assert.deepEqual(Object.keys(stages), ['measure', 'early', 'encode', 'finish']);
    for (const { wall, cpu } of Object.values(stages)) assert.ok(wall >= 0 && cpu >= 0);
    assert.ok(stages.encode.cpu > 0);
    assert.deepEqual(Object.keys(renditions).sort(), ['360', '540']);
    for (const { bitRate, ssim } of Object.values(renditions)) {
        assert.ok(bitRate > 10_000, `${bitRate} bit/s`);
        assert.ok(ssim > 0.9 && ssim < 1, `SSIM ${ssim}`);
    }
    const metrics = (await ada.get('/metrics')).text;
    assert.match(metrics, /reelshare_media_stage_cpu_seconds_total\{stage="encode"\} [0-9.]*[1-9]/);
    assert.match(metrics, /reelshare_rendition_ssim_count\{rendition="540"\} [1-9]/);
    assert.match(metrics, /reelshare_cell_wall\{wall="seccomp"\} 1\b/);
    const { stdout } = await run(program, ['transcode', file, path.join(folder, 'report'), '--report']);
    assert.match(stdout, /stage +wall s +CPU s\n +measure +\d+\.\d{3} +\d+\.\d{3}\n/);
    assert.match(stdout, /rendition .*SSIM\n +540 +540x960 +\d+ +0\.9\d+\n/);
});

test('sound is brought to one loudness', async () => {
    const loudnessOf = async (url) => {
        const { stderr } = await run('ffmpeg', ['-nostats', '-i', url, '-af', 'ebur128=peak=true', '-f', 'null', '-']);
        const summary = stderr.slice(stderr.lastIndexOf('Summary'));
        return { lufs: Number(summary.match(/I:\s+(-?[\d.]+) LUFS/)[1]), peak: Number(summary.match(/Peak:\s+(-?[\d.]+) dBFS/)[1]) };
    };
    for (const [name, volume] of [['quiet', 0.1], ['loud', 4]]) {
        const file = path.join(folder, `${name}.mp4`);
        await ffmpeg('-f', 'lavfi', '-i', `aevalsrc=${volume}*0.2*(sin(2*PI*440*t)+sin(2*PI*660*t)):s=48000:d=4`, ...input(4), '-c:a', 'aac', '-b:a', '192k', file);
        const uploaded = await ada.upload(file, { title: name });
        const video = await ada.processed(uploaded.body.data.id);
        const { lufs, peak } = await loudnessOf(video.renditions[0].url);
        const { loudness } = video.metadata;
        assert.ok(Math.abs(lufs - (loudness.integrated + loudness.gain)) < 0.7, `${lufs} LUFS after ${JSON.stringify(loudness)}`);
        assert.ok(peak < 0, `${name}: peak ${peak} dBTP`);
        if (name === 'loud') assert.ok(Math.abs(lufs + 14) < 1, `${lufs} LUFS`);
        else assert.ok(Math.abs(loudness.gain - 12) < 1, `${loudness.gain} dB`);
    }
});

test('the same bytes are processed and stored once, and go with the last post', async () => {
    const file = path.join(folder, 'twice.mp4');
    await ffmpeg(...input(2, { seed: 90 }), file);
    const first = await ada.processed((await ada.upload(file, { title: 'first' })).body.data.id);
    const uploaded = await bob.upload(file, { title: 'second' });
    assert.equal(uploaded.status, 201);
    assert.equal(uploaded.body.data.status, 'processing', 'as any other clip');
    assert.equal(uploaded.body.data.videoUrl, null);
    const second = await bob.processed(uploaded.body.data.id);
    assert.equal(second.status, 'ready');
    assert.equal(second.videoUrl, first.videoUrl);
    assert.equal(second.title, 'second');

    assert.equal((await ada.delete(`/api/v1/video/${first.id}`)).status, 200);
    assert.equal((await fetch(second.videoUrl)).status, 200, 'still used by the other post');
    assert.equal((await bob.delete(`/api/v1/video/${second.id}`)).status, 200);
    await until(async () => (await fetch(second.videoUrl)).status === 404, { what: 'the media to be gone' });
});

test('the second upload of the same bytes takes as long as the first', async () => {
    const file = path.join(folder, 'as-long.mp4');
    await ffmpeg(...input(12, { size: '540x960', rate: 30, seed: 45 }), file);
    const seconds = async (person, title) => {
        const { id } = (await person.upload(file, { title })).body.data;
        const began = Date.now();
        assert.equal((await person.processed(id)).status, 'ready');
        return (Date.now() - began) / 1000;
    };
    const first = await seconds(ada, 'first');
    const second = await seconds(bob, 'second');
    assert.ok(first > 0.5, `too little work to compare: ${first} s`);
    assert.ok(second > 0.7 * first && second < 1.4 * first + 1, `${second} s after ${first} s`);
});

test('without their sources clips are shared, deleted and found whole all the same', async () => {
    const dataDir = await temporaryFolder();
    const bare = await startServer({ dataDir, env: { KEEP_SOURCE: 'false' } });
    let left;
    try {
        const cora = await new Person(bare.url).join('Cora');
        const file = path.join(folder, 'without-source.mp4');
        await ffmpeg(...input(2, { seed: 270 }), file);
        const first = await cora.processed((await cora.upload(file, { title: 'first' })).body.data.id);
        const second = await cora.processed((await cora.upload(file, { title: 'second' })).body.data.id);
        assert.equal(second.videoUrl, first.videoUrl);
        assert.equal((await cora.delete(`/api/v1/video/${first.id}`)).status, 200);
        assert.equal((await fetch(second.videoUrl)).status, 200);
        assert.equal((await cora.delete(`/api/v1/video/${second.id}`)).status, 200);
        await until(async () => (await fetch(second.videoUrl)).status === 404, { what: 'the media to be gone' });
        left = await cora.processed((await cora.upload(file, { title: 'third' })).body.data.id);
        assert.equal(left.status, 'ready');
    } finally {
        await bare.stop();
    }
    const checked = await command(dataDir, ['fsck', '--read']);
    assert.equal(checked.code, 0, checked.output);
    await rm(dataDir, { recursive: true, force: true });
});

test('another poster is another asset', async () => {
    const file = path.join(folder, 'posters.mp4');
    await ffmpeg(...input(2, { seed: 180 }), file);
    const first = await ada.processed((await ada.upload(file, { title: 'one', thumbnailAt: 0 })).body.data.id);
    const second = await bob.processed((await bob.upload(file, { title: 'two', thumbnailAt: 1 })).body.data.id);
    assert.notEqual(second.thumbnail, first.thumbnail);
});

/** Sends the beginning of an upload that says it is far longer; resolves with the answer's head. */
function beginUpload(head) {
    const boundary = 'x-boundary';
    const start = Buffer.concat([
        Buffer.from(`--${boundary}\r\nContent-Disposition: form-data; name="reelVideo"; filename="a.mp4"\r\n\r\n`), head,
    ]);
    return new Promise((done, failed) => {
        const socket = connect(server.port, '127.0.0.1', () => {
            socket.write(`POST /api/v1/video/upload HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${ada.token}\r\n`
                + `Content-Type: multipart/form-data; boundary=${boundary}\r\nContent-Length: ${start.length + 50_000_000}\r\n\r\n`);
            socket.write(start);
        });
        let text = '';
        socket.on('data', (piece) => {
            text += piece;
            if (text.includes('"requestId"')) { socket.destroy(); done(text); }
        });
        socket.on('error', failed);
        socket.on('close', () => done(text));
    });
}

test('a clip that is too long is refused by its header, long before it has arrived', async () => {
    for (const extension of ['mp4', 'mkv']) {
        const file = path.join(folder, `long.${extension}`);
        await ffmpeg(...input(200, { size: '64x64', rate: 1 }), ...(extension === 'mp4' ? ['-movflags', 'faststart'] : []), file);
        const bytes = await readFile(file);
        const answer = await beginUpload(bytes.subarray(0, Math.floor(bytes.length * 0.8)));
        assert.match(answer, /^HTTP\/1\.1 413 /, answer);
        assert.match(answer, /longer than 180 seconds/);
    }
});

test('a resumable upload of a clip that is too long is refused and removed while most of it is to come', async () => {
    const file = path.join(folder, 'long-tus.mp4');
    await ffmpeg(...input(200, { size: '64x64', rate: 1 }), '-movflags', 'faststart', file);
    const bytes = await readFile(file);
    const tus = (method, address, headers, body) =>
        ada.request(method, address, { headers: { 'tus-resumable': '1.0.0', ...headers }, body });
    const made = await tus('POST', '/api/v1/upload/tus', { 'upload-length': String(bytes.length + 50_000_000), 'upload-metadata': `title ${btoa('long')}` });
    assert.equal(made.status, 201, made.text);
    const upload = new URL(made.headers.get('location')).pathname;
    const refused = await tus('PATCH', upload, { 'content-type': 'application/offset+octet-stream', 'upload-offset': '0' },
        bytes.subarray(0, Math.floor(bytes.length * 0.8)));
    assert.equal(refused.status, 413, refused.text);
    assert.match(refused.text, /longer than 180 seconds/);
    assert.equal((await tus('HEAD', upload)).status, 404);
});

test('a file without a picture is refused by its header', async () => {
    const file = path.join(folder, 'sound.mp4');
    await ffmpeg('-f', 'lavfi', '-i', 'sine=duration=5', '-c:a', 'aac', '-movflags', 'faststart', file);
    const bytes = await readFile(file);
    const answer = await beginUpload(bytes.subarray(0, Math.floor(bytes.length * 0.8)));
    assert.match(answer, /^HTTP\/1\.1 415 /, answer);
    assert.match(answer, /no picture/);
});

test('a banned clip does not come back, neither its bytes nor its pictures', async () => {
    // The embedded database has one user at a time.
    const dataDir = await temporaryFolder();
    const withServer = async (act) => {
        // Nothing of a ban needs the source.
        const one = await startServer({ dataDir, env: { KEEP_SOURCE: 'false' } });
        try {
            return await act(one);
        } finally {
            await one.stop();
        }
    };
    let env = {};
    const ban = async (...words) => (await run(program, ['ban', ...words], { env: { ...process.env, ...env, DATA_DIR: dataDir } })).stdout.trim();
    const file = path.join(folder, 'banned.mp4');
    const again = path.join(folder, 'banned-again.mp4');
    await ffmpeg('-f', 'lavfi', '-i', 'mandelbrot=size=180x320:rate=10', '-t', '4', '-c:v', 'libx264', '-pix_fmt', 'yuv420p', file);
    await ffmpeg('-i', file, '-vf', 'scale=144:256,eq=brightness=0.03', '-crf', '32', again);
    const stateOf = async (url, bytes) => {
        const person = await new Person(url).join();
        return person.processed((await person.upload(bytes, { title: 'clip' })).body.data.id);
    };
    const video = await withServer((up) => {
        env = up.env;
        return stateOf(up.url, file);
    });
    assert.equal(video.status, 'ready');
    const id = await ban('add', video.id, '--note', 'told so');
    assert.match(await ban('list'), /told so/);
    await withServer(async ({ url }) => {
        for (const bytes of [file, again]) {
            const refused = await stateOf(url, bytes);
            assert.equal(refused.status, 'failed', bytes);
            assert.match(refused.failure, /not allowed/);
        }
    });
    await ban('remove', id);
    await ban('add', createHash('sha256').update(await readFile(file)).digest('hex'));
    await withServer(async ({ url }) => {
        assert.equal((await stateOf(url, again)).status, 'ready', 'only the bytes are banned');
        assert.equal((await stateOf(url, file)).status, 'failed');
    });
    await assert.rejects(ban('add', 'nonsense'), { code: 2 });
    await rm(dataDir, { recursive: true, force: true });
});
