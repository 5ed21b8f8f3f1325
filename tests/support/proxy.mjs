// The real nginx with the configuration that we ship, on free ports, in front of nodes.
import { execFile, spawn } from 'node:child_process';
import { chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { freePort, temporaryFolder, until } from './server.mjs';

const run = promisify(execFile);
export const deployFolder = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../deploy');

/** A certificate of our own making for localhost. */
export async function certificate(folder) {
    const files = { certificate: path.join(folder, 'certificate.pem'), key: path.join(folder, 'key.pem') };
    await run('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes',
        '-keyout', files.key, '-out', files.certificate, '-days', '2', '-subj', '/CN=localhost',
        '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1']);
    return files;
}

/** nginx as deploy/nginx/render makes it. `nodes`: servers or "host:port"s. */
export async function startProxy({ nodes, env = {} }) {
    const folder = await temporaryFolder('reelshare-proxy-');
    await chmod(folder, 0o755); // nginx' workers are somebody else.
    const tls = await certificate(folder);
    const [http, https] = [await freePort(), await freePort()];
    const settings = {
        PATH: `${process.env.PATH}:/usr/sbin`,
        NODES: nodes.map((node) => (node.port ? `127.0.0.1:${node.port}` : node)).join(' '),
        HTTP_LISTEN: `127.0.0.1:${http}`, HTTPS_LISTEN: `127.0.0.1:${https}`, SERVER_NAME: 'localhost',
        CERTIFICATE: tls.certificate, CERTIFICATE_KEY: tls.key, ACME_ROOT: path.join(folder, 'acme'),
        RUN_DIR: folder, CACHE_DIR: path.join(folder, 'cache'), WORKERS: '1',
        ACCESS_LOG: path.join(folder, 'access.log'), ERROR_LOG: path.join(folder, 'error.log'),
        API_RATE: '5000r/s', API_BURST: '5000', LOGIN_RATE: '1000r/s', LOGIN_BURST: '1000', CONNECTIONS: '5000',
        ...env,
    };
    const config = path.join(folder, 'nginx.conf');
    const render = async (more = {}) => {
        const { stdout } = await run(path.join(deployFolder, 'nginx/render'), [], { env: { ...settings, ...more } });
        await writeFile(config, stdout);
        return stdout;
    };
    await mkdir(path.join(folder, 'acme/.well-known/acme-challenge'), { recursive: true });
    await writeFile(path.join(folder, 'acme/.well-known/acme-challenge/probe'), 'probe');
    await render();
    const child = spawn('nginx', ['-c', config, '-g', 'daemon off;'], { env: settings, stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    child.stderr.on('data', (piece) => (said += piece));
    const exited = new Promise((done) => child.once('exit', done));
    const errors = () => readFile(path.join(folder, 'error.log'), 'utf8').catch(() => '');
    const proxy = {
        folder, config, settings, render, errors,
        pid: child.pid,
        http: `http://127.0.0.1:${http}`,
        url: `https://127.0.0.1:${https}`,
        accessLog: async () => (await readFile(path.join(folder, 'access.log'), 'utf8')).split('\n').filter(Boolean)
            .map((line) => JSON.parse(line)),
        reload: () => child.kill('SIGHUP'),
        async stop() {
            child.kill('SIGTERM');
            await exited;
            await rm(folder, { recursive: true, force: true });
        },
    };
    try {
        await until(async () => {
            if (child.exitCode !== null) throw new Error(`nginx ended:\n${said}${await errors()}`);
            return fetch(`${proxy.http}/.well-known/acme-challenge/probe`).then((answer) => answer.ok, () => false);
        }, { every: 20, what: 'nginx' });
    } catch (error) {
        await proxy.stop();
        throw error;
    }
    return proxy;
}
