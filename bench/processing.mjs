// The whole processing of a phone clip against the ffmpeg program with the same renditions and settings.
import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';

import { median, program, report, run, temporaryFolder } from './support.mjs';

/** Wall and CPU seconds of a command and all it starts. */
async function timed(command, args) {
    const { stderr } = await run('/usr/bin/env', ['bash', '-c', 'TIMEFORMAT="%R %U %S"; time "$@" >/dev/null 2>&1', 'bash', command, ...args]);
    const [wall, user, system] = stderr.trim().split('\n').at(-1).split(' ').map(Number);
    return { wall, cpu: user + system };
}

/** What `reelshare transcode` made, as ffmpeg arguments: the same sizes and encoder settings. */
async function renditionsOf(folder) {
    const master = await readFile(path.join(folder, 'master.m3u8'), 'utf8');
    const found = [];
    for (const [, attributes, uri] of master.matchAll(/#EXT-X-STREAM-INF:(.*)\n(.*)\n/g)) {
        const [, width, height] = attributes.match(/RESOLUTION=(\d+)x(\d+)/);
        found.push({ width: Number(width), height: Number(height), name: uri.replace(/\.m3u8$/, '') });
    }
    return found.sort((a, b) => b.width - a.width);
}

/** The encoder settings that x264 wrote into its own stream. */
async function settingsOf(file) {
    const text = (await readFile(file)).subarray(0, 1 << 20).toString('latin1');
    const options = text.match(/x264 - core[^\0]*options: ([^\0]*)/)[1];
    const value = (name) => options.match(new RegExp(`(?:^| )${name}=(\\S+)`))[1];
    return { options, crf: value('crf'), maxrate: `${value('vbv_maxrate')}k`, bufsize: `${value('vbv_bufsize')}k` };
}

/** Apart from threads, x264 was told the same: else the comparison says nothing. */
function demandSame(ours, theirs) {
    const plain = (settings) => settings.options.replace(/ ?(lookahead_)?threads=\d+| ?sliced_threads=\d+| ?nr=\d+/g, '');
    if (plain(ours) !== plain(theirs)) throw new Error(`other encoder settings:\n${plain(ours)}\n${plain(theirs)}`);
}

const preset = 'veryfast';
function encoderArguments(index, { crf, maxrate, bufsize }) {
    return [
        `-c:v:${index}`, 'libx264', `-preset:v:${index}`, preset, `-profile:v:${index}`, 'high', `-crf:v:${index}`, crf,
        `-maxrate:v:${index}`, maxrate, `-bufsize:v:${index}`, bufsize, `-g:v:${index}`, '600', `-keyint_min:v:${index}`, '600',
        `-forced-idr:v:${index}`, '1',
    ];
}

export async function processing({ phoneClip }) {
    const folder = await temporaryFolder('reelshare-bench-');
    await run(program, ['transcode', phoneClip, path.join(folder, 'warm')]);
    const renditions = await renditionsOf(path.join(folder, 'warm'));
    const settings = await Promise.all(renditions.map((r) => settingsOf(path.join(folder, 'warm', `${r.name}.mp4`))));
    const key = ['-force_key_frames', 'expr:gte(t,n_forced*2)'];
    const audio = ['-map', '0:a?', '-c:a', 'aac', '-b:a', '128k'];
    const out = (rendition) => path.join(folder, `ffmpeg-${rendition.name}.mp4`);

    let graph = '';
    let source = '[0:v]';
    renditions.forEach((r, i) => {
        const last = i === renditions.length - 1;
        graph += `${source}scale=${r.width}:${r.height}:flags=bicubic${last ? `[v${i}];` : `,split=2[v${i}][n${i}];`}`;
        source = `[n${i}]`;
    });
    const together = ['-v', 'error', '-y', '-i', phoneClip, '-filter_complex', graph.replace(/;$/, '')];
    renditions.forEach((r, i) => {
        const one = encoderArguments(0, settings[i]);
        together.push('-map', `[v${i}]`, ...audio, ...one, ...key, '-pix_fmt', 'yuv420p', '-movflags', '+faststart', out(r));
    });
    const wall = [];
    const cpu = [];
    for (let round = 0; round < 3; ++round) {
        const ours = await timed(program, ['transcode', phoneClip, path.join(folder, `ours-${round}`)]);
        const one = await timed('ffmpeg', together);
        for (const [i, r] of renditions.entries()) demandSame(settings[i], await settingsOf(out(r)));
        let separate = 0;
        for (let i = 0; i < renditions.length; ++i) {
            const r = renditions[i];
            separate += (await timed('ffmpeg', ['-v', 'error', '-y', '-i', phoneClip, '-vf', `scale=${r.width}:${r.height}:flags=bicubic`,
                '-map', '0:v', ...audio, ...encoderArguments(0, settings[i]), ...key, '-pix_fmt', 'yuv420p', out(r)])).cpu;
        }
        wall.push(ours.wall / one.wall);
        cpu.push(ours.cpu / separate);
    }
    report(`processing, wall, against one ffmpeg making the same ${renditions.length} renditions`, median(wall).toFixed(2), '<= 1.1', median(wall) <= 1.1);
    report('processing, CPU, against one ffmpeg per rendition', median(cpu).toFixed(2), '<= 0.75', median(cpu) <= 0.75);
    await rm(folder, { recursive: true, force: true });
}
