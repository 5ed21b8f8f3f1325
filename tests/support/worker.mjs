// `reelshare worker`: processes the clips of an installation that other processes serve.
import { spawn } from 'node:child_process';
import { chmod, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { program, until } from './server.mjs';

export const media = process.env.REELSHARE_MEDIA ?? path.join(path.dirname(program), 'reelshare-media');

export async function startWorker({ dataDir, env = {}, name = 'a worker' }) {
    const child = spawn(program, ['worker'], {
        env: { PATH: process.env.PATH, DATA_DIR: dataDir, WORKERS: '1', LOG_LEVEL: 'info', MEDIA_PROGRAM: media, ...env },
        stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    child.stdout.on('data', (piece) => (output += piece));
    child.stderr.on('data', (piece) => (output += piece));
    const exited = new Promise((done) => child.once('exit', done));
    await until(() => {
        if (child.exitCode !== null) throw new Error(`${name} ended at once:\n${output}`);
        return output.includes('worker is running');
    }, { what: name });
    return { child, exited, dataDir, log: () => output, async stop(signal = 'SIGTERM') { child.kill(signal); await exited; } };
}

/**
 * A media program that is quiet from a moment on, until `go`: from the start, or before it passes on a line of the real
 * one that holds `event`. `reached`: a file that is there from then on.
 */
export async function heldMedia(folder, name, event = '') {
    const script = path.join(folder, name);
    const hold = `: > "${script}.reached"; while [ ! -e "${script}.go" ]; do sleep 0.1; done`;
    await writeFile(script, event === '' ? `#!/bin/bash\n${hold}\nexec "${media}" "$@"\n` : `#!/bin/bash
"${media}" "$@" | while IFS= read -r line; do
  case $line in *'"${event}"'*) ${hold};; esac
  printf '%s\\n' "$line"
done
`);
    await chmod(script, 0o755);
    return { script, reached: `${script}.reached`, go: () => writeFile(`${script}.go`, '') };
}
