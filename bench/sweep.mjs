// What the settings of the encoder give and cost at each size, over short pieces of real clips: the reasons for the targets in
// src/media/ladder.cpp. Writes the tables and the plot of docs/encoding.md. By name only: nothing of it is a goal.
import { access, readFile, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { detailOf } from './detail.mjs';
import { timed } from './ffmpeg.mjs';
import { plot } from './plot.mjs';
import { run, temporaryFolder } from './support.mjs';

const docs = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../docs');

/** Hand-held and grainy, twice; steady; HEVC of a newer phone; a film. Seconds: from, how many. */
const choices = [
    ['phone_portrait_1080p_20s.mp4', 3, 2], ['phone_portrait_1080p_20s.mp4', 12, 2], ['edit_list_hevc_hlg_rotated.mp4', 0, 2],
    ['rotated_270_720p_5s.mp4', 1, 2], ['landscape_480p_30s.mp4', 8, 2],
];
const sizes = [1080, 720, 540, 360];
/** A preset of x264, and `+ssim` for its tuning of that name with the pictures of lookahead that src/media/ladder.hpp gives it. Those that a size is not tried with cost too much there. */
const large = ['veryfast', 'veryfast+ssim', 'faster+ssim', 'medium'];
const small = ['veryfast', 'veryfast+ssim', 'fast+ssim', 'medium', 'medium+ssim', 'slow+ssim'];
const settings = { 1080: large, 720: large, 540: small, 360: small };
const crfs = [22, 26, 30];

/** SSIM as a distance that one sees: twice as far from the original is 3 less. */
const decibels = (ssim) => -10 * Math.log10(1 - ssim);
const mean = (values) => values.reduce((a, b) => a + b, 0) / values.length;

const ffmpeg = (args) => run('ffmpeg', ['-hide_banner', '-nostats', '-y', ...args], { maxBuffer: 1 << 24 });

/** Pieces without loss, in every size that they have. */
async function cut(samples, phoneClip, folder) {
    const pieces = [];
    for (const [name, from, seconds] of choices) {
        const file = await access(path.join(samples, name)).then(() => path.join(samples, name), () => phoneClip);
        const whole = path.join(folder, `piece-${pieces.length}.mkv`);
        const shorter = (edge) => `scale='if(lt(iw,ih),min(${edge},iw),-2)':'if(lt(iw,ih),-2,min(${edge},ih))':flags=bicubic`;
        const lossless = ['-an', '-pix_fmt', 'yuv420p', '-c:v', 'libx264', '-preset', 'ultrafast', '-qp', '0'];
        await ffmpeg(['-ss', String(from), '-t', String(seconds), '-i', file, '-vf', shorter(1080), ...lossless, whole]);
        const { stdout } = await run('ffprobe', ['-v', 'error', '-show_entries', 'stream=width,height', '-of', 'csv=p=0', whole]);
        const [width, height] = stdout.trim().split(',').map(Number);
        const piece = { name, seconds, whole, width, height, sized: {}, reading: {} };
        for (const size of sizes.filter((edge) => edge <= Math.min(width, height))) {
            piece.sized[size] = path.join(folder, `piece-${pieces.length}-${size}.mkv`);
            await ffmpeg(['-i', whole, '-vf', shorter(size), ...lossless, piece.sized[size]]);
            ({ cpu: piece.reading[size] } = await timed('ffmpeg', ['-v', 'error', '-i', piece.sized[size], '-f', 'null', '-']));
        }
        pieces.push(piece);
    }
    return pieces;
}

async function encode({ piece, size, setting, crf }, folder) {
    const [preset, tune] = setting.split('+');
    const file = path.join(folder, `${path.basename(piece.sized[size], '.mkv')}-${setting}-${crf}.mp4`);
    const command = ['-hide_banner', '-nostats', '-y', '-i', piece.sized[size], '-c:v', 'libx264', '-threads', '1', '-preset', preset,
        ...(tune ? ['-tune', tune, '-rc-lookahead', '8'] : []), '-crf', String(crf), '-ssim', '1', '-force_key_frames', 'expr:gte(t,n_forced*2)', file];
    const { stderr } = await run('bash', ['-c', 'TIMEFORMAT="CPU %U"; time ffmpeg "$@"', 'bash', ...command], { maxBuffer: 1 << 24 });
    return {
        file, kbps: (await stat(file)).size * 8 / 1000 / piece.seconds, cpu: Number(stderr.match(/CPU ([\d.]+)/)[1]) - piece.reading[size],
        ssim: Number(stderr.match(/SSIM Mean Y:([\d.]+)/)[1]),
    };
}

/** SSIM on a screen where the largest size fits. */
async function shown({ piece, file }) {
    // By their order: the two containers round times differently.
    const graph = `[0:v]setpts=N/30/TB,scale=${piece.width}:${piece.height}:flags=bicubic[a];[1:v]setpts=N/30/TB[b];[a][b]ssim`;
    const { stderr } = await ffmpeg(['-i', file, '-i', piece.whole, '-lavfi', graph, '-f', 'null', '-']);
    return Number(stderr.match(/SSIM Y:([\d.]+)/)[1]);
}

/** Two at a time, as on the machines that the targets are for. */
async function each(tasks, work) {
    const left = [...tasks];
    await Promise.all([0, 1].map(async () => { while (left.length) await work(left.shift()); }));
}

/** The logarithm of the rate at which the points, more than one, reach `likeness`. */
function rateAt(points, likeness) {
    const sorted = [...points].sort((a, b) => a.ssim - b.ssim).map(({ ssim, kbps }) => [decibels(ssim), Math.log(kbps)]);
    let i = 0;
    while (i < sorted.length - 2 && sorted[i + 1][0] < likeness) ++i;
    const [[x0, y0], [x1, y1]] = sorted.slice(i, i + 2);
    return y0 + (y1 - y0) * (likeness - x0) / (x1 - x0);
}

/** Bytes against the first setting named at equal SSIM, and CPU time against the second. */
function compare(tasks, size, setting) {
    const of = (name, piece) => tasks.filter((task) => task.size === size && task.setting === name && task.piece === piece);
    const pieces = [...new Set(tasks.filter((task) => task.size === size).map((task) => task.piece))];
    const rates = pieces.map((piece) => mean(of(setting, piece).map((task) => Math.log(task.kbps) - rateAt(of('medium', piece), decibels(task.ssim)))));
    const cpu = (name) => pieces.flatMap((piece) => of(name, piece)).reduce((sum, task) => sum + task.cpu, 0);
    return { bytes: Math.exp(mean(rates)), cpu: cpu(setting) / cpu('veryfast') };
}

/** What src/media/ladder.cpp uses. */
const targets = { 1080: ['veryfast+ssim', 25], 720: ['veryfast+ssim', 25], 540: ['medium+ssim', 26], 360: ['medium+ssim', 28] };

/** Curves of the presets in use: what each size looks like on a large screen, by its rate. */
async function curvesOf(pieces, folder) {
    const curves = [];
    // Only pieces that have every size can be laid over each other.
    const whole = pieces.filter((piece) => sizes.every((size) => piece.sized[size]));
    for (const size of sizes) {
        const [setting, target] = targets[size];
        const tasks = [...new Set([...crfs, target, 34])].flatMap((crf) => whole.map((piece) => ({ piece, size, setting, crf })));
        await each(tasks, async (task) => {
            Object.assign(task, await encode(task, folder));
            task.shown = await shown(task);
        });
        const points = [...new Set(tasks.map((task) => task.crf))].sort((a, b) => a - b).map((crf) => {
            const of = tasks.filter((task) => task.crf === crf);
            return {
                crf, x: Math.exp(mean(of.map((task) => Math.log(task.kbps)))), y: decibels(mean(of.map((task) => task.shown))), chosen: crf === target,
                own: mean(of.map((task) => task.ssim)), shown: mean(of.map((task) => task.shown)),
            };
        });
        curves.push({ name: `${size}, ${setting.replace('+ssim', '')}`, size, points });
    }
    return curves;
}

/** Puts the table between its marks in the document. */
async function write(name, table) {
    console.log(`\n${table}`);
    const file = path.join(docs, 'encoding.md');
    const text = await readFile(file, 'utf8');
    const between = new RegExp(`(<!-- sweep: ${name} -->\n)[^]*?(<!-- end -->)`);
    if (!between.test(text)) throw new Error(`${file} has no place for the table "${name}"`);
    await writeFile(file, text.replace(between, `$1\n${table}\n\n$2`));
}
const table = (head, rows) => [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

/** A part with its pieces in a folder that goes with it. */
const withPieces = (part) => async ({ phoneClip, samples }) => {
    const folder = await temporaryFolder('reelshare-sweep-');
    try {
        await part(await cut(samples, phoneClip, folder), folder);
    } finally {
        await rm(folder, { recursive: true, force: true });
    }
};

const bySettings = withPieces(async (pieces, folder) => {
    const tasks = sizes.flatMap((size) => settings[size].flatMap((setting) => pieces.filter((piece) => piece.sized[size])
        .flatMap((piece) => crfs.map((crf) => ({ piece, size, setting, crf })))));
    await each(tasks, async (task) => Object.assign(task, await encode(task, folder)));
    const all = [...new Set(Object.values(settings).flat())];
    await write('settings', table(['setting', ...sizes.map((size) => `${size}: bytes · CPU`)], all.map((setting) => [
        setting, ...sizes.map((size) => {
            if (!settings[size].includes(setting)) return '';
            const { bytes, cpu } = compare(tasks, size, setting);
            return `${bytes.toFixed(2)} · ${cpu.toFixed(1)}`;
        })])));
});

const byTargets = withPieces(async (pieces, folder) => {
    const curves = await curvesOf(pieces, folder);
    await write('targets', table(['size', 'CRF', 'kbit/s', 'SSIM', 'SSIM on a large screen'], curves.flatMap(({ size, points }) => points.map((p) => {
        const bold = (words) => (p.chosen ? `**${words}**` : words);
        return [size, p.crf, Math.round(p.x), p.own.toFixed(4), p.shown.toFixed(4)].map(bold);
    }))));
    await writeFile(path.join(docs, 'encoding.svg'), plot({
        curves, ticks: { x: [100, 200, 500, 1000, 2000, 5000, 10000], y: [6, 8, 10, 12, 14, 16] },
        labels: { x: 'kbit/s (logarithmic)', y: 'likeness on a large screen: SSIM, in dB' },
    }));
});

const byDetail = async ({ samples }) => write('detail', table(['clip', '1080 by way of 720', '720 by way of 540', '540 by way of 360'], await detailOf(samples)));

export const sweeps = { 'sweep-settings': bySettings, 'sweep-targets': byTargets, 'sweep-detail': byDetail };
