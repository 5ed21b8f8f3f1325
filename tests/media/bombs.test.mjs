// Small files that claim to be huge: each ends soon, in little memory, whatever its verdict.
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { deflateSync } from 'node:zlib';

import { boxesOf } from '../clips/mutate.mjs';
import { program, slowness, temporaryFolder } from '../support/server.mjs';

const run = promisify(execFile);
const limit = 60_000 * slowness;
const mostMemory = 450 * 1024; // KiB
let folder;
let plain;
let fragmented;
before(async () => {
    folder = await temporaryFolder();
    const made = async (name, ...more) => {
        const file = path.join(folder, name);
        await run('ffmpeg', ['-v', 'error', '-y', '-f', 'lavfi', '-i', 'testsrc2=size=64x64:rate=10:duration=1', '-c:v', 'libx264', '-pix_fmt', 'yuv420p', ...more, file]);
        return readFile(file);
    };
    plain = await made('plain.mp4', '-bf', '2', '-movflags', 'faststart');
    fragmented = await made('fragmented.mp4', '-movflags', 'frag_keyframe+empty_moov');
});
after(() => rm(folder, { recursive: true, force: true }));

const u32 = (...values) => Buffer.concat(values.map((value) => Buffer.from([value >>> 24, value >>> 16 & 255, value >>> 8 & 255, value & 255])));
const box = (type, ...payload) => {
    const body = Buffer.concat(payload.map((part) => Buffer.from(part)));
    return Buffer.concat([u32(body.length + 8), Buffer.from(type, 'latin1'), body]);
};
const find = (bytes, type) => boxesOf(bytes).find((one) => one.type === type);
/** Numbers written into the payload of the first box of this type. */
const patch = (bytes, type, offset, ...values) => {
    const out = Buffer.from(bytes);
    u32(...values).copy(out, find(out, type).payload + offset);
    return out;
};
/** `more` at the end of a box; those around it grow. */
function append(bytes, type, more) {
    const target = find(bytes, type);
    const out = Buffer.concat([bytes.subarray(0, target.end), more, bytes.subarray(target.end)]);
    for (const one of [...target.parents, target]) out.writeUInt32BE(out.readUInt32BE(one.begin) + more.length, one.begin);
    return out;
}
const part = (bytes, type) => {
    const one = find(bytes, type);
    return bytes.subarray(one.begin, one.end);
};
const element = (id, payload, size = Buffer.from(payload).length) => Buffer.concat([Buffer.from(id, 'hex'), Buffer.from([1, 0, 0, 0]), u32(size), Buffer.from(payload)]);
const matroska = (...inside) => Buffer.concat([element('1a45dfa3', element('4282', 'matroska')), element('18538067', Buffer.concat(inside), 0x7fffffff)]);
const nested = (type, depth) => Array.from({ length: depth }).reduce((inner) => box(type, inner), Buffer.alloc(0));
const billion = 1_000_000_000;

const bombs = {
    'a billion sample times': () => patch(plain, 'stts', 4, billion, billion, 1),
    'one time for a billion samples': () => patch(plain, 'stts', 8, billion, 1),
    'a billion sample sizes': () => patch(plain, 'stsz', 4, 0, billion),
    'a billion samples of one size': () => patch(plain, 'stsz', 4, 1, billion),
    'a billion chunks': () => patch(plain, 'stco', 4, billion),
    'a billion samples in a chunk': () => patch(plain, 'stsc', 12, billion),
    'a billion composition offsets': () => patch(plain, 'ctts', 4, billion, billion, 0),
    'a billion sync samples': () => patch(plain, 'stss', 4, billion),
    'a billion sample descriptions': () => patch(plain, 'stsd', 4, billion),
    'a billion edits': () => patch(plain, 'elst', 4, billion),
    'a billion samples in a fragment': () => patch(fragmented, 'trun', 4, billion),
    'a picture of 30,000 x 30,000': () => {
        const out = Buffer.from(plain);
        u32(30_000 << 16 | 30_000).copy(out, out.indexOf('avc1') + 28);
        return out;
    },
    'two thousand tracks': () => append(plain, 'moov', Buffer.concat(Array.from({ length: 2_000 }, () => part(plain, 'trak')))),
    'ten thousand boxes in each other': () => append(plain, 'moov', nested('udta', 10_000)),
    'two hundred thousand empty boxes': () => Buffer.concat([plain, ...Array.from({ length: 200_000 }, () => box('free'))]),
    'a movie box of 4 GB': () => Buffer.concat([part(plain, 'ftyp'), u32(0xffffffff), Buffer.from('moov'), Buffer.alloc(1000)]),
    'a compressed movie box': () => Buffer.concat([part(plain, 'ftyp'), box('moov', box('cmov', box('dcom', 'zlib'), box('cmvd', u32(0xfffffff0), deflateSync(Buffer.alloc(50_000_000)))))]),
    'a timescale of 0': () => patch(plain, 'mdhd', 12, 0),
    'a timescale of 4 billion': () => patch(plain, 'mdhd', 12, 0xffffffff, 0xffffffff),
    'a time table of zeros': () => patch(plain, 'stts', 12, 0),
    'a million keys': () => append(plain, 'moov', box('meta', u32(0), box('keys', u32(0, 1_000_000)), box('ilst', Buffer.alloc(1000)))),
    'a Matroska element of 2 GB': () => matroska(element('1654ae6b', '', 0x7ffffff0)),
    'ten thousand Matroska tracks': () => matroska(element('1654ae6b', Buffer.concat(Array.from({ length: 10_000 }, (_, i) => element('ae', Buffer.concat([element('d7', u32(i + 1)), element('83', [1]), element('86', 'V_VP9')])))))),
    'Matroska elements in each other': () => matroska(Array.from({ length: 5_000 }).reduce((inner) => element('1254c367', inner), Buffer.alloc(0))),
};
assert.ok(Object.keys(bombs).length >= 20);

/** Exit code and the most memory in KiB that the media program had. */
async function transcode(file, out, ...more) {
    const child = spawn(program, ['transcode', file, out, ...more], { stdio: ['ignore', 'pipe', 'pipe'] });
    let text = '';
    child.stderr.on('data', (piece) => (text += piece));
    let most = 0;
    const watch = setInterval(async () => {
        const children = await readFile(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').catch(() => '');
        for (const pid of children.trim().split(' ').filter(Boolean)) {
            const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
            most = Math.max(most, Number(status.match(/VmHWM:\s+(\d+)/)?.[1] ?? 0));
        }
    }, 20);
    const timer = setTimeout(() => child.kill('SIGKILL'), limit);
    const code = await new Promise((done) => child.once('close', done));
    clearInterval(watch);
    clearTimeout(timer);
    return { code, most, text };
}

for (const [name, make] of Object.entries(bombs)) {
    test(name, async () => {
        const file = path.join(folder, 'bomb.mp4');
        const out = path.join(folder, 'out');
        await mkdir(out, { recursive: true });
        await writeFile(file, make());
        const { code, most, text } = await transcode(file, out);
        assert.ok(code === 0 || code === 1, `${code}: ${text}`);
        assert.ok(most < mostMemory, `${most} KiB`);
        await rm(out, { recursive: true });
    });
}

test('a track with megabytes of colour profile is refused', async () => {
    const profile = box('colr', 'prof', Buffer.alloc(2_000_000));
    const bytes = append(plain, 'stsd', profile);
    const entry = find(bytes, 'stsd').payload + 8;
    bytes.writeUInt32BE(bytes.readUInt32BE(entry) + profile.length, entry);
    const file = path.join(folder, 'profile.mp4');
    await writeFile(file, bytes);
    const { code, text } = await transcode(file, path.join(folder, 'out-profile'));
    assert.equal(code, 1, text);
    assert.match(text, /far more beside its pictures/);
});

test('a clip in far more pieces than a camera makes is refused', async () => {
    const file = path.join(folder, 'pieces.mkv');
    const make = (samples) => run('ffmpeg', ['-v', 'error', '-y', '-f', 'lavfi', '-i', 'testsrc2=size=64x64:rate=10:duration=2', '-f', 'lavfi', '-i', `sine=duration=2:sample_rate=48000:samples_per_frame=${samples}`,
        '-c:v', 'libx264', '-pix_fmt', 'yuv420p', '-c:a', 'pcm_s16le', file]);
    await make(4);
    const { code, text } = await transcode(file, path.join(folder, 'out-pieces'), '--max-duration', '3');
    assert.equal(code, 1, text);
    assert.match(text, /more pieces than any camera/);
    await make(480);
    assert.equal((await transcode(file, path.join(folder, 'out-whole'), '--max-duration', '3')).code, 0);
});
