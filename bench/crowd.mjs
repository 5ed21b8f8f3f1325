// Many clients over bare sockets: so many requests a second, whether answers come or not, or as many as answers come.
import { connect } from 'node:net';

import { median } from './support.mjs';

/** Loopback has many addresses, and each may hold a bounded number of connections. */
export const from = (i) => `127.0.1.${1 + (i % 200)}`;

/** One connection, kept alive; asks one thing at a time. */
class Line {
    busy = null;
    #buffer = null;
    #left = -1;
    #status = 0;

    constructor(port, i, { answered, ended }) {
        this.socket = connect({ port, host: '127.0.0.1', localAddress: from(i) });
        this.socket.setNoDelay(true);
        this.socket.on('data', (piece) => this.#take(piece, answered));
        this.socket.on('error', () => {});
        this.socket.on('close', () => ended(this));
    }

    ask(bytes, due) {
        this.busy = { due };
        this.socket.write(bytes);
    }

    #take(piece, answered) {
        if (this.#left < 0) {
            this.#buffer = this.#buffer ? Buffer.concat([this.#buffer, piece]) : piece;
            const end = this.#buffer.indexOf('\r\n\r\n');
            if (end < 0) return;
            const head = this.#buffer.latin1Slice(0, end);
            this.#status = Number(head.slice(9, 12));
            const length = /\r\ncontent-length: (\d+)/i.exec(head);
            this.#left = (length ? Number(length[1]) : 0) - (this.#buffer.length - end - 4);
            this.#buffer = null;
        } else {
            this.#left -= piece.length;
        }
        if (this.#left > 0) return;
        this.#left = -1;
        const busy = this.busy;
        this.busy = null;
        if (busy) answered(this, this.#status, busy.due);
    }
}

const percentile = (times, share) => (times.length ? times.sort((a, b) => a - b)[Math.min(times.length - 1, Math.floor(times.length * share))] : 0);

export class Crowd {
    #free = [];
    #lines = new Set();
    #made = 0;

    /** `most`: connections at once; `patience`: how long an answer may take to be of use, in ms. */
    constructor(port, { most = 4_000, patience = 1_000 } = {}) {
        Object.assign(this, { port, most, patience });
    }

    /** `rate` requests a second of what `next` gives; without a rate, `connections` ask one after the other. */
    async run({ seconds, rate, connections, next }) {
        const seen = { good: 0, refused: 0, late: 0, broken: 0, unsent: 0, statuses: new Map(), goodTimes: [], refusedTimes: [] };
        const start = performance.now();
        const end = start + seconds * 1000;
        const callbacks = {
            answered: (line, status, due) => {
                const now = performance.now();
                seen.statuses.set(status, (seen.statuses.get(status) ?? 0) + 1);
                const took = now - due;
                if (status === 503 || status === 429) {
                    seen.refused += 1;
                    seen.refusedTimes.push(took);
                } else if (status < 400) {
                    if (took <= this.patience) seen.good += 1;
                    else seen.late += 1;
                    seen.goodTimes.push(took);
                } else {
                    seen.broken += 1;
                }
                if (connections && now < end) line.ask(next(), now);
                else this.#free.push(line);
            },
            ended: (line) => {
                if (line.busy) seen.broken += 1;
                this.#lines.delete(line);
                this.#free = this.#free.filter((one) => one !== line);
            },
        };
        const line = () => {
            const free = this.#free.pop();
            if (free || this.#lines.size >= this.most) return free;
            const made = new Line(this.port, this.#made++, callbacks);
            this.#lines.add(made);
            return made;
        };
        if (connections) {
            for (let i = 0; i < connections; ++i) line().ask(next(), performance.now());
            await new Promise((done) => setTimeout(done, seconds * 1000));
        } else {
            let sent = 0;
            for (let now = start; now < end; now = performance.now()) {
                for (const due = ((now - start) / 1000) * rate; sent < due; ++sent) {
                    const one = line();
                    if (one) one.ask(next(), now);
                    else seen.unsent += 1;
                }
                await new Promise((soon) => setTimeout(soon, 1));
            }
        }
        const took = (performance.now() - start) / 1000;
        const result = {
            ...seen, rate: seen.good / took, p50: median(seen.goodTimes), p99: percentile(seen.goodTimes, 0.99), refusedP99: percentile(seen.refusedTimes, 0.99),
        };
        this.#lines.forEach((one) => one.socket.destroy());
        this.#lines.clear();
        this.#free = [];
        return result;
    }
}
