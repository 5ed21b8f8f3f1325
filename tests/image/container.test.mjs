// The container image: built by deploy/Dockerfile on a Debian 12 that debootstrap made, and run as it is meant to be run.
// Building and running is buildah's and podman's; what they store is in a folder of its own. Needs root.
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { access, chmod, mkdir, readFile, rename, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { Person } from '../support/api.mjs';
import { clip } from '../support/clips.mjs';
import { freePort, temporaryFolder, until } from '../support/server.mjs';

const run = promisify(execFile);
const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const cache = process.env.IMAGE_CACHE ?? path.join(os.tmpdir(), `reelshare-image-${process.getuid()}`);
const store = ['--root', path.join(cache, 'storage'), '--runroot', path.join(cache, 'run'), '--storage-driver', 'vfs'];
const buildah = (...args) => run('buildah', [...store, ...args], { maxBuffer: 64 << 20 });
const podman = (...args) => run('podman', [...store, '--cgroup-manager=cgroupfs', '--runtime', '/usr/sbin/runc', ...args]);
const kBase = 'docker.io/library/debian:bookworm-slim';
const kImage = 'localhost/reelshare:test';
const there = (file) => access(file).then(() => true, () => false);

/** Debian's base system, made once per machine. */
async function base() {
    const folder = path.join(cache, 'debian');
    if (!(await there(folder))) {
        await mkdir(cache, { recursive: true });
        await run('debootstrap', ['--variant=minbase', 'bookworm', `${folder}.part`, process.env.DEBIAN_MIRROR ?? 'http://deb.debian.org/debian'],
            { maxBuffer: 64 << 20 });
        await rename(`${folder}.part`, folder);
    }
    if (await buildah('inspect', '--type', 'image', kBase).then(() => true, () => false)) return;
    const { stdout } = await buildah('from', 'scratch');
    const container = stdout.trim();
    await buildah('add', container, folder, '/');
    await buildah('commit', container, kBase);
    await buildah('rm', container);
}

const started = [];
let volume;

/** A container as the compose file runs it, on the host's network. */
async function start(name, args = [], env = {}) {
    const port = await freePort();
    const variables = Object.entries({ PORT: port, HOST: '127.0.0.1', RATE_LIMIT: 'off', ...env }).flatMap(([key, value]) => ['-e', `${key}=${value}`]);
    const child = spawn('podman', [...store, '--cgroup-manager=cgroupfs', '--runtime', '/usr/sbin/runc', 'run', '--rm', '--name', name,
        '--network', 'host', '--read-only', '--cap-drop', 'ALL', '--security-opt', 'no-new-privileges',
        '--ulimit', 'nofile=1024:1024', '--ulimit', 'nproc=1024:1024', '-v', `${volume}:/data`, ...variables, kImage, ...args]);
    let said = '';
    child.stdout.on('data', (piece) => (said += piece));
    child.stderr.on('data', (piece) => (said += piece));
    const exited = new Promise((done) => child.once('exit', (code) => done(code)));
    started.push({ name, exited });
    const url = `http://127.0.0.1:${port}`;
    await until(async () => {
        if (child.exitCode !== null) throw new Error(`the container ended:\n${said}`);
        return fetch(`${url}/readyz`).then((answer) => answer.ok, () => false);
    }, { ms: 60_000, what: '/readyz of the container' });
    return { url, port, exited, said: () => said, stop: async () => { await podman('stop', '-t', '30', name); return exited; } };
}

before(async () => {
    volume = await temporaryFolder('reelshare-image-data-');
    await chmod(volume, 0o777); // The container's user is somebody else.
    await base();
    await buildah('bud', '--isolation', 'chroot', '--network', 'host', '--pull-never', '--layers', '--format', 'docker',
        '--build-arg', 'BINARIES=prebuilt', '-f', path.join(root, 'deploy/Dockerfile'), '-t', kImage, root);
}, { timeout: 900_000 });

after(async () => {
    for (const { name } of started) await podman('rm', '-f', '-t', '0', name).catch(() => {});
    await rm(volume, { recursive: true, force: true });
});

test('it is small, nobody\'s, closed, and says what it is made of', async () => {
    const { stdout } = await podman('image', 'inspect', kImage);
    const [image] = JSON.parse(stdout);
    assert.ok(image.Size < 250e6, `${image.Size} bytes`);
    console.log(`image: ${(image.Size / 1e6).toFixed(0)} MB`);
    assert.equal(image.Config.User, '10001:10001');
    assert.ok(image.Config.Healthcheck ?? image.HealthCheck ?? image.Healthcheck, 'no health check');
    const listed = image.Config.Labels['org.reelshare.sbom'];
    const { stdout: mounted } = await podman('image', 'mount', kImage);
    try {
        const inside = (file) => path.join(mounted.trim(), file);
        const sbom = JSON.parse(await readFile(inside(listed), 'utf8'));
        const names = sbom.packages.map(({ name }) => name);
        for (const name of ['libavcodec59', 'libssl3', 'libc6', 'tini', 'ca-certificates']) assert.ok(names.includes(name), name);
        for (const { name, versionInfo } of sbom.packages) assert.ok(versionInfo, name);
        for (const file of ['bin/sh', 'usr/bin/dash', 'usr/bin/perl', 'usr/bin/apt']) assert.ok(!(await there(inside(file))), file);
    } finally {
        await podman('image', 'unmount', kImage);
    }
});

test('a clip is uploaded, worked on behind the walls and played; it ends at once and with 0', async () => {
    const container = await start(`reelshare-test-${process.pid}`);
    const ada = await new Person(container.url).join();
    const uploaded = await ada.upload(await clip(), { title: 'from a container' });
    assert.equal(uploaded.status, 201, uploaded.text);
    const video = await ada.processed(uploaded.body.data.id);
    assert.equal(video.status, 'ready');
    assert.equal((await fetch(video.videoUrl, { headers: { range: 'bytes=0-99' } })).status, 206);

    const exec = (...args) => podman('exec', `reelshare-test-${process.pid}`, ...args);
    const { stdout: healthy } = await exec('/usr/local/bin/reelshare', 'health');
    assert.match(healthy, /200/);
    const { stdout: doctor } = await exec('/usr/local/bin/reelshare', 'doctor').catch((error) => error);
    assert.ok(!/seccomp.*(not|un)available|BAD/i.test(doctor), doctor);
    await assert.rejects(exec('/bin/sh', '-c', 'true'), 'there is a shell');

    const asked = Date.now();
    assert.equal(await container.stop(), 0, container.said());
    assert.ok(Date.now() - asked < 10_000, 'SIGTERM was not heeded');
});
