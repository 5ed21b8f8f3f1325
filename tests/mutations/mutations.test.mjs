// Thousands of damaged clips through the real media program, walls and all: each ends with a verdict in its time.
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { mkdir, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { fileURLToPath } from 'node:url';

import { mutate } from '../clips/mutate.mjs';
import { program, slowness, temporaryFolder } from '../support/server.mjs';

const run = promisify(execFile);
const media = process.env.REELSHARE_MEDIA ?? path.join(path.dirname(program), 'reelshare-media');
const count = Number(process.env.MUTATIONS ?? 2_000);
/** Its own limit is 10 s of CPU; on a busy machine they take longer. */
const limit = 60_000 * slowness;
const job = { maxDuration: 10, maxPixels: 2048 * 2048, maxStreams: 8, threads: 1, memoryBytes: 512 * 2 ** 20, cpuSeconds: 10, outputBytes: 64 * 2 ** 20 };

let folder;
const seeds = [];
const real = [];
before(async () => {
    folder = await temporaryFolder();
    const picture = ['-f', 'lavfi', '-i', 'testsrc2=size=48x64:rate=10:duration=0.6'];
    const tone = ['-f', 'lavfi', '-i', 'sine=duration=0.6'];
    const kinds = {
        'a.mp4': [...picture, ...tone, '-c:v', 'libx264', '-c:a', 'aac', '-movflags', 'faststart'],
        'b.mp4': [...picture, ...tone, '-c:v', 'libx264', '-c:a', 'aac', '-movflags', 'frag_keyframe+empty_moov', '-g', '3'],
        'c.mov': [...picture, ...tone, '-c:v', 'libx265', '-x265-params', 'log-level=none', '-tag:v', 'hvc1', '-c:a', 'pcm_s16le'],
        'd.webm': [...picture, ...tone, '-c:v', 'libvpx-vp9', '-deadline', 'realtime', '-cpu-used', '8', '-c:a', 'libopus'],
        'e.mkv': [...picture, ...tone, '-c:v', 'mpeg4', '-c:a', 'libmp3lame'],
    };
    // Where there are real clips, the small ones too: phones and other programs wrote them.
    const samples = process.env.SAMPLES_DIR ?? path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../../shared/samples');
    for (const name of (await readdir(samples).catch(() => [])).sort()) {
        const file = path.join(samples, name);
        if (/\.(mp4|mov|webm|mkv)$/.test(name) && (await stat(file)).size < 120_000) real.push(await readFile(file));
    }
    for (const [name, args] of Object.entries(kinds)) {
        const file = path.join(folder, name);
        await run('ffmpeg', ['-v', 'error', '-y', ...args, '-pix_fmt', 'yuv420p', file]);
        seeds.push(await readFile(file));
    }
});
after(() => rm(folder, { recursive: true, force: true }));

/** How the program ends on this file: { code, signal, last }. */
async function end(bytes, name) {
    const out = path.join(folder, name);
    const file = `${out}.clip`;
    await mkdir(out);
    await writeFile(file, bytes);
    const input = openSync(file, 'r');
    const output = openSync(out, 'r');
    try {
        const child = spawn(media, ['--input-fd', '3', '--output-fd', '4'], { stdio: ['pipe', 'pipe', 'ignore', input, output] });
        child.stdin.on('error', () => {});
        child.stdin.end(`${JSON.stringify(job)}\n`);
        let text = '';
        child.stdout.on('data', (piece) => (text += piece));
        let late = false;
        const timer = setTimeout(() => { late = true; child.kill('SIGKILL'); }, limit);
        const how = await new Promise((done) => child.once('close', (code, signal) => done({ code, signal })));
        clearTimeout(timer);
        const last = text.trim().split('\n').at(-1);
        return { ...how, late, event: last ? JSON.parse(last).event : undefined };
    } finally {
        closeSync(input);
        closeSync(output);
        await rm(out, { recursive: true, force: true });
        await rm(file, { force: true });
    }
}

test(`${count} damaged clips`, async () => {
    const tally = {};
    let next = 0;
    const lane = async () => {
        for (let i = next++; i < count; i = next++) {
            // Real ones are larger: every eighth.
            const from = real.length && i % 8 === 7 ? real : seeds;
            const how = await end(mutate(from[(i >> 3) % from.length], i), `mutant-${i}`);
            const word = how.late ? 'hung' : how.signal ?? `${how.code} ${how.event}`;
            tally[word] = (tally[word] ?? 0) + 1;
            assert.ok(!how.late, `number ${i} does not end`);
            // A crash is contained: one failed job. What must not be: one that comes near a wall.
            assert.notEqual(how.signal, 'SIGSYS', `number ${i} did what the walls forbid`);
            if (how.code === 0) assert.equal(how.event, 'done', `number ${i}`);
            if (how.code === 1) assert.equal(how.event, 'failed', `number ${i}`);
        }
    };
    await Promise.all(os.cpus().map(lane));
    console.log(JSON.stringify(tally));
    const verdicts = (tally['0 done'] ?? 0) + (tally['1 failed'] ?? 0);
    assert.ok(verdicts >= count * 0.98, `${verdicts} verdicts of ${count}: ${JSON.stringify(tally)}`);
});
