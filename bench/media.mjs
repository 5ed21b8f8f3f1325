// What a clip costs and gives: time to playable, time and work beside ffmpeg commands, bytes, memory.
import { createReadStream } from 'node:fs';
import { readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import path from 'node:path';
import { spawn } from 'node:child_process';

import { Person } from '../tests/support/api.mjs';
import { demandSame, encoderArguments, keyframes, oneCommand, renditionsOf, settingsOf, sound, timed } from './ffmpeg.mjs';
import { median, program, report, run, startPinned, temporaryFolder } from './support.mjs';

const goal = (what, value, most, digits = 2, unit = '') => report(what, `${value.toFixed(digits)}${unit}`, `<= ${most}${unit}`, value <= most);

/** The same clip in other bytes: a free box at its end. */
async function others(file, folder, count) {
    const bytes = await readFile(file);
    return Promise.all(Array.from({ length: count }, async (_, i) => {
        const box = Buffer.alloc(16);
        box.writeUInt32BE(16);
        box.write('free', 4, 'latin1');
        box.writeDoubleBE(Math.random() + i, 8);
        const copy = path.join(folder, `copy-${i}${path.extname(file)}`);
        await writeFile(copy, Buffer.concat([bytes, box]));
        return copy;
    }));
}

/** Seconds from the last byte of the upload to the moment that the clip can be played, as its uploader learns it. */
async function toPlayable(person, url, file) {
    const boundary = 'bench-boundary';
    const head = `--${boundary}\r\nContent-Disposition: form-data; name="data"\r\n\r\n{"title":"bench"}\r\n--${boundary}\r\n`
        + `Content-Disposition: form-data; name="reelVideo"; filename="clip.mp4"\r\n\r\n`;
    const tail = `\r\n--${boundary}--\r\n`;
    const { size } = await stat(file);
    const answer = await new Promise((done, failed) => {
        let sent;
        const out = request(`${url}/api/v1/video/upload`, {
            method: 'POST',
            headers: { authorization: `Bearer ${person.token}`, 'content-type': `multipart/form-data; boundary=${boundary}`, 'content-length': head.length + size + tail.length },
        }, async (response) => {
            let text = '';
            for await (const piece of response) text += piece;
            done({ sent, at: performance.now(), body: JSON.parse(text) });
        });
        out.on('error', failed);
        out.on('finish', () => (sent = performance.now()));
        out.write(head);
        createReadStream(file).on('end', () => out.end(tail)).pipe(out, { end: false });
    });
    let { status } = answer.body.data;
    let at = answer.at;
    while (status === 'processing') {
        await new Promise((done) => setTimeout(done, 20));
        ({ status } = (await person.get(`/api/v1/video/${answer.body.data.id}`)).body.data);
        at = performance.now();
    }
    if (status === 'failed') throw new Error(`${file} failed`);
    await person.processed(answer.body.data.id, { ms: 600_000 });  // The next one has the machine for itself.
    return (at - answer.sent) / 1000;
}

/** A part of the benchmark with a folder that goes with it. */
const inFolder = (part) => async (given) => {
    const folder = await temporaryFolder('reelshare-bench-');
    try {
        await part(given, folder);
    } finally {
        await rm(folder, { recursive: true, force: true });
    }
};

export const playable = inFolder(async ({ phoneClip }, folder) => {
    const server = await startPinned({ core: '0-1', env: { WORKERS: '1' } });
    try {
        const person = await new Person(server.url).join();
        const short = path.join(folder, 'short.mp4');
        await run('ffmpeg', ['-v', 'error', '-y', '-i', phoneClip, '-t', '4', '-c', 'copy', short]);
        const safe = [];
        for (const file of [...await others(short, folder, 19), phoneClip]) safe.push(await toPlayable(person, server.url, file));
        goal('last byte of a web-safe clip to playable, p95 of 20', safe.sort((a, b) => a - b)[18], 0.5, 2, ' s');
        const hevc = path.join(folder, 'hevc.mov');
        await run('ffmpeg', ['-v', 'error', '-y', '-t', '8', '-i', phoneClip, '-c:v', 'libx265', '-preset', 'ultrafast', '-x265-params', 'log-level=none', '-tag:v', 'hvc1', '-c:a', 'copy', hevc]);
        const shares = [];
        for (const file of await others(hevc, folder, 3)) shares.push(await toPlayable(person, server.url, file) / 8);
        goal('last byte of another clip (HEVC 1080p) to playable, of its duration', median(shares), 0.5);
    } finally {
        await server.stop();
    }
});

/** Everything that is made of a clip, as one would by commands: each decodes for itself. */
function separateCommands(clip, renditions, settings, folder) {
    const out = (name) => path.join(folder, `separate-${name}`);
    const decode = (...more) => ['-v', 'error', '-y', '-i', clip, ...more];
    return [
        ...renditions.map((r, i) => decode('-vf', `scale=${r.width}:${r.height}:flags=bicubic`, '-map', '0:v', ...sound,
            ...encoderArguments(0, settings[i]), ...keyframes, '-pix_fmt', 'yuv420p', out(`${r.name}.mp4`))),
        decode('-vf', 'thumbnail=150,scale=720:-2', '-frames:v', '1', out('poster.jpg')),
        decode('-vf', 'fps=1,scale=90:-2,tile=10x10', '-frames:v', '1', out('storyboard.webp')),
        decode('-t', '3', '-an', '-vf', 'fps=8,scale=180:-2', '-loop', '0', out('preview.webp')),
        decode('-an', '-vf', 'fps=1,scale=32:32,format=gray', '-f', 'rawvideo', out('hashes')),
        decode('-vn', '-af', 'ebur128', '-f', 'null', '-'),
    ];
}

export const work = inFolder(async ({ phoneClip }, folder) => {
    await run(program, ['transcode', phoneClip, path.join(folder, 'warm')]);
    const renditions = await renditionsOf(path.join(folder, 'warm'));
    const settings = await Promise.all(renditions.map((r) => settingsOf(path.join(folder, 'warm', `${r.name}.mp4`))));
    const out = (rendition) => path.join(folder, `ffmpeg-${rendition.name}.mp4`);
    const wall = [];
    const cpu = [];
    for (let round = 0; round < 3; ++round) {
        const ours = await timed(program, ['transcode', phoneClip, path.join(folder, `ours-${round}`)]);
        const one = await timed('ffmpeg', oneCommand(phoneClip, renditions, settings, out));
        for (const [i, r] of renditions.entries()) demandSame(settings[i], await settingsOf(out(r)));
        wall.push(ours.wall / one.wall);
        cpu.push(ours.cpu);
    }
    let separate = 0;
    for (const args of separateCommands(phoneClip, renditions, settings, folder)) separate += (await timed('ffmpeg', args)).cpu;
    goal('whole ladder, wall, against one ffmpeg command from one decode', median(wall), 0.95);
    goal('ladder, poster, storyboard, preview, hashes, CPU, against a command for each', median(cpu) / separate, 0.65);
});

/** Mean SSIM of luma against the source, scaled to the size of `file` and back to nothing else. */
async function ssim(file, source, { width, height }) {
    const { stderr } = await run('ffmpeg', ['-hide_banner', '-nostats', '-i', file, '-i', source, '-filter_complex',
        `[1:v]scale=${width}:${height}:flags=bicubic[r];[0:v][r]ssim`, '-an', '-f', 'null', '-']);
    return Number(stderr.match(/SSIM Y:([\d.]+)/)[1]);
}

/** Bytes of pictures alone. */
async function pictureBytes(file) {
    const { stdout } = await run('ffprobe', ['-v', 'error', '-select_streams', 'v', '-show_entries', 'packet=size', '-of', 'csv=p=0', file], { maxBuffer: 1 << 24 });
    return stdout.split('\n').reduce((sum, line) => sum + (Number.parseInt(line, 10) || 0), 0);
}

async function bytesAtEqualLikeness(phoneClip, folder) {
    await run(program, ['transcode', phoneClip, path.join(folder, 'warm')]);
    const size = { width: 540, height: 960 };
    const ours = path.join(folder, 'warm', '540.mp4');
    const likeness = await ssim(ours, phoneClip, size);
    // Two of theirs around ours; between them the logarithm of bytes is nearly straight.
    const theirs = [];
    for (const crf of [28, 28 + (await crfStep(phoneClip, folder, size, likeness))]) theirs.push(await medium(phoneClip, folder, size, crf));
    const [a, b] = theirs;
    const slope = (Math.log(b.bytes) - Math.log(a.bytes)) / (b.likeness - a.likeness);
    const equal = Math.exp(Math.log(a.bytes) + slope * (likeness - a.likeness));
    goal(`bytes of the 540-wide rendition at its SSIM (${likeness.toFixed(4)}) against x264 medium around CRF 28`, (await pictureBytes(ours)) / equal, 0.9);
}
async function medium(clip, folder, { width, height }, crf) {
    const file = path.join(folder, `medium-${crf}.mp4`);
    await run('ffmpeg', ['-v', 'error', '-y', '-i', clip, '-an', '-vf', `scale=${width}:${height}:flags=bicubic`, '-c:v', 'libx264', '-preset', 'medium', '-crf', String(crf), '-pix_fmt', 'yuv420p', file]);
    return { bytes: await pictureBytes(file), likeness: await ssim(file, clip, { width, height }) };
}
/** Which way, and how far, theirs must go to be as good as ours. */
async function crfStep(clip, folder, size, likeness) {
    const { likeness: usual } = await medium(clip, folder, size, 28);
    return likeness > usual ? -4 : 3;
}

async function storedBytes(samples, phoneClip, folder) {
    const names = (await readdir(samples).catch(() => [])).filter((name) => /^(phone|iphone|hdr_hlg|rotated|edit_list)/.test(name));
    const clips = names.length ? names.map((name) => path.join(samples, name)) : [phoneClip];
    const shares = [];
    for (const clip of clips) {
        const made = path.join(folder, `stored-${path.basename(clip)}`);
        await run(program, ['transcode', clip, made]);
        const sizes = await Promise.all((await readdir(made)).map(async (name) => (await stat(path.join(made, name))).size));
        shares.push(sizes.reduce((a, b) => a + b, 0) / (await stat(clip)).size);
    }
    goal(`stored bytes of everything published against the source, mean of ${clips.length} phone clips`, shares.reduce((a, b) => a + b, 0) / shares.length, 1.0);
}

/** The most memory that the media program had, in MB. */
async function peakMemory(clip, folder) {
    const child = spawn(program, ['transcode', clip, folder], { stdio: 'ignore' });
    let most = 0;
    const watch = setInterval(async () => {
        const children = await readFile(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').catch(() => '');
        for (const pid of children.trim().split(' ').filter(Boolean)) {
            const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
            most = Math.max(most, Number(status.match(/VmHWM:\s+(\d+)/)?.[1] ?? 0));
        }
    }, 10);
    await new Promise((done) => child.once('close', done));
    clearInterval(watch);
    return most * 1024 / 1e6;
}

export const bytes = inFolder(async ({ phoneClip, samples }, folder) => {
    await bytesAtEqualLikeness(phoneClip, folder);
    await storedBytes(samples, phoneClip, folder);
});

export const memory = inFolder(async ({ phoneClip }, folder) => {
    goal('peak memory of the media program, 1080x1920', await peakMemory(phoneClip, path.join(folder, 'memory')), 450, 0, ' MB');
    const large = path.join(folder, 'large.mp4');
    await run('ffmpeg', ['-v', 'error', '-y', '-t', '3', '-i', phoneClip, '-vf', 'scale=2160:3840', '-c:v', 'libx264', '-preset', 'ultrafast', '-c:a', 'copy', large]);
    goal('peak memory of the media program, 2160x3840', await peakMemory(large, path.join(folder, 'memory-4k')), 1000, 0, ' MB');
});
