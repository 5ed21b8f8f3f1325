// `reelshare transcode`: what the worker makes of a clip, from the command line.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, test } from 'node:test';

import { clip } from '../support/clips.mjs';
import { program, temporaryFolder } from '../support/server.mjs';
import { media } from '../support/worker.mjs';

let folder;
before(async () => (folder = await temporaryFolder()));
after(() => rm(folder, { recursive: true, force: true }));

/** Runs it; `terminal`: as if somebody watched. Gives its exit code, what it said, and when it spoke of progress. */
function transcode(args, { terminal = false } = {}) {
    const env = { PATH: process.env.PATH, MEDIA_PROGRAM: media };
    const quoted = [program, 'transcode', ...args].map((word) => `'${word}'`).join(' ');
    const child = terminal
        ? spawn('script', ['--quiet', '--return', '--flush', '--command', quoted, '/dev/null'], { env, stdio: ['ignore', 'pipe', 'pipe'] })
        : spawn(program, ['transcode', ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    const told = { output: '', progress: [] };
    for (const stream of [child.stdout, child.stderr])
        stream.on('data', (piece) => {
            told.output += piece;
            for (const [, percent] of String(piece).matchAll(/\] +(\d+) %/g)) told.progress.push({ at: performance.now(), percent: Number(percent) });
        });
    return new Promise((done, failed) => child.once('error', failed).once('close', (code) => done({ code, ...told })));
}

test('a clip becomes a folder of renditions, playlists and posters, with progress that moves', async () => {
    const out = path.join(folder, 'out');
    const { code, output, progress } = await transcode([await clip({ seconds: 12, width: 1080, height: 1920 }), out], { terminal: true });
    assert.equal(code, 0, output);
    const files = await readdir(out);
    for (const name of ['master.m3u8', '1080.mp4', '1080.m3u8', '360.mp4', '360.m3u8', 'storyboard.vtt']) assert.ok(files.includes(name), `${name} in ${files}`);
    assert.ok(files.some((name) => /\.jpg$/.test(name)), `a poster in ${files}`);
    for (const name of files) assert.ok((await stat(path.join(out, name))).size > 0, name);
    for (const line of (await readFile(path.join(out, 'master.m3u8'), 'utf8')).match(/^[^#\s]+\.m3u8$/gm)) assert.ok(files.includes(line), line);
    assert.match(output, /s of clip in [\d.]+ s/);
    const percents = progress.map(({ percent }) => percent);
    assert.deepEqual(percents, percents.toSorted((a, b) => a - b));
    assert.equal(percents.at(-1), 100);
    // From the first word to the last, at least twice a second.
    const seconds = (progress.at(-1).at - progress[0].at) / 1000;
    assert.ok(progress.length >= 2 * seconds, `${progress.length} times in ${seconds.toFixed(1)} s`);
});

test('where nobody watches, there is no bar; what is wrong is said, with a code', async () => {
    const out = path.join(folder, 'quiet');
    const quiet = await transcode([await clip({ seconds: 1 }), out]);
    assert.equal(quiet.code, 0, quiet.output);
    assert.deepEqual(quiet.progress, []);
    const taken = await transcode([await clip({ seconds: 1 }), out]);
    assert.equal(taken.code, 1);
    assert.match(taken.output, /is not empty/);
    const text = path.join(folder, 'text.mp4');
    await writeFile(text, 'this is only text');
    for (const [file, words] of [[path.join(folder, 'nothing.mp4'), /cannot open|not found|does not exist/i], [text, /\w{4}/]]) {
        const failed = await transcode([file, path.join(folder, `to-${path.basename(file)}`)]);
        assert.notEqual(failed.code, 0, failed.output);
        assert.match(failed.output, words);
    }
});
