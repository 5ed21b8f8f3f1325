// The ffmpeg program doing what `reelshare transcode` did, with the same sizes and settings.
import { readFile } from 'node:fs/promises';
import path from 'node:path';

import { run } from './support.mjs';

/** Wall and CPU seconds of a command and all it starts. */
export async function timed(command, args) {
    const { stderr } = await run('/usr/bin/env', ['bash', '-c', 'TIMEFORMAT="%R %U %S"; time "$@" >/dev/null 2>&1', 'bash', command, ...args]);
    const [wall, user, system] = stderr.trim().split('\n').at(-1).split(' ').map(Number);
    return { wall, cpu: user + system };
}

/** What `reelshare transcode` made, as ffmpeg arguments: the same sizes and encoder settings. */
export async function renditionsOf(folder) {
    const master = await readFile(path.join(folder, 'master.m3u8'), 'utf8');
    const found = [];
    for (const [, attributes, uri] of master.matchAll(/#EXT-X-STREAM-INF:(.*)\n(.*)\n/g)) {
        const [, width, height] = attributes.match(/RESOLUTION=(\d+)x(\d+)/);
        found.push({ width: Number(width), height: Number(height), name: uri.replace(/\.m3u8$/, '') });
    }
    return found.sort((a, b) => b.width - a.width);
}

/** By the depth of its search, which tells them apart. */
const presets = { 2: 'veryfast', 4: 'faster', 6: 'fast', 7: 'medium', 8: 'slow' };

/** The encoder settings that x264 wrote into its own stream. */
export async function settingsOf(file) {
    const text = (await readFile(file)).subarray(0, 1 << 20).toString('latin1');
    const options = text.match(/x264 - core[^\0]*options: ([^\0]*)/)[1];
    const value = (name) => options.match(new RegExp(`(?:^| )${name}=(\\S+)`))[1];
    return { options, preset: presets[value('subme')], lookahead: value('rc_lookahead'), crf: value('crf'), maxrate: `${value('vbv_maxrate')}k`, bufsize: `${value('vbv_bufsize')}k` };
}

/** Apart from threads, x264 was told the same: else the comparison says nothing. */
export function demandSame(ours, theirs) {
    const plain = (settings) => settings.options.replace(/ ?(lookahead_)?threads=\d+| ?sliced_threads=\d+| ?nr=\d+/g, '');
    if (plain(ours) !== plain(theirs)) throw new Error(`other encoder settings:\n${plain(ours)}\n${plain(theirs)}`);
}

export function encoderArguments(index, { preset, lookahead, crf, maxrate, bufsize }) {
    return [
        `-c:v:${index}`, 'libx264', `-preset:v:${index}`, preset, `-tune:v:${index}`, 'ssim', `-rc-lookahead:v:${index}`, lookahead, `-profile:v:${index}`, 'high', `-crf:v:${index}`, crf,
        `-maxrate:v:${index}`, maxrate, `-bufsize:v:${index}`, bufsize, `-g:v:${index}`, '600', `-keyint_min:v:${index}`, '600',
        `-forced-idr:v:${index}`, '1',
    ];
}

export const keyframes = ['-force_key_frames', 'expr:gte(t,n_forced*2)'];
export const sound = ['-map', '0:a?', '-c:a', 'aac', '-b:a', '128k'];

/** Arguments of one command that makes all renditions from one decode, each scaled from the one above it. */
export function oneCommand(clip, renditions, settings, out) {
    let graph = '';
    let source = '[0:v]';
    renditions.forEach((r, i) => {
        const last = i === renditions.length - 1;
        graph += `${source}scale=${r.width}:${r.height}:flags=bicubic${last ? `[v${i}];` : `,split=2[v${i}][n${i}];`}`;
        source = `[n${i}]`;
    });
    const args = ['-v', 'error', '-y', '-i', clip, '-filter_complex', graph.replace(/;$/, '')];
    renditions.forEach((r, i) => {
        const one = encoderArguments(0, settings[i]);
        args.push('-map', `[v${i}]`, ...sound, ...one, ...keyframes, '-pix_fmt', 'yuv420p', '-movflags', '+faststart', out(r));
    });
    return args;
}
