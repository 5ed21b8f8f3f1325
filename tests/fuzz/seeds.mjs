// Good inputs to begin from, one folder per fuzz target: node seeds.mjs FOLDER
import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const folder = path.resolve(process.argv[2]);
const put = async (target, name, bytes) => {
    await mkdir(path.join(folder, target), { recursive: true });
    await writeFile(path.join(folder, target, name), bytes);
};

const picture = ['-f', 'lavfi', '-i', 'testsrc2=size=32x32:rate=5:duration=1'];
const tone = ['-f', 'lavfi', '-i', 'sine=duration=1'];
const clips = {
    'plain.mp4': [...picture, ...tone, '-c:v', 'libx264', '-c:a', 'aac'],
    'front.mp4': [...picture, '-c:v', 'libx264', '-movflags', 'faststart'],
    'fragments.mp4': [...picture, '-c:v', 'libx264', '-movflags', 'frag_keyframe+empty_moov'],
    'sound.mov': [...tone, '-c:a', 'pcm_s16le'],
    'hevc.mp4': [...picture, '-c:v', 'libx265', '-x265-params', 'log-level=none', '-tag:v', 'hvc1'],
    'web.webm': [...picture, ...tone, '-c:v', 'libvpx-vp9', '-c:a', 'libopus'],
    'm.mkv': [...picture, '-c:v', 'libx264'],
};
for (const [name, args] of Object.entries(clips)) {
    const file = path.join(folder, name);
    await mkdir(folder, { recursive: true });
    await run('ffmpeg', ['-v', 'error', '-y', ...args, '-pix_fmt', 'yuv420p', file]);
    const bytes = await readFile(file);
    await put('header', name, bytes);
    await put('demux', name, bytes);
}
const part = (name, value, file = '') => `--x-boundary\r\nContent-Disposition: form-data; name="${name}"${file}\r\n\r\n${value}\r\n`;
await put('multipart', 'form', `.${part('data', '{"title":"x"}')}${part('reelVideo', 'bytes', '; filename="a.mp4"')}--x-boundary--\r\n`);
await put('multipart', 'type', 'multipart/form-data; boundary="x"');
for (const [i, text] of ['bytes=0-99', 'bytes=-5', 'bytes=10-', 'bytes=0-1,5-6', 'gzip;q=0.5, br', '"abc", W/"d"', '*'].entries())
    await put('range', String(i), Buffer.concat([Buffer.from([100, 0, 0, 0, 0, 0, 0, 0]), Buffer.from(text)]));
for (const [i, text] of ['eyJhbGciOiJIUzI1NiJ9.e30.AAAA', 'eyJpZCI6IngifQ.AAAA', '0190aaaa-0000-7000-8000-000000000000.AAAA'].entries())
    await put('token', String(i), text);
const base64 = (text) => Buffer.from(text).toString('base64');
const metadata = (fields) => Object.entries(fields).map(([key, value]) => `${key} ${base64(value)}`).join(',');
for (const [i, text] of ['0', '123456789012345', `sha1 ${base64('12345678901234567890')}`, `sha256 ${base64('12345678901234567890123456789012')}`,
    metadata({ title: 'A wave', description: 'At dusk', visibility: 'unlisted', tags: '["sea","surf"]', thumbnailAt: '1.5', filename: 'wave.mp4' }),
    metadata({ title: 'x', tags: 'a, b', thumbnailAt: 'nan' })].entries())
    await put('tus', String(i), text);
const rendition = { name: '720', file: '720.mp4', width: 720, height: 1280, codecs: 'avc1.64001f', frameRate: 30, bandwidth: 1000, averageBandwidth: 900, size: 1000, initSize: 100, segments: [[150, 400, 2], [550, 450, 1.5]] };
const report = {
    width: 720, height: 1280, duration: 3.5, hasAudio: true, placeholder: '#0a1b2c', renditions: [rendition], posters: [{ file: 'poster_360.jpg', width: 360, height: 640 }],
    source: { format_name: 'mov' }, wallSeconds: 1, speed: 3, thumbHash: 'AAAA', storyboard: { file: 'storyboard.webp', columns: 10, count: 4, tileWidth: 90, tileHeight: 160, interval: 1 },
    preview: { file: 'preview.webp', width: 180, height: 320, duration: 3 }, loudness: { integrated: -20, truePeak: -3, gain: 1.5 }, hashes: [[0, '0123456789abcdef']],
};
await put('report', 'done', JSON.stringify({ event: 'done', report }));
await put('report', 'progress', '{"event":"progress","fraction":0.5}');
await put('report', 'failed', '{"event":"failed","reason":"too_long","message":"x"}');
await put('report', 'job', JSON.stringify({ maxDuration: 180, maxPixels: 16777216, maxStreams: 16, threads: 0, memoryBytes: 1e9, cpuSeconds: 60, outputBytes: 1e9 }));
