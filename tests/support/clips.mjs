// Small clips for tests that only need some clip; the many kinds are made by tests/clips.
import { execFile } from 'node:child_process';
import { access, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const folder = path.join(os.tmpdir(), `reelshare-test-clips-${process.getuid()}`);

/** A moving, coloured clip with sound; made once per machine. */
export async function clip({ seconds = 2, width = 360, height = 640, fps = 30, sound = true, codec = 'libx264' } = {}) {
    await mkdir(folder, { recursive: true });
    const extension = codec.startsWith('libvpx') ? 'webm' : 'mp4';
    const file = path.join(folder, `${codec}-${width}x${height}-${fps}-${seconds}s${sound ? '' : '-silent'}.${extension}`);
    try {
        await access(file);
        return file;
    } catch { /* made below */ }
    const temporary = `${file}.${process.pid}.${extension}`;
    await run('ffmpeg', [
        '-v', 'error', '-y',
        '-f', 'lavfi', '-i', `testsrc2=size=${width}x${height}:rate=${fps}:duration=${seconds}`,
        ...(sound ? ['-f', 'lavfi', '-i', `sine=frequency=440:duration=${seconds}`] : []),
        '-c:v', codec, '-pix_fmt', 'yuv420p', ...(codec === 'libx264' ? ['-preset', 'ultrafast'] : ['-b:v', '500k']),
        ...(sound ? ['-c:a', extension === 'webm' ? 'libopus' : 'aac'] : []),
        temporary,
    ]);
    await rename(temporary, file);
    return file;
}

/** A clip whose header is good and whose pictures are not: it is taken in, and fails when it is processed. `part`: how much of it. */
export async function damaged({ seconds = 2, part = 1 } = {}) {
    const bytes = await readFile(await clip({ seconds }));
    const media = bytes.indexOf('mdat') + 4;
    const index = bytes.indexOf('moov') - 4;
    const end = index > media ? index : bytes.length;
    bytes.fill(0x55, Math.floor(end - (end - media) * part), end);
    const file = path.join(folder, `damaged-${seconds}s-${part}.mp4`);
    await writeFile(`${file}.${process.pid}`, bytes);
    await rename(`${file}.${process.pid}`, file);
    return file;
}
