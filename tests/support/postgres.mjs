// A real PostgreSQL on a free port in a folder of its own. It refuses to run as root: there it runs as the user
// `postgres`, whom Debian's package made.
import { execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

import { freePort, temporaryFolder, until } from './process.mjs';

const run = promisify(execFile);
const isRoot = process.getuid() === 0;

function binary(name) {
    const base = '/usr/lib/postgresql';
    const versions = existsSync(base) ? readdirSync(base).sort((a, b) => b - a) : [];
    const found = versions.map((version) => path.join(base, version, 'bin', name)).find(existsSync);
    if (!found) throw new Error(`${name} is not there: script/setup installs postgresql`);
    return found;
}

/** A program and its arguments as somebody whom PostgreSQL accepts. */
const asPostgres = (program, args) => (isRoot
    ? ['setpriv', ['--pdeathsig', 'QUIT', '--reuid', 'postgres', '--regid', 'postgres', '--init-groups', program, ...args]]
    : [program, args]);

/** What can be asked of a PostgreSQL that runs at `address`. */
export function attachPostgres(address) {
    const url = (database) => `postgresql://postgres@127.0.0.1:${address.port}/${database}`;
    const postgres = {
        ...address,
        address,
        url,
        /** Runs SQL and returns its lines, columns separated by "|". */
        async sql(text, database = 'postgres') {
            const { stdout } = await run(binary('psql'), ['-XAtq', '-v', 'ON_ERROR_STOP=1', url(database), '-c', text]);
            return stdout.trim() === '' ? [] : stdout.trim().split('\n');
        },
        async createDatabase() {
            const name = `t_${randomBytes(8).toString('hex')}`;
            await postgres.sql(`CREATE DATABASE ${name}`);
            return name;
        },
        dropDatabase: (name) => postgres.sql(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`),
    };
    return postgres;
}

/**
 * `settings` are those of postgresql.conf. Without fsync by default: what survives the loss of power is not
 * what these tests ask. `halt` ends it, `start` starts it again on the same data; `stop` ends it for good.
 */
export async function startPostgres({ settings = {} } = {}) {
    const folder = await temporaryFolder('reelshare-postgres-');
    const data = path.join(folder, 'data');
    if (isRoot) await run('chown', ['postgres:postgres', folder]);
    await run(...asPostgres(binary('initdb'), ['-D', data, '-A', 'trust', '-U', 'postgres', '--no-locale', '-E', 'UTF8', '--no-sync']), { cwd: '/' });
    // Not before: what was free a while ago may be taken.
    const port = await freePort();

    const all = { fsync: 'off', max_connections: 200, shared_buffers: '64MB', ...settings };
    const args = ['-D', data, '-p', String(port), '-c', 'listen_addresses=127.0.0.1', '-c', `unix_socket_directories=${data}`,
        ...Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`])];
    const postgres = Object.assign(attachPostgres({ port }), {
        async start() {
            const [program, all] = asPostgres(binary('postgres'), args);
            const child = spawn(program, all, { stdio: ['ignore', 'ignore', 'pipe'], cwd: '/' });
            let log = '';
            child.stderr.on('data', (piece) => (log = (log + piece).slice(-20_000)));
            postgres.child = child;
            postgres.exited = new Promise((done) => child.once('exit', done));
            postgres.log = () => log;
            await until(
                async () => {
                    if (child.exitCode !== null) throw new Error(`PostgreSQL ended at once:\n${log}`);
                    return postgres.sql('SELECT 1').then(() => true, () => false);
                },
                { every: 20, what: 'PostgreSQL' },
            );
        },
        /** `immediate`: as in a crash. */
        async halt({ immediate = false } = {}) {
            postgres.child.kill(immediate ? 'SIGQUIT' : 'SIGINT');
            await postgres.exited;
        },
        async stop() {
            await postgres.halt();
            await rm(folder, { recursive: true, force: true });
        },
    });
    await postgres.start();
    return postgres;
}
