// How often clips that have nothing in common are taken for each other by how they look, and how often a copy is
// still known: the threshold of bans (src/processing/bans.cpp), which this repeats.
import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { mkdir, readdir, rm } from 'node:fs/promises';
import path from 'node:path';

import { program, report, run, temporaryFolder } from './support.mjs';

const mediaProgram = process.env.REELSHARE_MEDIA ?? path.join(path.dirname(program), 'reelshare-media');

/** The looks of a clip, one a second where the picture has one; nothing where it cannot be processed. */
async function looksOf(file, folder) {
    const out = path.join(folder, 'looks');
    await mkdir(out);
    const [input, output] = [openSync(file, 'r'), openSync(out, 'r')];
    try {
        const child = spawn(mediaProgram, ['--input-fd', '3', '--output-fd', '4'], { stdio: ['pipe', 'pipe', 'ignore', input, output] });
        child.stdin.end(`${JSON.stringify({ maxDuration: 400, maxPixels: 2 ** 24, maxStreams: 16, threads: 0, memoryBytes: 2 ** 31, cpuSeconds: 600, outputBytes: 2 ** 31 })}\n`);
        let text = '';
        child.stdout.on('data', (piece) => (text += piece));
        await new Promise((done) => child.once('close', done));
        const last = JSON.parse(text.trim().split('\n').at(-1));
        return (last.report?.hashes ?? []).map(([, digits]) => BigInt(`0x${digits}`));
    } finally {
        closeSync(input);
        closeSync(output);
        await rm(out, { recursive: true });
    }
}

function distance(a, b) {
    let bits = 0;
    for (let x = a ^ b; x; x &= x - 1n) ++bits;
    return bits;
}
function looksLike(clip, banned) {
    const shorter = Math.min(clip.length, banned.length);
    if (shorter === 0) return false;
    const near = shorter === 1 ? 4 : 8;
    const same = clip.filter((look) => banned.some((other) => distance(look, other) <= near)).length;
    return same >= (shorter <= 2 ? shorter : Math.ceil(shorter / 2));
}

/** Pictures that nobody would take for each other, by ffmpeg's generators; two pieces of each moving one are cut far apart. */
const generators = ['mandelbrot=size=180x320:rate=10', 'life=size=180x320:rate=10:mold=10:ratio=0.3:seed=1', 'cellauto=size=180x320:rate=10:rule=110', 'testsrc2=size=180x320:rate=10',
    'smptebars=size=180x320:rate=10', 'yuvtestsrc=size=180x320:rate=10', 'sierpinski=size=180x320:rate=10',
    ...[1, 2, 3, 4, 5, 6, 7, 8].map((seed) => `gradients=size=180x320:rate=10:seed=${seed}:n=6:speed=0.05`)];

export async function looks({ samples }) {
    const folder = await temporaryFolder('reelshare-looks-');
    const clips = [];
    for (const [i, source] of generators.entries()) {
        const file = path.join(folder, `made-${i}.mp4`);
        await run('ffmpeg', ['-v', 'error', '-y', '-f', 'lavfi', '-i', source, '-t', '6', '-pix_fmt', 'yuv420p', file]);
        clips.push({ name: source, file });
    }
    // The samples that repeat pictures of another one, or of the same film, are left out.
    const same = /^(too_long|broken|rotated_and_mirrored|fragmented|unsupported|black|square_642)/;
    for (const name of (await readdir(samples).catch(() => [])).filter((one) => /\.(mp4|mov|webm|mkv)$/.test(one) && !same.test(one)))
        clips.push({ name, file: path.join(samples, name) });
    for (const clip of clips) clip.looks = await looksOf(clip.file, folder);
    const seen = clips.filter((clip) => clip.looks.length > 0);
    let pairs = 0;
    let moments = 0;
    const near = Array.from({ length: 65 }).fill(0);
    const taken = [];
    for (const [i, a] of seen.entries())
        for (const b of seen.slice(i + 1)) {
            ++pairs;
            for (const x of a.looks) for (const y of b.looks) { ++moments; ++near[distance(x, y)]; }
            if (looksLike(a.looks, b.looks) || looksLike(b.looks, a.looks)) taken.push(`${a.name} / ${b.name}`);
        }
    let known = 0;
    for (const clip of seen) {
        const copy = path.join(folder, 'copy.mp4');
        await run('ffmpeg', ['-v', 'error', '-y', '-i', clip.file, '-an', '-vf', 'scale=trunc(iw*0.4)*2:trunc(ih*0.4)*2,eq=brightness=0.03', '-c:v', 'libx264', '-preset', 'veryfast', '-crf', '32', '-pix_fmt', 'yuv420p', copy]);
        if (looksLike(await looksOf(copy, folder), clip.looks)) ++known;
        else console.log(`     not known again: ${clip.name}`);
    }
    taken.forEach((pair) => console.log(`     taken for each other: ${pair}`));
    const within = (bits) => near.slice(0, bits + 1).reduce((a, b) => a + b, 0);
    report(`clips taken for another, of ${pairs} pairs of ${seen.length} clips`, taken.length, '0', taken.length === 0);
    report(`moments within 8 of 64 bits, of ${moments} pairs of moments`, within(8), '', undefined);
    report(`copies (smaller, brighter, CRF 32) that are known, of ${seen.length}`, known, `>= ${Math.floor(seen.length * 0.9)}`, known >= seen.length * 0.9);
    await rm(folder, { recursive: true, force: true });
}
