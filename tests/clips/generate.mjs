// One list of clips, each with a property that a phone, a camera, an editor or an attacker gives it, and
// what must become of it. Made with the ffmpeg program into a folder; those that are there are kept.
import { execFile } from 'node:child_process';
import { access, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

import { patchPicture } from './colours.mjs';
import { cornersInput, orientations, shownCorners, turn } from './orientation.mjs';

const run = promisify(execFile);

const picture = (size = '320x568', rate = 30, seconds = 2) => ['-f', 'lavfi', '-i', `testsrc2=size=${size}:rate=${rate}:duration=${seconds}`];
const tone = (seconds = 2, more = '') => ['-f', 'lavfi', '-i', `sine=frequency=440:duration=${seconds}${more}`];
const h264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p'];
const vp9 = ['-c:v', 'libvpx-vp9', '-deadline', 'realtime', '-cpu-used', '8'];
const aac = ['-c:a', 'aac'];
const x265 = (params) => ['-c:v', 'libx265', '-preset', 'ultrafast', '-x265-params', `log-level=none:${params}`];

/** Changes bytes of a made clip. */
const patch = (change) => async (file) => writeFile(file, change(await readFile(file)));
const keep = (part) => patch((bytes) => bytes.subarray(0, bytes.length * part));
const overwrite = (from, to, value) => patch((bytes) => bytes.fill(value, Math.floor(bytes.length * from), Math.floor(bytes.length * to)));
/** Writes 32-bit numbers behind the name of a box. */
const patchBox = (name, offset, ...values) => patch((bytes) => {
    const at = bytes.indexOf(name);
    values.forEach((value, i) => bytes.writeUInt32BE(value, at + 4 + offset + 4 * i));
    return bytes;
});

/** A still of known colours for a second, as a camera with this colour space would film it. */
const patchesIn = (space, params) => ({
    raw: () => patchPicture(space, 640, 360),
    args: ['-stream_loop', '29', '-f', 'rawvideo', '-pix_fmt', 'yuv420p10le', '-s', '640x360', '-r', '30', '-i', '{raw}', ...x265(`crf=2:${params}`), '-tag:v', 'hvc1'],
});

/**
 * `expect`: `width`, `height` upright; `duration` in s; `audio`; `corners`; or `failed`: the reason; or
 * `any`: ready or failed, but an end. `damaged`: ready, as long as `atLeast` and `atMost` say, and its owner is
 * told. `patches`: its colours are those of colours.mjs.
 */
const ready = (width, height, duration, audio, more = {}) => ({ width, height, duration, audio, ...more });
const failed = (reason) => ({ failed: reason });
const any = { any: true };
const damaged = (atLeast, atMost) => ({ damaged: true, atLeast, atMost });

const clips = [
    ...Object.entries(orientations).map(([name, matrix]) => ({
        name: `turned_${name}.mp4`,
        args: ['-f', 'lavfi', '-i', cornersInput(640, 480, 1), ...h264],
        after: patch((bytes) => turn(bytes, matrix)),
        expect: ready(...(matrix[0] ? [640, 480] : [480, 640]), 1, false, { corners: shownCorners(matrix) }),
    })),
    { name: 'portrait_720p.mp4', args: [...picture('720x1280'), ...tone(), ...h264, ...aac], expect: ready(720, 1280, 2, true) },
    { name: 'enlarged.mp4', args: [...picture('240x426'), '-vf', 'scale=720:1280:flags=bicubic', ...h264, '-g', '15'], expect: ready(360, 640, 2, false) },
    { name: 'square.mp4', args: [...picture('400x400'), ...h264], expect: ready(400, 400, 2, false) },
    { name: 'odd_size.webm', args: [...picture('321x241'), ...vp9], expect: ready(320, 240, 2, false) },
    { name: 'tiny.mp4', args: [...picture('16x16'), ...h264], expect: ready(16, 16, 2, false) },
    { name: 'wide_pixels.mp4', args: [...picture('480x480'), '-vf', 'setsar=4/3', ...h264], expect: ready(480, 360, 2, false) },
    { name: 'uneven_frame_rate.mp4', args: [...picture(), ...tone(), '-vf', "select='not(mod(n,7))+gt(random(1),0.5)'", '-vsync', 'vfr', ...h264, ...aac], expect: ready(320, 568, 2, true) },
    { name: 'fps_240.mp4', args: [...picture('320x240', 240, 1), ...h264], expect: ready(320, 240, 1, false, { maxRate: 61 }) },
    { name: 'fps_5.mp4', args: [...picture('320x240', 5), ...h264], expect: ready(320, 240, 2, false) },
    { name: 'one_frame.mp4', args: [...picture('320x240', 25, 0.04), ...h264], expect: ready(320, 240, 0.04, false) },
    { name: 'long_pause.mkv', args: [...picture('320x240', 30, 6), '-vf', "select='lt(t,1)+gt(t,5)'", '-vsync', 'vfr', ...h264], expect: ready(320, 240, 6, false) },
    { name: 'hdr_pq.mp4', args: [...picture('640x360', 30, 1), ...x265('colorprim=bt2020:transfer=smpte2084:colormatrix=bt2020nc'), '-pix_fmt', 'yuv420p10le', '-tag:v', 'hvc1'], expect: ready(640, 360, 1, false) },
    { name: 'hdr_hlg.mov', args: [...picture('640x360', 30, 1), ...x265('colorprim=bt2020:transfer=arib-std-b67:colormatrix=bt2020nc'), '-pix_fmt', 'yuv420p10le', '-tag:v', 'hvc1'], expect: ready(640, 360, 1, false) },
    { name: 'patches_pq.mp4', ...patchesIn('pq', 'colorprim=bt2020:transfer=smpte2084:colormatrix=bt2020nc'), expect: ready(640, 360, 1, false, { patches: true }) },
    { name: 'patches_hlg.mov', ...patchesIn('hlg', 'colorprim=bt2020:transfer=arib-std-b67:colormatrix=bt2020nc'), expect: ready(640, 360, 1, false, { patches: true }) },
    { name: 'patches_display_p3.mov', ...patchesIn('p3', 'colorprim=smpte432:transfer=bt709:colormatrix=bt709'), expect: ready(640, 360, 1, false, { patches: true }) },
    { name: 'ten_bit_422.mp4', args: [...picture(), '-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv422p10le'], expect: ready(320, 568, 2, false) },
    { name: 'yuv444.mp4', args: [...picture(), '-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv444p'], expect: ready(320, 568, 2, false) },
    { name: 'full_range.mp4', args: [...picture(), '-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuvj420p'], expect: ready(320, 568, 2, false) },
    { name: 'interlaced.mp4', args: [...picture('720x576', 25), ...h264, '-flags', '+ildct+ilme', '-top', '1'], expect: ready(676, 540, 2, false) },
    { name: 'mono.mp4', args: [...picture(), ...tone(), ...h264, ...aac, '-ac', '1'], expect: ready(320, 568, 2, true) },
    { name: 'surround.mp4', args: [...picture(), ...tone(), ...h264, ...aac, '-ac', '6'], expect: ready(320, 568, 2, true) },
    { name: 'rate_8000.mov', args: [...picture(), ...tone(), ...h264, '-c:a', 'pcm_s16le', '-ar', '8000'], expect: ready(320, 568, 2, true) },
    { name: 'silent.mp4', args: [...picture(), ...h264], expect: ready(320, 568, 2, false) },
    { name: 'late_sound.mp4', args: [...picture(), '-itsoffset', '1', ...tone(1), ...h264, ...aac], expect: ready(320, 568, 2, true) },
    { name: 'short_sound.mp4', args: [...picture('320x240', 30, 5), ...tone(1), ...h264, ...aac], expect: ready(320, 240, 5, true) },
    { name: 'long_sound.mp4', args: [...picture('320x240', 30, 1), ...tone(4), ...h264, ...aac], expect: ready(320, 240, 4, true) },
    { name: 'sound_before_picture.mkv', args: ['-itsoffset', '1', ...picture('320x240', 30, 2), ...tone(3), ...h264, ...aac], expect: ready(320, 240, 2, true) },
    { name: 'vp8_vorbis.webm', args: [...picture(), ...tone(), '-c:v', 'libvpx', '-deadline', 'realtime', '-cpu-used', '8', '-c:a', 'libvorbis'], expect: ready(320, 568, 2, true) },
    { name: 'vp9_opus.webm', args: [...picture(), ...tone(), ...vp9, '-c:a', 'libopus'], expect: ready(320, 568, 2, true) },
    { name: 'av1.mkv', args: [...picture('320x240', 30, 1), '-c:v', 'libsvtav1', '-preset', '12', '-pix_fmt', 'yuv420p'], expect: ready(320, 240, 1, false) },
    { name: 'hevc.mov', args: [...picture(), ...tone(), ...x265('keyint=30'), ...aac, '-tag:v', 'hvc1', '-pix_fmt', 'yuv420p'], expect: ready(320, 568, 2, true) },
    { name: 'mpeg4_mp3.mkv', args: [...picture(), ...tone(), '-c:v', 'mpeg4', '-c:a', 'libmp3lame'], expect: ready(320, 568, 2, true) },
    { name: 'fragmented.mp4', args: [...picture(), ...tone(), ...h264, ...aac, '-movflags', 'frag_keyframe+empty_moov', '-g', '15'], expect: ready(320, 568, 2, true) },
    { name: 'index_first.mp4', args: [...picture(), ...tone(), ...h264, ...aac, '-movflags', 'faststart'], expect: ready(320, 568, 2, true) },
    { name: 'b_frames.mp4', args: [...picture(), ...tone(), '-c:v', 'libx264', '-preset', 'medium', '-bf', '3', '-pix_fmt', 'yuv420p', ...aac], expect: ready(320, 568, 2, true) },
    { name: 'where_it_was.mp4', args: [...picture(), ...h264, '-metadata', 'location=+48.8584+002.2945/', '-metadata', 'title=HomeAddress', '-movflags', 'use_metadata_tags'], expect: ready(320, 568, 2, false, { hides: ['48.8584', 'HomeAddress'] }) },
    { name: 'two_pictures.mkv', args: [...picture(), ...picture('160x120'), '-map', '0', '-map', '1', ...h264], expect: ready(320, 568, 2, false) },
    { name: 'with_subtitles.mkv', args: [...picture(), '-i', '{subtitles}', ...h264, '-c:s', 'srt'], expect: any },
    { name: 'header_lies_long.mp4', args: [...picture(), ...h264], after: patchBox('mvhd', 16, 0x7fffffff), expect: ready(320, 568, 2, false) },

    { name: 'too_long.mp4', args: [...picture('64x64', 1, 200), ...h264], expect: failed('too_long') },
    { name: 'only_sound.mp4', args: [...tone(), ...aac], expect: failed('no_video') },
    { name: 'unknown_codec.mkv', args: [...picture(), '-c:v', 'ffv1'], expect: failed('unsupported') },
    { name: 'magicyuv.mkv', args: [...picture(), '-c:v', 'magicyuv'], expect: failed('unsupported') },
    { name: 'too_large.mkv', args: [...picture('4400x4400', 1, 1), ...h264], expect: failed('too_large_picture') },
    { name: 'no_index.mp4', args: [...picture(), ...h264], after: keep(0.5), expect: failed('unreadable') },
    { name: 'only_a_header.mp4', args: [...picture(), ...h264], after: patch((bytes) => bytes.subarray(0, 100)), expect: failed('unreadable') },
    { name: 'zeros_behind_the_header.mp4', args: [...picture(), ...h264], after: patch((bytes) => Buffer.concat([bytes.subarray(0, 32), Buffer.alloc(100_000)])), expect: failed('unreadable') },
    { name: 'cut_in_half.mp4', args: [...picture('320x568', 30, 4), ...tone(4), ...h264, ...aac, '-movflags', 'faststart'], after: keep(0.5), expect: damaged(1.5, 3) },
    { name: 'cut_in_half.webm', args: [...picture('320x568', 30, 4), ...vp9], after: keep(0.5), expect: damaged(1.5, 3) },
    { name: 'damaged_fifth.mp4', args: [...picture('320x568', 30, 4), ...tone(4), ...h264, ...aac, '-movflags', 'faststart'], after: overwrite(0.4, 0.6, 0x55), expect: damaged(3.9, 4.1) },
    { name: 'cut_to_little.mp4', args: [...picture('320x568', 30, 4), ...tone(4), ...h264, ...aac, '-movflags', 'faststart'], after: keep(0.15), expect: failed('unreadable') },
    { name: 'cut_to_little.webm', args: [...picture('320x568', 30, 4), ...vp9], after: keep(0.15), expect: failed('unreadable') },
    { name: 'damaged_but_for_little.mp4', args: [...picture('320x568', 30, 4), ...tone(4), ...h264, ...aac, '-movflags', 'faststart'], after: overwrite(0.05, 1, 0x55), expect: failed('unreadable') },
    { name: 'damaged_index.mp4', args: [...picture(), ...h264, '-movflags', 'faststart'], after: overwrite(0.005, 0.01, 0xff), expect: any },
    { name: 'claims_30000_pixels.mp4', args: [...picture(), ...h264], after: patchBox('avc1', 24, 0x75307530), expect: any },
    { name: 'claims_a_billion_frames.mp4', args: [...picture(), ...h264], after: patchBox('stts', 8, 1_000_000_000, 1), expect: any },
    { name: 'claims_a_billion_sizes.mp4', args: [...picture(), ...h264], after: patchBox('stsz', 4, 0, 1_000_000_000), expect: any },
];

/** Makes what is missing in `folder`; returns [{ name, file, expect }]. */
export async function generate(folder) {
    await mkdir(folder, { recursive: true });
    const subtitles = path.join(folder, 'subtitles.srt');
    await writeFile(subtitles, '1\n00:00:00,000 --> 00:00:01,000\n<b>hello</b>\n');
    for (const clip of clips) {
        clip.file = path.join(folder, clip.name);
        if (await access(clip.file).then(() => true, () => false)) continue;
        const temporary = path.join(folder, `making-${process.pid}-${clip.name}`);
        const raw = `${temporary}.raw`;
        const args = clip.args.map((word) => ({ '{subtitles}': subtitles, '{raw}': raw })[word] ?? word);
        try {
            if (clip.raw) await writeFile(raw, clip.raw());
            await run('ffmpeg', ['-v', 'error', '-y', ...args, '-strict', '-2', temporary]);
            await clip.after?.(temporary);
            await rename(temporary, clip.file);
        } finally {
            await rm(temporary, { force: true });
            await rm(raw, { force: true });
        }
    }
    return clips.map(({ name, file, expect }) => ({ name, file, expect }));
}
