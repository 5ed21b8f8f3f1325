// What every test that starts a program needs.
import { mkdtemp } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** Sanitizers make everything slower: deadlines are stretched, not loosened. */
export const slowness = process.env.REELSHARE_SLOW ? 4 : 1;

export async function freePort() {
    const probe = createServer();
    await new Promise((done, failed) => probe.once('error', failed).listen(0, '127.0.0.1', done));
    const { port } = probe.address();
    await new Promise((done) => probe.close(done));
    return port;
}

/** Waits until `check` gives something truthy; throws when `ms` have passed. */
export async function until(check, { ms = 20_000, every = 50, what = 'a condition' } = {}) {
    const deadline = Date.now() + ms * slowness;
    for (;;) {
        const value = await check();
        if (value) return value;
        if (Date.now() > deadline) throw new Error(`waited ${ms * slowness} ms for ${what}`);
        await new Promise((done) => setTimeout(done, every));
    }
}

export async function temporaryFolder(name = 'reelshare-test-') {
    return mkdtemp(path.join(tmpdir(), name));
}
