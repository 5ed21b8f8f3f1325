// Starts the real program on a free port and a temporary folder, and stops it by its process id.
import { spawn } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { freePort, slowness, temporaryFolder, until } from './process.mjs';
import { worldOf } from './world.mjs';

export { freePort, slowness, temporaryFolder, until };

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
export const program = process.env.REELSHARE_BIN ?? path.join(root, 'build/release/reelshare');

/**
 * A running server in the world that the environment chooses (`world.mjs`). `dataDir` survives `stop` where it was
 * given (so that a second server can start on it, in the same world); a folder made here is removed. `before`: a command
 * that becomes the program, such as prlimit.
 */
export async function startServer({ env = {}, args = [], dataDir, command = 'serve', port, before = [] } = {}) {
    const folder = dataDir ?? (await temporaryFolder());
    port ??= await freePort();
    const world = await worldOf(folder);
    const [first, ...rest] = [...before, program, command, ...args];
    const child = spawn(first, rest, {
        env: {
            PATH: process.env.PATH,
            HOST: '127.0.0.1',
            PORT: String(port),
            DATA_DIR: folder,
            RATE_LIMIT: 'off',
            LOG_LEVEL: 'info',
            ASAN_OPTIONS: process.env.ASAN_OPTIONS ?? 'detect_leaks=1',
            ...world.env,
            ...env,
        },
        stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    child.stdout.on('data', (piece) => (output += piece));
    child.stderr.on('data', (piece) => (output += piece));
    const exited = new Promise((done) => child.once('exit', (code, signal) => done({ code, signal })));
    let ended = null;
    exited.then((how) => (ended = how));

    const url = `http://127.0.0.1:${port}`;
    const server = {
        url,
        port,
        pid: child.pid,
        dataDir: folder,
        env: world.env,
        child,
        exited,
        log: () => output,
        /** Ends it as an operator would; a server that does not stop in time is killed, and that is an error. */
        async stop({ keepData = dataDir !== undefined } = {}) {
            if (!ended) {
                child.kill('SIGTERM');
                const timer = setTimeout(() => child.kill('SIGKILL'), 25_000 * slowness);
                await exited;
                clearTimeout(timer);
            }
            if (!keepData) {
                await rm(folder, { recursive: true, force: true });
                await world.drop();
            }
            if (ended?.signal === 'SIGKILL' && !server.killed)
                throw new Error(`the server did not stop:\n${output.slice(-4000)}`);
            if (/ERROR: (Address|Leak|Undefined)Sanitizer|runtime error:/.test(output))
                throw new Error(`a sanitizer complained:\n${output.slice(-8000)}`);
            return ended;
        },
        killed: false,
        async kill() {
            server.killed = true;
            child.kill('SIGKILL');
            await exited;
        },
        logFile: () => readFile(path.join(folder, 'logs/reelshare.log'), 'utf8'),
    };
    try {
        await until(
            async () => {
                if (ended) throw new Error(`the server ended at once (${JSON.stringify(ended)}):\n${output}`);
                return fetch(`${url}/healthz`).then((answer) => answer.ok, () => false);
            },
            { ms: 20_000, every: 10, what: '/healthz' },
        );
    } catch (error) {
        child.kill('SIGKILL');
        await exited;
        if (dataDir === undefined) {
            await rm(folder, { recursive: true, force: true });
            await world.drop();
        }
        throw error;
    }
    return server;
}
