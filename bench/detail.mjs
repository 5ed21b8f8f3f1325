// How much of real clips, and of enlarged copies of them, a smaller size loses: the threshold of src/media/detail.cpp, whose measure
// this repeats.
import { readdir } from 'node:fs/promises';
import path from 'node:path';

import { run } from './support.mjs';

/** SSIM of blocks of 8x8, mean of the worst twentieth. */
function likeness(one, other, width, height) {
    const blocks = [];
    for (let top = 0; top + 8 <= height; top += 8)
        for (let left = 0; left + 8 <= width; left += 8) {
            let [a, b, squares, product] = [0, 0, 0, 0];
            for (let y = top; y < top + 8; ++y)
                for (let at = y * width + left, end = at + 8; at < end; ++at) {
                    a += one[at];
                    b += other[at];
                    squares += one[at] ** 2 + other[at] ** 2;
                    product += one[at] * other[at];
                }
            a /= 64;
            b /= 64;
            const [c1, c2] = [6.5025, 58.5225];
            blocks.push((2 * a * b + c1) * (2 * (product / 64 - a * b) + c2) / ((a * a + b * b + c1) * (squares / 64 - a * a - b * b + c2)));
        }
    blocks.sort((x, y) => x - y);
    const worst = Math.max(1, Math.floor(blocks.length / 20));
    return blocks.slice(0, worst).reduce((x, y) => x + y, 0) / worst;
}

/** Some keyframes in grey, through `filters`. */
async function pictures(file, filters) {
    const { stdout } = await run('ffmpeg', ['-v', 'error', '-skip_frame', 'nokey', '-i', file, '-vf', `${filters},format=gray`, '-frames:v', '4', '-vsync', '0', '-f', 'yuv4mpegpipe', '-'],
        { encoding: 'buffer', maxBuffer: 1 << 26 });
    const head = stdout.subarray(0, stdout.indexOf('\n'));
    const [, width, height] = head.toString('latin1').match(/ W(\d+) H(\d+) /).map(Number);
    const frames = [];
    for (let at = head.length + 1 + 'FRAME\n'.length; at < stdout.length; at += width * height + 'FRAME\n'.length) frames.push(stdout.subarray(at, at + width * height));
    return { width, height, frames };
}

const edge = (size) => `scale='if(lt(iw,ih),${size},-2)':'if(lt(iw,ih),-2,${size})':flags=bicubic`;

/** How alike, at most, `from` and its copy by way of `to` are in the picture that loses most. */
async function left(file, before, from, to) {
    const whole = await pictures(file, `${before}${edge(from)}`);
    const again = await pictures(file, `${before}${edge(from)},${edge(to)},scale=${whole.width}:${whole.height}:flags=bicubic`);
    return Math.min(...whole.frames.map((frame, i) => likeness(frame, again.frames[i], whole.width, whole.height)));
}

async function shortEdge(file) {
    const { stdout } = await run('ffprobe', ['-v', 'error', '-select_streams', 'v:0', '-show_entries', 'stream=width,height', '-of', 'csv=p=0', file]);
    return Math.min(...stdout.trim().split('\n')[0].split(',').slice(0, 2).map(Number));
}

const steps = [[1080, 720], [720, 540], [540, 360]];

/** Rows: clip, and how alike each step leaves them. */
export async function detailOf(samples) {
    const rows = [];
    const names = (await readdir(samples).catch(() => [])).filter((name) => /^(phone_portrait|edit_list|hdr_hlg|rotated_270|fps_12|fps_50|fps_60|full_range|hdr10|phone_4k)/.test(name));
    for (const name of names)
        for (const [what, before] of [['', ''], [', enlarged from 360', `${edge(360)},`], [', enlarged from 540', `${edge(540)},`]]) {
            if (before && !/phone_portrait|rotated_270|edit_list/.test(name)) continue;
            const cells = [];
            const file = path.join(samples, name);
            const size = await shortEdge(file);
            for (const [from, to] of steps) cells.push(from > size ? '' : (await left(file, before, from, to)).toFixed(3));
            rows.push([`${name}${what}`, ...cells]);
        }
    return rows;
}
