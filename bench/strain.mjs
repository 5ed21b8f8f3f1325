// What many idle, slow or rude clients cost those who are none of it.
import { connect } from 'node:net';

import { clip } from '../tests/support/clips.mjs';
import { Person } from '../tests/support/api.mjs';
import { report, residentMiB, startPinned, until, wrk } from './support.mjs';

const kIdle = 10_000;
const kSlow = 1_000;

/** Loopback has many addresses, and each may hold a bounded number of connections. */
const from = (i) => `127.0.1.${1 + (i % 200)}`;

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

async function idleConnections() {
    const server = await startPinned({ core: '0', env: { THREADS: '1', WORKERS: '0' } });
    await fetch(`${server.url}/api/v1/video`);
    const before = await residentMiB(server.pid);
    const sockets = await openIdle(server.port, kIdle);
    const more = (await residentMiB(server.pid)) - before;
    report(`${kIdle} idle connections, MiB more`, more.toFixed(1), '< 100', more < 100);
    const answer = await fetch(`${server.url}/healthz`);
    report('  a new client is answered', String(answer.status), '200', answer.status === 200);
    sockets.forEach((socket) => socket.destroy());
    await server.stop();
}

/** A third each: the header byte by byte, the body byte by byte, the answer taken byte by byte. */
async function slowSenders(port, token) {
    const sockets = [];
    for (let i = 0; i < kSlow; ++i) {
        const socket = await open(port, i);
        socket.on('error', () => {});
        if (i % 3 === 0) socket.write('GET /healthz HTTP/1.1\r\nHost: x\r\nX-Slow: ');
        else if (i % 3 === 1)
            socket.write(`POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\nContent-Type: application/json\r\nContent-Length: 4000\r\n\r\n{`);
        else {
            socket.pause();
            socket.write('GET /api/v1/video?limit=10 HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(20));
        }
        sockets.push(socket);
    }
    const timer = setInterval(() => {
        for (let i = 0; i < sockets.length; ++i)
            if (i % 3 !== 2 && !sockets[i].destroyed) sockets[i].write('a');
    }, 1000);
    return () => {
        clearInterval(timer);
        sockets.forEach((socket) => socket.destroy());
    };
}

async function slowClients() {
    const server = await startPinned({ core: '0', env: { THREADS: '1', WORKERS: '1' } });
    const ada = await new Person(server.url).join();
    for (let i = 0; i < 10; ++i) await ada.upload(await clip(), { title: `Clip ${i}` }, { query: '?wait=ready' });
    const load = () => wrk({ core: '1', url: `${server.url}/api/v1/video?limit=10`, connections: 8, seconds: 5 });
    await load();
    const idle = (await load()).p99;
    const end = await slowSenders(server.port, ada.token);
    const busy = (await load()).p99;
    report(`feed p99 beside ${kSlow} slow clients (${busy.toFixed(2)} ms) against none (${idle.toFixed(2)} ms)`,
        (busy / idle).toFixed(2), '<= 2', busy / idle <= 2);
    end();
    await server.stop();
}

/** Heads that never end and connections that say nothing: closed or refused, and all is well behind them. */
async function floods() {
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

export async function strain() {
    await idleConnections();
    await slowClients();
    await floods();
}
