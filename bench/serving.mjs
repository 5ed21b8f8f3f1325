// Feed and delivery against nginx on the same core; start-up; memory; the feed while encoding.
import { spawn } from 'node:child_process';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import path from 'node:path';

import { Person } from '../tests/support/api.mjs';
import { clip } from '../tests/support/clips.mjs';
import { freePort, marked, median, program, ratio, report, residentMiB, run, startNginx, startPinned, temporaryFolder, until, wrk } from './support.mjs';

async function seeded(dataDir, count, file) {
    const server = await startPinned({ core: '0,1', dataDir });
    const ada = await new Person(server.url).join();
    for (let i = 0; i < count; ++i) {
        const answer = await ada.upload(file, { title: `Clip number ${i}`, description: 'A clip of the benchmark.' }, { query: '?wait=ready' });
        if (answer.body?.data?.status !== 'ready') throw new Error(answer.text);
    }
    const feed = (await ada.get('/api/v1/video?limit=10')).body.data.data;
    await server.stop();
    return feed;
}

async function feedAgainstNginx(dataDir) {
    const server = await startPinned({ core: '0', dataDir, env: { THREADS: '1', WORKERS: '0' } });
    const url = `${server.url}/api/v1/video?limit=10`;
    const bytes = await (await fetch(url, { headers: { 'accept-encoding': 'identity' } })).text();
    const root = await temporaryFolder('reelshare-root-');
    await writeFile(path.join(root, 'feed.json'), bytes);
    const nginx = await startNginx({ core: '0', root });
    const value = await ratio(5, () => wrk({ core: '1', url }), () => wrk({ core: '1', url: `${nginx.url}/feed.json` }), 'rate');
    report(`feed, ${bytes.length} bytes: requests/s against nginx`, value.toFixed(2), '>= 0.7', value >= 0.7);
    await nginx.stop();
    await server.stop();
}

async function deliveryAgainstNginx(dataDir, video) {
    const server = await startPinned({ core: '0', dataDir, env: { THREADS: '1', WORKERS: '0' } });
    const pathname = new URL(video.videoUrl).pathname;
    const body = Buffer.from(await (await fetch(server.url + pathname)).arrayBuffer());
    const root = await temporaryFolder('reelshare-root-');
    await mkdir(path.join(root, path.dirname(pathname)), { recursive: true });
    await writeFile(path.join(root, pathname), body);
    const nginx = await startNginx({ core: '0', root });
    const length = Math.min(1 << 20, Math.floor(body.length / 2));
    const script = path.join(root, 'ranges.lua');
    await writeFile(script, `
math.randomseed(7)
request = function()
  local from = math.random(0, ${body.length - length})
  wrk.headers["Range"] = "bytes=" .. from .. "-" .. (from + ${length - 1})
  return wrk.format("GET", "${pathname}")
end`);
    const value = await ratio(5, () => wrk({ core: '1', url: server.url, script, connections: 16 }),
        () => wrk({ core: '1', url: nginx.url, script, connections: 16 }), 'bytes');
    report(`delivery, ranges of ${Math.round(length / 1024)} KiB: bytes/s against nginx sendfile`, value.toFixed(2), '>= 0.9', value >= 0.9);
    await nginx.stop();
    await server.stop();
}

/** From the start of the process to the first 200 of /healthz, asked without pause. */
async function coldStart(dataDir) {
    const times = [];
    for (let i = 0; i < 11; ++i) {
        const port = await freePort();
        const start = process.hrtime.bigint();
        const child = spawn(program, ['serve'], {
            env: { PATH: process.env.PATH, HOST: '127.0.0.1', PORT: String(port), DATA_DIR: dataDir, LOG_LEVEL: 'warn' },
            stdio: 'ignore',
        });
        const exited = new Promise((done) => child.once('exit', done));
        const once = () => new Promise((done) => {
            const socket = connect(port, '127.0.0.1', () => socket.write('GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'));
            socket.once('data', (piece) => { socket.destroy(); done(String(piece).startsWith('HTTP/1.1 200')); });
            socket.once('error', () => done(false));
        });
        while (!(await once()));
        times.push(Number(process.hrtime.bigint() - start) / 1e6);
        child.kill('SIGTERM');
        await exited;
    }
    const value = median(times);
    report('cold start to the first 200 of /healthz, ms', value.toFixed(0), '<= 60', value <= 60);
}

async function memory(dataDir) {
    const server = await startPinned({ core: '0,1', dataDir, env: { WORKERS: '0' } });
    await fetch(`${server.url}/api/v1/video?limit=10`);
    const idle = await residentMiB(server.pid);
    report('resident memory, idle, MiB', idle.toFixed(1), '<= 30', idle <= 30);

    const head = await readFile(await clip());
    const size = 100 << 20;
    const piece = Buffer.alloc(1 << 20);
    const people = [];
    for (let i = 0; i < 20; ++i) people.push(await new Person(server.url).join(`Person ${i}`));
    let peak = 0;
    const timer = setInterval(async () => { peak = Math.max(peak, await residentMiB(server.pid).catch(() => 0)); }, 20);
    const upload = (person) => new Promise((done, failed) => {
        const start = Buffer.concat([
            Buffer.from('--b\r\nContent-Disposition: form-data; name="data"\r\n\r\n{"title":"large"}\r\n' +
                '--b\r\nContent-Disposition: form-data; name="reelVideo"; filename="x.mp4"\r\n\r\n'), head]);
        const end = Buffer.from('\r\n--b--\r\n');
        const total = start.length + size + end.length;
        const socket = connect(server.port, '127.0.0.1', async () => {
            socket.write(`POST /api/v1/video/upload?wait=none HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${person.token}\r\n` +
                `Content-Type: multipart/form-data; boundary=b\r\nContent-Length: ${total}\r\n\r\n`);
            socket.write(start);
            for (let sent = 0; sent < size; sent += piece.length)
                if (!socket.write(piece)) await new Promise((next) => socket.once('drain', next));
            socket.write(end);
        });
        let answer = '';
        socket.on('data', (bytes) => {
            answer += bytes;
            if (answer.includes('\r\n\r\n')) { socket.destroy(); /^HTTP\/1\.1 201/.test(answer) ? done() : failed(new Error(answer)); }
        });
        socket.on('error', failed);
    });
    const begin = Date.now();
    await Promise.all(people.map(upload));
    const seconds = (Date.now() - begin) / 1000;
    clearInterval(timer);
    report('resident memory while receiving 20 uploads of 100 MB, MiB', peak.toFixed(1), '<= 60', peak <= 60);
    report('  received, MB/s', (2000 / seconds).toFixed(0), '-');
    await server.stop();
}

async function feedWhileEncoding(dataDir, file) {
    const server = await startPinned({ core: '0,1', dataDir });
    const url = `${server.url}/api/v1/video?limit=10`;
    const ada = await new Person(server.url).join();
    const load = () => wrk({ core: '0,1', url, connections: 8, seconds: 6 });
    await load();
    const idle = (await load()).p99;
    const uploads = [];
    for (let i = 0; i < 3; ++i) uploads.push((await ada.upload(await marked(file, i), { title: 'load' })).body.data.id);
    const encoding = async () => /reelshare-media/.test((await run('ps', ['-eo', 'args'])).stdout);
    await until(encoding, { what: 'encoding' });
    const busy = (await load()).p99;
    if (!await encoding()) throw new Error('the clips were ready before the load was over: longer ones are needed');
    const value = busy / idle;
    report(`feed p99 while encoding (${busy.toFixed(2)} ms) against idle (${idle.toFixed(2)} ms)`, value.toFixed(2), '<= 3', value <= 3);
    for (const id of uploads) await ada.processed(id, { ms: 300_000 });
    await server.stop();
}

export async function serving({ phoneClip }) {
    const dataDir = await temporaryFolder('reelshare-bench-');
    const feed = await seeded(dataDir, 10, await clip({ seconds: 8, width: 720, height: 1280 }));
    await feedAgainstNginx(dataDir);
    await deliveryAgainstNginx(dataDir, feed[0]);
    await coldStart(dataDir);
    await memory(dataDir);
    const second = await temporaryFolder('reelshare-bench-');
    await seeded(second, 10, await clip());
    await feedWhileEncoding(second, phoneClip);
    for (const folder of [dataDir, second]) await rm(folder, { recursive: true, force: true });
}
