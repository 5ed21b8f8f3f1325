// deploy.sh against two nodes behind the real nginx while people use them: neither a roll-out nor a failed one loses
// a request.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import https from 'node:https';
import path from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';

import { deployFolder, startProxy } from '../support/proxy.mjs';
import { freePort, program, temporaryFolder, until } from '../support/server.mjs';

const run = promisify(execFile);

/**
 * The status of an answer on a connection of its own: a kept one may be closed by nginx' reload in the moment in which
 * the client writes to it, which HTTP/1.1 cannot tell from a request that was lost.
 */
const ask = (method, url) => new Promise((done) => {
    https.request(url, { method, agent: false, rejectUnauthorized: false }, (answer) => {
        answer.resume().once('end', () => done(answer.statusCode)).once('error', (error) => done(error.code));
    }).once('error', (error) => done(error.code)).end();
});

/** A driver for processes of this machine: a version is a program. */
async function localDriver(folder, ports, proxy) {
    const driver = path.join(folder, 'driver.sh');
    await writeFile(driver, `
folder=${folder}
nodes() { echo one two; }
port() { case $1 in one) echo ${ports[0]};; two) echo ${ports[1]};; esac; }
address() { echo 127.0.0.1:$(port "$1"); }
current() { cat "$folder/version" 2>/dev/null || true; }
remember() { echo "$1" > "$folder/version"; }
migrate() { echo "$1" >> "$folder/migrated"; }
start() {
    if [ -e "$folder/$1.pid" ]; then
        pid=$(cat "$folder/$1.pid")
        kill -TERM "$pid" 2>/dev/null || true
        while [ -e "/proc/$pid" ] && ! grep -q ' Z ' "/proc/$pid/stat" 2>/dev/null; do sleep 0.05; done
    fi
    DATA_DIR=$folder/$1 PORT=$(port "$1") HOST=127.0.0.1 RATE_LIMIT=off WORKERS=0 TRUSTED_PROXIES=127.0.0.1 \\
        setsid "$2" serve >> "$folder/$1.out" 2>&1 < /dev/null &
    echo $! > "$folder/$1.pid"
}
route() {
    [ -n "${proxy ? 'x' : ''}" ] || return 0
    DOWN_NODES=\${1:+$(address "$1")}
    export DOWN_NODES
    ${proxy ? Object.entries(proxy.settings).map(([name, value]) => `${name}='${value}' `).join('') : ''} \\
        ${path.join(deployFolder, 'nginx/render')} > "$folder/next.conf"
    nginx -t -q -c "$folder/next.conf" 2>/dev/null
    cp "$folder/next.conf" '${proxy?.config}'
    kill -HUP ${proxy?.pid}
}
`);
    return driver;
}

const deploy = (driver, version, env = {}) =>
    run(path.join(deployFolder, 'deploy.sh'), [version], {
        env: { PATH: `${process.env.PATH}:/usr/sbin`, DRIVER: driver, STEADY_S: '1', READY_S: '10', ...env },
    }).then(({ stdout }) => ({ code: 0, said: stdout }), (error) => ({ code: error.code, said: error.stdout + error.stderr }));

test('a roll-out and one that fails lose no request', async () => {
    const folder = await temporaryFolder('reelshare-rollout-');
    const ports = [await freePort(), await freePort()];
    const proxy = await startProxy({ nodes: ports.map((port) => `127.0.0.1:${port}`) });
    const version = async (name, text) => {
        const file = path.join(folder, name);
        await writeFile(file, `#!/bin/sh\n${text}\n`);
        await chmod(file, 0o755);
        return file;
    };
    const pids = async () => Promise.all(['one', 'two'].map((node) => readFile(path.join(folder, `${node}.pid`), 'utf8').then(Number)));
    const runs = async () => Promise.all((await pids()).map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')));
    try {
        for (const node of ['one', 'two']) await mkdir(path.join(folder, node));
        const [first, second, broken] = [
            await version('first', `exec ${program} "$@"`),
            await version('second', `exec ${program} "$@" --log-level warn`),
            await version('broken', 'exec sleep 1000'),
        ];
        const driver = await localDriver(folder, ports, proxy);
        const begun = await deploy(driver, first);
        assert.equal(begun.code, 0, begun.said);

        // People read, and change things: what is sent once must be done once.
        let stop = false;
        let good = 0;
        const lost = [];
        const person = async (change) => {
            while (!stop) {
                const status = change ? await ask('POST', `${proxy.url}/api/v1/auth/refresh-token`)
                    : await ask('GET', `${proxy.url}/api/v1/video`);
                // Without a cookie it is told so, by a node.
                if (status === (change ? 400 : 200)) ++good;
                else lost.push(status);
            }
        };
        const people = [person(false), person(false), person(false), person(true), person(true)];
        await until(() => good > 200, { what: 'people' });

        const rolled = await deploy(driver, second);
        assert.equal(rolled.code, 0, rolled.said);
        for (const line of await runs()) assert.match(line, /--log-level/, 'a node runs the old version');
        assert.equal((await readFile(path.join(folder, 'version'), 'utf8')).trim(), second);

        const before = good;
        const failed = await deploy(driver, broken, { READY_S: '3' });
        assert.equal(failed.code, 1, failed.said);
        assert.match(failed.said, /one does not become ready[^]*back to .*second[^]*rolled back/);
        for (const line of await runs()) assert.match(line, /--log-level/, 'a node was not rolled back');
        assert.equal((await readFile(path.join(folder, 'version'), 'utf8')).trim(), second);
        assert.deepEqual((await readFile(path.join(folder, 'migrated'), 'utf8')).trim().split('\n'), [first, second, broken]);
        assert.ok(good > before + 100);
        stop = true;
        await Promise.all(people);
        assert.deepEqual(lost, []);
        assert.ok(!(await readFile(proxy.config, 'utf8')).includes(' down;'));
    } finally {
        for (const pid of await pids().catch(() => []))
            try { process.kill(pid, 'SIGTERM'); } catch { /* gone */ }
        await proxy.stop();
        await rm(folder, { recursive: true, force: true });
    }
});

test('the scripts that nothing here can run are at least well formed', async () => {
    for (const name of ['drivers/compose.sh', 'deploy.sh']) await run('bash', ['-n', path.join(deployFolder, name)]);
    for (const name of ['make-secrets', 'nginx/render', 'nginx/start', 'nginx/healthy', 'image/assemble', 'systemd/backup-and-prune'])
        await run('sh', ['-n', path.join(deployFolder, name)]);
});
