// How long a build takes: from an empty cache, and after a change of one route.
import { readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { report, run, temporaryFolder } from './support.mjs';

const root = path.resolve(new URL('..', import.meta.url).pathname);

export async function building() {
    const folder = await temporaryFolder('reelshare-build-');
    const env = { ...process.env, CCACHE_DIR: path.join(folder, 'ccache') };
    const build = path.join(folder, 'build');
    const options = { cwd: root, env, maxBuffer: 64 << 20 };
    const timed = async (work) => {
        const start = Date.now();
        await work();
        return (Date.now() - start) / 1000;
    };
    const full = await timed(async () => {
        await run('cmake', ['--preset', 'release', '-B', build], options);
        await run('cmake', ['--build', build], options);
    });
    report('full build from an empty cache, s', full.toFixed(0), '<= 600', full <= 600);
    const route = path.join(root, 'src/videos/routes.cpp');
    const original = await readFile(route, 'utf8');
    try {
        await writeFile(route, `${original}// rebuilt\n`);
        const one = await timed(() => run('cmake', ['--build', build], options));
        report('rebuild after a change of one route, s', one.toFixed(0), '<= 30', one <= 30);
    } finally {
        await writeFile(route, original);
    }
    await rm(folder, { recursive: true, force: true });
}
