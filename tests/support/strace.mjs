// Faults at system calls of a running server, by strace.
import { spawn } from 'node:child_process';

import { until } from './process.mjs';

/**
 * From now on the calls named in `calls` ("fdatasync,fsync") suffer `fault` ("error=EIO", "signal=KILL", "delay_enter=300000",
 * with ":when=N": the Nth of each thread, counted from now); `only`: those on this path. `release` ends it, `lines` tells what
 * was seen.
 */
export async function inject(pid, calls, fault, { only } = {}) {
    const child = spawn('strace', ['-f', '-p', String(pid), '-e', `trace=${calls}`, ...(fault ? ['-e', `inject=${calls}:${fault}`] : []),
        ...(only ? ['-P', only] : [])], { stdio: ['ignore', 'ignore', 'pipe'] });
    let log = '';
    child.stderr.setEncoding('utf8').on('data', (piece) => (log += piece));
    const exited = new Promise((done) => child.once('exit', done));
    await until(() => {
        if (child.exitCode !== null) throw new Error(`strace ended at once:\n${log}`);
        return log.includes(`${pid} attached`);
    }, { every: 5, what: 'strace' });
    return {
        lines: () => log.split('\n'),
        async release() {
            child.kill('SIGINT');
            await exited;
        },
    };
}
