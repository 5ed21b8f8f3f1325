// Commands of the program that end by themselves, on the data of a server under test.
import { spawn } from 'node:child_process';

import { program } from './server.mjs';
import { worldOf } from './world.mjs';

export async function command(dataDir, args, input = '') {
    const { env } = await worldOf(dataDir);
    const child = spawn(program, args, { env: { PATH: process.env.PATH, DATA_DIR: dataDir, ...env }, stdio: 'pipe' });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (piece) => (output += piece));
    child.stdin.on('error', () => {});
    child.stdin.end(input);
    const code = await new Promise((done) => child.once('exit', done));
    return { code, output };
}
