// The systemd units: well formed, and as closed as they say.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';

import { deployFolder } from '../support/proxy.mjs';
import { temporaryFolder } from '../support/server.mjs';

const run = promisify(execFile);
const folder = path.join(deployFolder, 'systemd');

test('the units say nothing that systemd does not know', async () => {
    const units = (await readdir(folder)).filter((name) => /\.(service|timer)$/.test(name));
    const { stderr } = await run('systemd-analyze', ['verify', '--man=no', ...units.map((name) => path.join(folder, name))])
        .catch((error) => error);
    const complaints = stderr.split('\n').filter((line) => line && !/is not executable: No such file/.test(line) && line.includes(folder));
    assert.deepEqual(complaints, []);
});

test('the service is exposed to little', async () => {
    const { stdout } = await run('systemd-analyze', ['security', '--offline=true', '--no-pager', path.join(folder, 'reelshare.service')]);
    const exposure = Number(stdout.match(/Overall exposure level for \S+ ([\d.]+)/)[1]);
    assert.ok(exposure <= 1.5, `exposure ${exposure}`);
});

test('old backups go, the newest and what is not a backup stay', async () => {
    const home = await temporaryFolder();
    const backups = path.join(home, 'backups');
    for (const name of ['20240101-000000', '20240102-000000', '20240103-000000', 'mine']) await mkdir(path.join(backups, name), { recursive: true });
    const program = path.join(home, 'reelshare');
    await writeFile(program, '#!/bin/sh\n[ "$1" = backup ] && [ "$DATA_DIR" = /data ] && mkdir "$2"\n', { mode: 0o755 });
    await run(path.join(folder, 'backup-and-prune'), [], {
        env: { PATH: process.env.PATH, BACKUP_DIR: backups, DATA_DIR: '/data', KEEP: '2', REELSHARE: program },
    });
    const left = (await readdir(backups)).sort();
    assert.equal(left.length, 3);
    assert.equal(left[0], '20240103-000000');
    assert.equal(left[2], 'mine');
    assert.match(await readFile(path.join(folder, 'reelshare-backup.service'), 'utf8'), /KEEP=14/);
    await rm(home, { recursive: true });
});
