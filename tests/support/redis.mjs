// A real Redis on a free port. Each world takes a database number of its own; channels of pub/sub are shared by
// all numbers.
import { execFile, spawn } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { promisify } from 'node:util';

import { freePort, temporaryFolder, until } from './process.mjs';

const run = promisify(execFile);

/** What can be asked of a Redis that runs at `address`. */
export function attachRedis(address) {
    const redis = {
        ...address,
        address,
        url: (database = 0) => `redis://127.0.0.1:${address.port}/${database}`,
        async command(...words) {
            const { stdout } = await run('redis-cli', ['-h', '127.0.0.1', '-p', String(address.port), ...words.map(String)]);
            return stdout.trim();
        },
        /** The number of a database that nobody else uses. */
        createDatabase: async () => Number(await redis.command('INCR', 'worlds')),
    };
    return redis;
}

/** `args`: more of redis-server's. `halt` and `start` are for tests of its absence; nothing is kept on disk. */
export async function startRedis({ port, args = [] } = {}) {
    const folder = await temporaryFolder('reelshare-redis-');
    port ??= await freePort();
    const redis = Object.assign(attachRedis({ port }), {
        async start() {
            const child = spawn('redis-server', ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no',
                '--databases', '10000', '--dir', folder, ...args], { stdio: 'ignore' });
            redis.child = child;
            redis.exited = new Promise((done) => child.once('exit', done));
            await until(() => redis.command('PING').then((answer) => answer === 'PONG', () => false), { every: 20, what: 'Redis' });
        },
        async halt(signal = 'SIGTERM') {
            redis.child.kill(signal);
            await redis.exited;
        },
        async stop() {
            await redis.halt();
            await rm(folder, { recursive: true, force: true });
        },
    });
    await redis.start();
    return redis;
}
