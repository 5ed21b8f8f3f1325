// What many idle, slow or rude clients cost those who are none of it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';

import { Person } from '../tests/support/api.mjs';
import { clip } from '../tests/support/clips.mjs';
import { from } from './crowd.mjs';
import { median, report, residentMiB, startPinned, until, wrk } from './support.mjs';

const kIdle = 10_000;
const kSlow = 1_000;

function open(port, i) {
    return new Promise((done, failed) => {
        const socket = connect({ port, host: '127.0.0.1', localAddress: from(i) }, () => done(socket));
        socket.once('error', failed);
    });
}

/** Every one has been answered once: what is counted are connections in use, not a backlog. */
async function openIdle(port, count) {
    const sockets = [];
    const ask = async (i) => {
        const socket = await open(port, i);
        const answered = new Promise((done) => socket.once('data', done));
        socket.write('GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n');
        await answered;
        socket.on('error', () => {});
        socket.pause();
        sockets.push(socket);
    };
    for (let i = 0; i < count; i += 100)
        await Promise.all(Array.from({ length: Math.min(100, count - i) }, (_, j) => ask(i + j)));
    return sockets;
}

async function gauge(server, name) {
    const page = await (await fetch(`${server.url}/metrics`)).text();
    return Number(page.match(new RegExp(`^${name} (\\S+)$`, 'm'))[1]);
}

async function idleConnections() {
    const server = await startPinned({ core: '0', env: { THREADS: '1', WORKERS: '0' } });
    await fetch(`${server.url}/api/v1/video`);
    const before = await residentMiB(server.pid);
    const sockets = await openIdle(server.port, kIdle);
    const more = (await residentMiB(server.pid)) - before;
    const held = await gauge(server, 'reelshare_http_connections');
    report(`${kIdle} idle connections, MiB more`, more.toFixed(1), '< 100', more < 100 && held >= kIdle);
    sockets.forEach((socket) => socket.destroy());
    await server.stop();
}

/** Each by the program that is known for it: 1,000 connections, 1,000 of them opened a second. */
const slowness = {
    'send their header slowly': ['-H', '-i', '3', '-x', '24'],
    'send their body slowly': ['-B', '-i', '3', '-s', '60000', '-x', '10', '-t', 'POST', '-f', 'application/json'],
    'take what they asked for slowly': ['-X', '-w', '1', '-y', '16', '-n', '1', '-z', '4', '-k', '20'],
};

function slowhttptest(args, url) {
    const child = spawn('taskset', ['-c', '1', 'slowhttptest', '-c', String(kSlow), '-r', String(kSlow), '-l', '40', ...args, '-u', url], { stdio: 'ignore' });
    const exited = once(child, 'exit');
    return { end: async () => { child.kill('SIGINT'); await exited; } };
}

async function slowClients() {
    const server = await startPinned({ core: '0', env: { THREADS: '1', WORKERS: '1' } });
    const ada = await new Person(server.url).join();
    let video;
    for (let i = 0; i < 10; ++i) video = (await ada.upload(await clip(), { title: `Clip ${i}` }, { query: '?wait=ready' })).body.data;
    const load = async () => {
        const rounds = [];
        // The slow are sent away after ten seconds.
        for (let i = 0; i < 3; ++i) rounds.push((await wrk({ core: '1', url: `${server.url}/api/v1/video?limit=10`, connections: 8, seconds: 2 })).p99);
        return median(rounds);
    };
    const media = server.url + new URL(video.videoUrl).pathname;
    await load();
    for (const [what, args] of Object.entries(slowness)) {
        const idle = await load();
        const slow = slowhttptest(args, args[0] === '-X' ? media : args[0] === '-B' ? `${server.url}/api/v1/auth/login` : `${server.url}/healthz`);
        await until(async () => (await gauge(server, 'reelshare_http_connections')) > kSlow * 0.98, { what: `${kSlow} connections` });
        const busy = await load();
        const held = await gauge(server, 'reelshare_http_connections');
        report(`feed p99 beside ${held - 1} who ${what} (${busy.toFixed(2)} ms, else ${idle.toFixed(2)} ms)`,
            (busy / idle).toFixed(2), '<= 2', busy / idle <= 2 && held > kSlow * 0.9);
        await slow.end();
        await until(async () => (await gauge(server, 'reelshare_http_connections')) < 10, { ms: 30_000, what: 'the slow to be gone' });
    }
    await server.stop();
}

/** Heads that never end: refused, and all is well behind them. */
async function headFlood() {
    const server = await startPinned({ core: '0', env: { THREADS: '1', WORKERS: '0' } });
    const before = await residentMiB(server.pid);
    const line = `X-Filler: ${'a'.repeat(1000)}\r\n`;
    let ended = 0;
    const rude = async (i) => {
        const socket = await open(server.port, i).catch(() => null);
        if (!socket) return void ++ended;
        const closed = new Promise((done) => socket.once('close', done));
        socket.on('error', () => {});
        socket.resume();
        socket.write(`GET / HTTP/1.1\r\nHost: x\r\n${line.repeat(64)}`);
        await Promise.race([closed, new Promise((done) => setTimeout(done, 15_000))]);
        if (socket.destroyed) ++ended;
        socket.destroy();
    };
    for (let i = 0; i < 5_000; i += 250) await Promise.all(Array.from({ length: 250 }, (_, j) => rude(i + j)));
    report('of 5000 heads that never end, refused', String(ended), '5000', ended === 5_000);
    await until(() => fetch(`${server.url}/healthz`).then((answer) => answer.ok, () => false), { what: 'the server' });
    const more = (await residentMiB(server.pid)) - before;
    report('  MiB more behind them', more.toFixed(1), '< 20', more < 20);
    await server.stop();
}

/** Connections that say nothing, more than may be: the rest is refused, and soon there is room again without anybody's help. */
async function connectionFlood() {
    const most = 4_000;
    const server = await startPinned({ core: '0', env: { THREADS: '1', WORKERS: '0' }, descriptors: Math.ceil(most / 0.75) });
    const keeper = await open(server.port, 7);
    const ask = async () => {
        const start = performance.now();
        keeper.write('GET /api/v1/video?limit=10 HTTP/1.1\r\nHost: x\r\n\r\n');
        const [head] = await once(keeper, 'data');
        if (!String(head).startsWith('HTTP/1.1 200')) throw new Error(String(head));
        return performance.now() - start;
    };
    const sockets = [];
    let refused = 0;
    let slowest = 0;
    for (let i = 0; i < most + 1_000; ++i) {
        const socket = await open(server.port, i).catch(() => null);
        if (!socket) { ++refused; continue; }
        socket.on('error', () => {});
        socket.once('data', () => { ++refused; });
        sockets.push(socket);
        if (i % 100 === 0) slowest = Math.max(slowest, await ask());
    }
    await until(() => refused >= 1_000, { what: 'refusals' }).catch(() => {});
    report(`of ${most + 1_000} connections that say nothing, refused`, String(refused), '>= 1000', refused >= 1_000);
    report('  the slowest answer on a connection of before, ms', slowest.toFixed(1), '<= 50', slowest <= 50);
    const start = performance.now();
    await until(() => fetch(`${server.url}/api/v1/video`).then((answer) => answer.ok, () => false), { ms: 90_000, what: 'room' });
    const healed = (performance.now() - start) / 1000;
    report('  room for others again, with all of them still there, s', healed.toFixed(1), '<= 15', healed <= 15);
    for (const socket of [...sockets, keeper]) socket.destroy();
    await server.stop();
}

export async function strain() {
    await idleConnections();
    await slowClients();
    await headFlood();
    await connectionFlood();
}
