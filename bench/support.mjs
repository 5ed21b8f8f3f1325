// What the benchmarks share: pinned processes, wrk, nginx, medians.
import { execFile, spawn } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

import { freePort, program, temporaryFolder, until } from '../tests/support/server.mjs';

export const run = promisify(execFile);
export { freePort, program, temporaryFolder, until };

export const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

/** Results of this run; each line is printed as it is found and again at the end. */
const lines = [];
export function report(what, value, goal, good) {
    const line = { what, value, goal, good };
    lines.push(line);
    print(line);
}
function print({ what, value, goal, good }) {
    console.log(`${good === undefined ? '    ' : good ? 'ok  ' : 'MISS'} ${what.padEnd(74)} ${String(value).padStart(12)}   goal ${goal}`);
}
/** Whether all goals are met. */
export function summary() {
    console.log('\nAll figures of this run');
    lines.forEach(print);
    return lines.every(({ good }) => good !== false);
}

/** A copy of a clip in MP4 with a mark behind it that players skip: the same pictures, other bytes, so that it is worked on again. */
export async function marked(file, mark) {
    const box = Buffer.concat([Buffer.alloc(8), Buffer.from(`${mark} ${Date.now()}`)]);
    box.writeUInt32BE(box.length);
    box.write('free', 4);
    const copy = path.join(await temporaryFolder('reelshare-bench-'), 'clip.mp4');
    await writeFile(copy, Buffer.concat([await readFile(file), box]));
    return copy;
}

/** The program on chosen cores, with as many descriptors as the machine gives or `descriptors`. */
export async function startPinned({ core, env = {}, dataDir, port, descriptors }) {
    port ??= await freePort();
    const folder = dataDir ?? (await temporaryFolder('reelshare-bench-'));
    const limited = descriptors ? ['prlimit', `--nofile=${descriptors}:${descriptors}`] : [];
    const child = spawn('taskset', ['-c', core, ...limited, program, 'serve'], {
        env: {
            PATH: process.env.PATH, HOST: '127.0.0.1', PORT: String(port), DATA_DIR: folder,
            RATE_LIMIT: 'off', LOG_LEVEL: 'warn', ...env,
        },
        stdio: ['ignore', 'ignore', 'inherit'],
    });
    const exited = new Promise((done) => child.once('exit', done));
    const url = `http://127.0.0.1:${port}`;
    await until(() => fetch(`${url}/healthz`).then((answer) => answer.ok, () => false), { every: 5, what: 'the server' });
    return {
        url, port, pid: child.pid, dataDir: folder,
        async stop() { child.kill('SIGTERM'); await exited; },
    };
}

/** nginx with one worker on a core, serving `root` by sendfile. */
export async function startNginx({ core, root, port }) {
    port ??= await freePort();
    const folder = await temporaryFolder('reelshare-nginx-');
    await mkdir(path.join(folder, 'logs'), { recursive: true });
    const config = path.join(folder, 'nginx.conf');
    await writeFile(config, `
daemon off; master_process off; worker_processes 1; pid ${folder}/nginx.pid; error_log ${folder}/logs/error.log;
events { worker_connections 4096; }
http {
  access_log off; sendfile on; tcp_nopush on; tcp_nodelay on; keepalive_timeout 75; keepalive_requests 100000000;
  open_file_cache max=1000 inactive=60s; types { application/json json; video/mp4 mp4; }
  client_body_temp_path ${folder}/b; proxy_temp_path ${folder}/p; fastcgi_temp_path ${folder}/f; uwsgi_temp_path ${folder}/u; scgi_temp_path ${folder}/s;
  server { listen 127.0.0.1:${port}; root ${root}; etag on; }
}`);
    const child = spawn('taskset', ['-c', core, 'nginx', '-p', folder, '-c', config], { stdio: ['ignore', 'ignore', 'inherit'] });
    const exited = new Promise((done) => child.once('exit', done));
    const url = `http://127.0.0.1:${port}`;
    await until(() => fetch(url).then(() => true, () => false), { every: 10, what: 'nginx' });
    return { url, port, async stop() { child.kill('SIGTERM'); await exited; } };
}

/** One run of wrk on a core: requests/s, bytes/s, p99 in ms. */
export async function wrk({ core, url, seconds = 4, connections = 64, script, headers = {} }) {
    const args = ['-c', core, 'wrk', '-t1', `-c${connections}`, `-d${seconds}s`, '--latency'];
    for (const [name, value] of Object.entries(headers)) args.push('-H', `${name}: ${value}`);
    if (script) args.push('-s', script);
    const { stdout } = await run('taskset', [...args, url], { maxBuffer: 1 << 20 });
    const bad = stdout.match(/Non-2xx or 3xx responses: (\d+)/);
    if (bad) throw new Error(`${url}: ${bad[0]}`);
    const rate = Number(stdout.match(/Requests\/sec:\s+([\d.]+)/)[1]);
    const [, size, unit] = stdout.match(/Transfer\/sec:\s+([\d.]+)(\w+)/);
    const bytes = Number(size) * { B: 1, KB: 1024, MB: 1024 ** 2, GB: 1024 ** 3 }[unit];
    const [, time, scale] = stdout.match(/99%\s+([\d.]+)(us|ms|s)/);
    return { rate, bytes, p99: Number(time) * { us: 0.001, ms: 1, s: 1000 }[scale] };
}

/** `rounds` pairs A B A B; the median of the ratios. */
export async function ratio(rounds, a, b, field) {
    const ratios = [];
    for (let i = 0; i < rounds; ++i) {
        const first = await a();
        const second = await b();
        ratios.push(first[field] / second[field]);
    }
    return median(ratios);
}

export async function residentMiB(pid) {
    const status = await readFile(`/proc/${pid}/status`, 'utf8');
    return Number(status.match(/VmRSS:\s+(\d+)/)[1]) / 1024;
}
