// A picture of patches whose colours are known as light, in the code values of a camera's colour space;
// and what they must look like as BT.709. Only the standards' formulas, nothing of libavfilter.

/** Linear light by BT.709 primaries; 1 is a sheet of white paper (203 cd/m² where the scale is absolute). */
export const patches = {
    black: [0, 0, 0],
    shadow: [0.05, 0.05, 0.05],
    grey: [0.18, 0.18, 0.18],
    skin: [0.28, 0.16, 0.11],
    red: [0.28, 0.01, 0.01],
    green: [0.01, 0.28, 0.01],
    blue: [0.01, 0.01, 0.28],
    yellow: [0.28, 0.28, 0.01],
    cyan: [0.01, 0.28, 0.28],
    magenta: [0.28, 0.01, 0.28],
    paper: [1, 1, 1],
    lamp: [4, 4, 4],
};
export const columns = 4;
const rows = Object.keys(patches).length / columns;

const paperNits = 203; // ITU-R BT.2408
const apply = (matrix, v) => matrix.map((row) => row[0] * v[0] + row[1] * v[1] + row[2] * v[2]);
const multiply = (a, b) => a.map((row) => [0, 1, 2].map((i) => row[0] * b[0][i] + row[1] * b[1][i] + row[2] * b[2][i]));

function inverse([[a, b, c], [d, e, f], [g, h, i]]) {
    const all = a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g);
    return [[e * i - f * h, c * h - b * i, b * f - c * e], [f * g - d * i, a * i - c * g, c * d - a * f],
        [d * h - e * g, b * g - a * h, a * e - b * d]].map((row) => row.map((value) => value / all));
}

/** From RGB to XYZ, of primaries and white point by their x and y. */
function toXyz(white, ...primaries) {
    const column = ([x, y]) => [x / y, 1, (1 - x - y) / y];
    const [r, g, b] = primaries.map(column);
    const matrix = [0, 1, 2].map((i) => [r[i], g[i], b[i]]);
    const scale = apply(inverse(matrix), column(white));
    return matrix.map((row) => row.map((value, i) => value * scale[i]));
}
const d65 = [0.3127, 0.329];
const xyz = {
    bt709: toXyz(d65, [0.64, 0.33], [0.3, 0.6], [0.15, 0.06]),
    bt2020: toXyz(d65, [0.708, 0.292], [0.17, 0.797], [0.131, 0.046]),
    p3: toXyz(d65, [0.68, 0.32], [0.265, 0.69], [0.15, 0.06]),
};

/** SMPTE ST 2084 */
function pq(light) {
    const y = (light * paperNits / 10_000) ** 0.1593017578125;
    return ((0.8359375 + 18.8515625 * y) / (1 + 18.6875 * y)) ** 78.84375;
}
/** ITU-R BT.2100 for a display of 1000 cd/m²: undoes its system gamma of 1.2, which goes by the luminance of all three. */
function hlg(rgb) {
    const display = rgb.map((value) => value * paperNits / 1000);
    const luminance = 0.2627 * display[0] + 0.678 * display[1] + 0.0593 * display[2];
    const scene = display.map((value) => (luminance > 0 ? value * luminance ** (1 / 1.2 - 1) : 0));
    return scene.map((e) => (e <= 1 / 12 ? Math.sqrt(3 * e) : 0.17883277 * Math.log(12 * e - 0.28466892) + 0.55991073));
}
const gamma = (value) => Math.min(1, Math.max(0, value)) ** (1 / 2.4); // ITU-R BT.1886

const spaces = {
    pq: { primaries: 'bt2020', luma: [0.2627, 0.0593], encode: (rgb) => rgb.map(pq) },
    hlg: { primaries: 'bt2020', luma: [0.2627, 0.0593], encode: hlg },
    p3: { primaries: 'p3', luma: [0.2126, 0.0722], encode: (rgb) => rgb.map(gamma) },
};

/** One picture of the patches, 10-bit 4:2:0 in limited range, as `-f rawvideo -pix_fmt yuv420p10le` takes it. */
export function patchPicture(space, width, height) {
    const { primaries, luma: [kr, kb], encode } = spaces[space];
    const codes = Object.values(patches).map((light) => {
        const wide = apply(multiply(inverse(xyz[primaries]), xyz.bt709), light).map((value) => Math.max(0, value));
        const [r, g, b] = encode(wide);
        const y = kr * r + (1 - kr - kb) * g + kb * b;
        const chroma = (value, k) => Math.round(512 + 896 * (value - y) / (2 * (1 - k)));
        return [Math.round(64 + 876 * y), chroma(b, kb), chroma(r, kr)];
    });
    const bytes = Buffer.alloc(width * height * 3);
    let at = 0;
    for (const [plane, step] of [[0, 1], [1, 2], [2, 2]])
        for (let y = 0; y < height; y += step)
            for (let x = 0; x < width; x += step)
                at = bytes.writeUInt16LE(codes[Math.floor(y * rows / height) * columns + Math.floor(x * columns / width)][plane], at);
    return bytes;
}

/** What is shown of each patch: [r, g, b] of 0 to 255, or null where that is a matter of taste (what is brighter than paper's third). */
export const shown = Object.fromEntries(Object.entries(patches).map(([name, light]) =>
    [name, Math.max(...light) > 0.3 ? null : light.map((value) => 255 * gamma(value))]));

/** The mean colour in the middle of each patch of a picture in RGB with a byte each. */
export function patchesOf(rgb, width, height) {
    const [w, h] = [width / columns, height / rows];
    return Object.fromEntries(Object.keys(patches).map((name, i) => {
        const sum = [0, 0, 0];
        let count = 0;
        for (let y = Math.ceil((Math.floor(i / columns) + 0.3) * h); y < (Math.floor(i / columns) + 0.7) * h; ++y)
            for (let x = Math.ceil((i % columns + 0.3) * w); x < (i % columns + 0.7) * w; ++x, ++count)
                for (let c = 0; c < 3; ++c) sum[c] += rgb[(y * width + x) * 3 + c];
        return [name, sum.map((value) => value / count)];
    }));
}
