// A plot of a few curves as a small SVG that reads on light and dark pages.
const frame = { left: 52, top: 14, right: 96, bottom: 40, width: 720, height: 400 };
const colours = ['#c2410c', '#1d6fb8', '#15803d', '#8b3fb0'];

const scale = (from, to, begin, end) => (value) => begin + (value - from) / (to - from) * (end - begin);
const text = (x, y, words, more = '') => `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" ${more}>${words}</text>`;

/**
 * `curves`: [{ name, points: [{ x, y, chosen }] }], x on a logarithmic axis; a chosen point gets a ring. `ticks`: { x, y }, and `labels` for both axes.
 */
export function plot({ curves, ticks, labels }) {
    const { left, top, right, bottom, width, height } = frame;
    const all = curves.flatMap((curve) => curve.points);
    const lowest = Math.min(...ticks.y, ...all.map((p) => p.y));
    const highest = Math.max(...ticks.y, ...all.map((p) => p.y));
    const across = scale(Math.log(Math.min(...ticks.x)), Math.log(Math.max(...ticks.x)), left, width - right);
    const up = scale(lowest, highest, height - bottom, top);
    const x = (value) => across(Math.log(value));
    const lines = [
        `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12">`,
        `<rect width="${width}" height="${height}" fill="#fff"/>`,
        ...ticks.x.map((value) => `<path d="M${x(value).toFixed(1)} ${top}V${height - bottom}" stroke="#ddd"/>`
            + text(x(value), height - bottom + 16, String(value), 'text-anchor="middle"')),
        ...ticks.y.map((value) => `<path d="M${left} ${up(value).toFixed(1)}H${width - right}" stroke="#ddd"/>`
            + text(left - 6, up(value) + 4, String(value), 'text-anchor="end"')),
        text((left + width - right) / 2, height - 6, labels.x, 'text-anchor="middle"'),
        text(0, 0, labels.y, `text-anchor="middle" transform="translate(13 ${(top + height - bottom) / 2}) rotate(-90)"`),
    ];
    curves.forEach(({ name, points }, i) => {
        const colour = colours[i % colours.length];
        const sorted = [...points].sort((a, b) => a.x - b.x);
        const line = sorted.map((p) => `${x(p.x).toFixed(1)} ${up(p.y).toFixed(1)}`).join('L');
        lines.push(`<path d="M${line}" fill="none" stroke="${colour}" stroke-width="2"/>`);
        for (const p of sorted) {
            const at = `cx="${x(p.x).toFixed(1)}" cy="${up(p.y).toFixed(1)}"`;
            lines.push(`<circle ${at} r="3" fill="${colour}"/>`);
            if (p.chosen) lines.push(`<circle ${at} r="8" fill="none" stroke="${colour}" stroke-width="2"/>`);
        }
        const last = sorted.at(-1);
        lines.push(text(x(last.x) + 10, up(last.y) + 4, name, `fill="${colour}" font-weight="bold"`));
    });
    return `${lines.join('\n')}\n</svg>\n`;
}
