// Clips whose corners tell which way up they are, turned and mirrored by the header alone.

/** Matrices [a b c d] of a track header: x' = a x + c y, y' = b x + d y. */
export const orientations = {
    upright: [1, 0, 0, 1],
    clockwise: [0, 1, -1, 0],
    half_turn: [-1, 0, 0, -1],
    counterclockwise: [0, -1, 1, 0],
    mirrored: [-1, 0, 0, 1],
    upside_down: [1, 0, 0, -1],
    transposed: [0, 1, 1, 0],
    antitransposed: [0, -1, -1, 0],
};

/** Corners as they are stored: [left or right, top or bottom] to a colour. */
const stored = { '-1,-1': 'red', '1,-1': 'lime', '-1,1': 'blue', '1,1': 'yellow' };

/** Colours as they must be shown: top left, top right, bottom left, bottom right. */
export function shownCorners([a, b, c, d]) {
    const shown = {};
    for (const [place, colour] of Object.entries(stored)) {
        const [x, y] = place.split(',').map(Number);
        shown[[a * x + c * y, b * x + d * y].join(',')] = colour;
    }
    return ['-1,-1', '1,-1', '-1,1', '1,1'].map((place) => shown[place]);
}

/** ffmpeg's input for the four corners, `width` x `height` in all. */
export function cornersInput(width, height, seconds) {
    const [w, h] = [width / 2, height / 2];
    const one = (colour) => `color=${colour}:s=${w}x${h}:r=30:d=${seconds}`;
    return `${one('red')}[a];${one('lime')}[b];${one('blue')}[c];${one('yellow')}[d];[a][b]hstack[t];[c][d]hstack[u];[t][u]vstack`;
}

/** Writes the matrix into every track header of an MP4. */
export function turn(bytes, [a, b, c, d]) {
    for (let at = bytes.indexOf('tkhd'); at >= 0; at = bytes.indexOf('tkhd', at + 4)) {
        const matrix = at + 4 + (bytes[at + 4] === 1 ? 52 : 40);
        [a, b, 0, c, d, 0, 0, 0].forEach((value, i) => bytes.writeInt32BE(value * 65536, matrix + i * 4));
        bytes.writeInt32BE(1 << 30, matrix + 32);
    }
    return bytes;
}
