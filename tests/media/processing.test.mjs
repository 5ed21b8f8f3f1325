// Every clip of the generator and, where they are, every real clip: uploaded, processed, and what came
// out looked at by ffprobe, ffmpeg and Chromium.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readdir, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { fileURLToPath } from 'node:url';

import { patchesOf, shown } from '../clips/colours.mjs';
import { generate } from '../clips/generate.mjs';
import { Person } from '../support/api.mjs';
import { launch, open } from '../support/browser.mjs';
import { program, startServer, temporaryFolder, until } from '../support/server.mjs';

const run = promisify(execFile);
const here = path.dirname(fileURLToPath(import.meta.url));
const samplesFolder = process.env.SAMPLES_DIR ?? path.resolve(here, '../../../shared/samples');
const made = await generate(path.join(os.tmpdir(), `reelshare-clips-${process.getuid()}`));

/** What becomes of the real clips, by what their names say. */
async function realClips() {
    const names = await readdir(samplesFolder).catch(() => []);
    return names.filter((name) => /\.(mp4|mov|webm|mkv)$/.test(name)).map((name) => ({
        name,
        file: path.join(samplesFolder, name),
        expect: /^too_long/.test(name) ? { failed: 'too_long' }
            : /^broken_audio_only/.test(name) ? { failed: 'no_video' }
            : /^unsupported/.test(name) ? { failed: 'unsupported' }
            : /^broken_(no_index|bitstream)/.test(name) ? { failed: 'unreadable' }
            : /^damaged/.test(name) ? { any: true } : {},
    }));
}
const all = [...made, ...(await realClips())];

let server;
let ada;
let browser;
let page;
before(async () => {
    server = await startServer({ env: { WORKERS: '2' } });
    ada = await new Person(server.url).join();
    browser = await launch();
    page = await open(browser, server.url);
    await page.goto('/');
});
after(async () => {
    await browser?.close();
    await server?.stop();
});

async function probe(url) {
    const { stdout } = await run('ffprobe', ['-v', 'error', '-show_streams', '-show_format', '-of', 'json', url]);
    const { streams, format } = JSON.parse(stdout);
    const of = (type) => streams.find((stream) => stream.codec_type === type);
    return { video: of('video'), audio: of('audio'), format };
}

/** Colours at the middle of the four quarters of a picture. */
async function corners(url) {
    const { stdout } = await run('ffmpeg', ['-v', 'error', '-i', url, '-vf', 'scale=4:4:flags=area,format=rgb24', '-frames:v', '1', '-f', 'rawvideo', '-'], { encoding: 'buffer' });
    const names = { red: [255, 0, 0], lime: [0, 255, 0], blue: [0, 0, 255], yellow: [255, 255, 0] };
    return [[0, 0], [3, 0], [0, 3], [3, 3]].map(([x, y]) => {
        const at = (y * 4 + x) * 3;
        const distance = (rgb) => rgb.reduce((sum, value, i) => sum + Math.abs(value - stdout[at + i]), 0);
        return Object.keys(names).sort((a, b) => distance(names[a]) - distance(names[b]))[0];
    });
}

/** What must be seen of the patches of a clip that was filmed in another colour space. */
async function checkPatches(url) {
    const { stdout } = await run('ffmpeg', ['-v', 'error', '-i', url, '-vf', 'scale=640:360,format=rgb24', '-frames:v', '1', '-f', 'rawvideo', '-'],
        { encoding: 'buffer', maxBuffer: 1 << 20 });
    const seen = patchesOf(stdout, 640, 360);
    for (const [name, colour] of Object.entries(shown))
        if (colour) colour.forEach((value, c) => assert.ok(Math.abs(seen[name][c] - value) < 8, `${name}: ${seen[name].map(Math.round)}, not ${colour.map(Math.round)} (${url})`));
    for (const name of ['paper', 'lamp']) assert.ok(Math.max(...seen[name]) - Math.min(...seen[name]) < 6, `${name} has no colour: ${seen[name]}`);
    assert.ok(seen.paper[1] > 200, `paper is white: ${seen.paper}`);
    assert.ok(seen.lamp[1] >= seen.paper[1], `a lamp is brighter than paper: ${seen.lamp}`);
    return seen;
}

/** What a browser makes of the file. */
const inBrowser = (url) => page.evaluate((src) => new Promise((done, failed) => {
    const video = document.createElement('video');
    video.muted = true;
    video.onloadeddata = () => done({ width: video.videoWidth, height: video.videoHeight, duration: video.duration });
    video.onerror = () => failed(new Error(`${src}: ${video.error?.message}`));
    video.src = src;
}), url);

/** Playlists and the file they cut into ranges fit each other. */
async function checkPlaylists(video) {
    const master = await (await fetch(video.hlsUrl)).text();
    const names = [...master.matchAll(/^[^#\s].*$/gm)].map(([line]) => line);
    assert.ok(names.length >= 1, master);
    for (const line of master.match(/#EXT-X-STREAM-INF:.*/g))
        for (const attribute of ['BANDWIDTH', 'AVERAGE-BANDWIDTH', 'CODECS', 'RESOLUTION', 'FRAME-RATE'])
            assert.match(line, new RegExp(`[:,]${attribute}=`));
    const boundaries = new Set();
    for (const name of names) {
        const playlist = await (await fetch(new URL(name, video.hlsUrl))).text();
        const file = playlist.match(/#EXT-X-MAP:URI="([^"]+)"/)[1];
        const bytes = Buffer.from(await (await fetch(new URL(file, video.hlsUrl))).arrayBuffer());
        let end;
        const durations = [...playlist.matchAll(/#EXTINF:([\d.]+),\n#EXT-X-BYTERANGE:(\d+)@(\d+)/g)].map(([, seconds, size, offset]) => {
            assert.equal(bytes.toString('latin1', Number(offset) + 4, Number(offset) + 8), 'moof');
            if (end !== undefined) assert.equal(Number(offset), end);
            end = Number(offset) + Number(size);
            return Number(seconds);
        });
        assert.equal(end, bytes.length);
        const total = durations.reduce((a, b) => a + b, 0);
        assert.ok(Math.abs(total - video.duration) < 0.1, `${name}: ${total} s of ${video.duration} s`);
        boundaries.add(durations.map((value) => value.toFixed(3)).join());
        assert.equal(bytes.indexOf('moov') < bytes.indexOf('sidx') && bytes.indexOf('sidx') < bytes.indexOf('moof'), true);
    }
    assert.equal(boundaries.size, 1, 'segments are aligned across renditions');
    return names.map((name) => new URL(name.replace('.m3u8', '.mp4'), video.hlsUrl).href);
}

const rate = (text) => Number(text.split('/')[0]) / Number(text.split('/')[1]);

async function checkReady(video, expect, file) {
    assert.ok(video.duration > 0);
    const renditions = await checkPlaylists(video);
    const short = (stream) => Math.min(stream.width, stream.height);
    let previous;
    for (const url of renditions) {
        const { video: stream, audio, format } = await probe(url);
        assert.equal(stream.codec_name, 'h264');
        assert.equal(stream.pix_fmt, 'yuv420p');
        assert.equal(stream.color_space, 'bt709');
        assert.ok(!stream.side_data_list?.some((data) => data.displaymatrix), 'upright by its pixels');
        assert.ok(Math.abs(Number(format.duration) - video.duration) < 0.1, `${url}: ${format.duration}`);
        assert.ok(Number(stream.start_time) < 0.04 && (!audio || Number(audio.start_time) < 0.04), 'both begin at once');
        if (expect.audio !== undefined) assert.equal(Boolean(audio), expect.audio);
        if (audio) assert.ok(Math.abs(Number(audio.duration) - video.duration) < 0.15, `sound ${audio.duration} s`);
        if (expect.maxRate) assert.ok(rate(stream.avg_frame_rate) <= expect.maxRate, stream.avg_frame_rate);
        if (previous) assert.ok(short(stream) < previous);
        previous = short(stream);
        assert.ok(short(stream) <= 1080);
        const seen = await inBrowser(url);
        assert.deepEqual([seen.width, seen.height], [stream.width, stream.height]);
        assert.ok(Math.abs(seen.duration - video.duration) < 0.1, `Chromium: ${seen.duration} s of ${video.duration} s`);
    }
    const smallest = renditions.at(-1);
    const { stderr } = await run('ffmpeg', ['-v', 'error', '-xerror', '-i', smallest, '-f', 'null', '-']);
    assert.equal(stderr, '', 'decodes without a complaint');
    const top = (await probe(renditions[0])).video;
    if (expect.width) assert.deepEqual([top.width, top.height], [expect.width, expect.height]);
    if (expect.duration) assert.ok(Math.abs(video.duration - expect.duration) < 0.1, `${video.duration} s, not ${expect.duration} s`);
    else if (expect.damaged) {
        assert.ok(video.duration >= expect.atLeast && video.duration <= expect.atMost, `${video.duration} s`);
        assert.match(video.warning ?? '', /^The (end of the )?file is (missing|damaged).*\.$/, 'the owner is told');
    } else if (!expect.any) {
        const { format } = await probe(file);
        const claimed = Number(format.duration);
        if (claimed < 1000) assert.ok(Math.abs(video.duration - claimed) < 0.15, `${video.duration} s, not ${claimed} s`);
    }
    const poster = (await probe(video.thumbnail)).video;
    assert.ok(Math.abs(poster.width / poster.height - top.width / top.height) < 0.02, 'the poster has the aspect of the clip');
    assert.match(video.placeholder ?? '#000000', /^#[0-9a-f]{6}$/);
    if (expect.corners) {
        assert.deepEqual(await corners(smallest), expect.corners);
        assert.deepEqual(await corners(video.thumbnail), expect.corners);
    }
    if (expect.patches) {
        await checkPatches(renditions[0]);
        await checkPatches(video.thumbnail);
    }
    for (const secret of expect.hides ?? []) {
        for (const url of [...renditions, video.thumbnail])
            assert.ok(!Buffer.from(await (await fetch(url)).arrayBuffer()).includes(secret), `${secret} is published`);
        assert.ok(!JSON.stringify(video).includes(secret));
    }
}

for (const { name, file, expect } of all) {
    test(name, async () => {
        const answer = await ada.upload(file, { title: name });
        if (answer.status !== 201) {
            assert.ok(expect.failed || expect.any, answer.text);
            assert.ok([413, 415].includes(answer.status), answer.text);
            return;
        }
        const video = await ada.processed(answer.body.data.id, { ms: 180_000 });
        if (expect.failed) {
            assert.equal(video.status, 'failed');
            assert.match(video.failure, /^[A-Z][^{}<>]{10,150}\.$/, 'a sentence for people');
            return;
        }
        if (expect.any && video.status === 'failed') return;
        assert.equal(video.status, 'ready', video.failure);
        await checkReady(video, expect, file);
    });
}

test('sound and picture stay together', async () => {
    // White and loud from second 1 to 1.5, else black and silent.
    const file = path.join(os.tmpdir(), `reelshare-sync-${process.pid}.mp4`);
    await run('ffmpeg', ['-v', 'error', '-y', '-f', 'lavfi', '-i', 'color=black:s=320x240:r=30:d=3',
        '-f', 'lavfi', '-i', "aevalsrc='if(between(t,1,1.5),sin(2*PI*1000*t),0)':d=3",
        '-vf', "drawbox=c=white:t=fill:enable='between(t,1,1.4999)'", '-c:v', 'libx264', '-c:a', 'aac', '-pix_fmt', 'yuv420p', file]);
    const uploaded = await ada.upload(file, { title: 'sync' });
    const video = await ada.processed(uploaded.body.data.id);
    const log = (await run('ffmpeg', ['-i', video.videoUrl, '-af', 'silencedetect=n=-30dB:d=0.1', '-vf', 'blackdetect=d=0.1:pix_th=0.2', '-f', 'null', '-'])).stderr;
    const loud = Number(log.match(/silence_end: ([\d.]+)/)[1]);
    const white = Number(log.match(/black_end:([\d.]+)/)[1]);
    assert.ok(Math.abs(loud - 1) < 0.05 && Math.abs(white - 1) < 0.05, `sound at ${loud} s, picture at ${white} s`);
});

test('the poster is the moment that was asked for, and never black by choice', async () => {
    const file = path.join(os.tmpdir(), `reelshare-poster-${process.pid}.mp4`);
    await run('ffmpeg', ['-v', 'error', '-y', '-f', 'lavfi', '-i', 'color=black:s=320x240:r=30:d=1', '-f', 'lavfi', '-i', 'color=red:s=320x240:r=30:d=1',
        '-f', 'lavfi', '-i', 'color=blue:s=320x240:r=30:d=1', '-filter_complex', '[0][1][2]concat=n=3', '-c:v', 'libx264', '-pix_fmt', 'yuv420p', file]);
    const chosen = await ada.upload(file, { title: 'chosen', thumbnailAt: 2.5 });
    assert.equal((await corners((await ada.processed(chosen.body.data.id)).thumbnail))[0], 'blue');
    const free = await ada.upload(file, { title: 'free' });
    const { stdout } = await run('ffmpeg', ['-v', 'error', '-i', (await ada.processed(free.body.data.id)).thumbnail, '-vf', 'scale=1:1,format=gray', '-f', 'rawvideo', '-'], { encoding: 'buffer' });
    assert.ok(stdout[0] > 10, 'not black');
});

test('nothing is left of what was processed', async () => {
    await until(async () => (await readdir(path.join(server.dataDir, 'scratch')).catch(() => [])).length === 0, { what: 'an empty scratch folder' });
});

test('HLG on a machine with one core', async () => {
    const { file } = made.find(({ name }) => name === 'patches_hlg.mov');
    const folder = await temporaryFolder('reelshare-one-core-');
    await run('taskset', ['-c', '0', program, 'transcode', file, folder]);
    await checkPatches(path.join(folder, '360.mp4'));
    await rm(folder, { recursive: true });
});
