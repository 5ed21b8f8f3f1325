// Damages clips the way that finds faults: knows where the boxes of an MP4 are, and what a number in them may do.

/** A random sequence that is the same for the same seed. */
export function randomFrom(seed) {
    let state = seed >>> 0 || 1;
    const next = () => {
        state ^= state << 13;
        state ^= state >>> 17;
        state ^= state << 5;
        return (state >>>= 0) / 2 ** 32;
    };
    return { below: (count) => Math.floor(next() * count), pick: (list) => list[Math.floor(next() * list.length)] };
}

const containers = new Set(['moov', 'trak', 'mdia', 'minf', 'stbl', 'edts', 'dinf', 'udta', 'mvex', 'moof', 'traf']);

/** Every box, with its parents: [{ type, begin, end, payload, parents }]. */
export function boxesOf(bytes, begin = 0, end = bytes.length, parents = []) {
    const found = [];
    for (let at = begin; at + 8 <= end;) {
        let size = bytes.readUInt32BE(at);
        let head = 8;
        if (size === 1 && at + 16 <= end) {
            size = Number(bytes.readBigUInt64BE(at + 8));
            head = 16;
        }
        if (size < head || at + size > end) break;
        const box = { type: bytes.toString('latin1', at + 4, at + 8), begin: at, end: at + size, payload: at + head, parents };
        found.push(box);
        if (containers.has(box.type)) found.push(...boxesOf(bytes, box.payload, box.end, [...parents, box]));
        at += size;
    }
    return found;
}

const numbers = [0, 1, 2, 0x7f, 0xff, 0x7fff, 0xffff, 0x10000, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff, 1_000_000_000];

/** The same box once more, or not at all; the sizes of those around it are put right. */
function resize(bytes, box, replacement) {
    const out = Buffer.concat([bytes.subarray(0, box.begin), replacement, bytes.subarray(box.end)]);
    const grown = replacement.length - (box.end - box.begin);
    for (const parent of box.parents) out.writeUInt32BE(Math.max(8, out.readUInt32BE(parent.begin) + grown) >>> 0, parent.begin);
    return out;
}

const ways = {
    flip(bytes, random, { from, to }) {
        for (let i = 1 + random.below(4); i > 0; --i) bytes[from + random.below(to - from)] ^= 1 << random.below(8);
        return bytes;
    },
    number(bytes, random, { from, to }) {
        if (to - from >= 4) bytes.writeUInt32BE(random.pick(numbers), from + 4 * random.below(Math.floor((to - from) / 4)));
        return bytes;
    },
    fill(bytes, random, { from, to }) {
        const at = from + random.below(to - from);
        return bytes.fill(random.pick([0, 0xff, 0x55]), at, Math.min(to, at + 1 + random.below(64)));
    },
    size(bytes, random, { box }) {
        if (box) bytes.writeUInt32BE(random.pick(numbers), box.begin);
        return bytes;
    },
    type(bytes, random, { box }) {
        if (box) bytes.write(random.pick(['free', 'mdat', 'moov', 'trak', 'stts', 'cmov', 'uuid', 'meta', 'sgpd']), box.begin + 4, 'latin1');
        return bytes;
    },
    twice(bytes, random, { box }) {
        return box ? resize(bytes, box, Buffer.concat([bytes.subarray(box.begin, box.end), bytes.subarray(box.begin, box.end)])) : bytes;
    },
    drop(bytes, random, { box }) {
        return box ? resize(bytes, box, Buffer.alloc(0)) : bytes;
    },
    cut(bytes, random) {
        return bytes.subarray(0, 1 + random.below(bytes.length));
    },
    hole(bytes, random) {
        const at = random.below(bytes.length);
        return Buffer.concat([bytes.subarray(0, at), bytes.subarray(Math.min(bytes.length, at + 1 + random.below(200)))]);
    },
};

/** A damaged copy: one to three faults, mostly in what describes the pictures and not in them. */
export function mutate(original, seed) {
    const random = randomFrom(seed * 2_654_435_761);
    let bytes = Buffer.from(original);
    for (let i = 1 + random.below(3); i > 0 && bytes.length > 0; --i) {
        const boxes = bytes.toString('latin1', 4, 8) === 'ftyp' ? boxesOf(bytes).filter((box) => box.end > box.payload) : [];
        const small = boxes.filter((box) => box.type !== 'mdat');
        const box = small.length && random.below(10) < 8 ? random.pick(small) : null;
        // Matroska says most of what it is in front.
        const place = box ? { box, from: box.payload, to: box.end }
            : { from: 0, to: random.below(2) ? Math.min(bytes.length, 600) : bytes.length };
        bytes = ways[random.pick(Object.keys(ways))](bytes, random, place);
    }
    return bytes;
}
