// Makes docs/client.jpg, the picture of the README: node tests/web/picture.mjs
import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { fileURLToPath } from 'node:url';

import { Person } from '../support/api.mjs';
import { desktop, launch, open, phone } from '../support/browser.mjs';
import { startServer, temporaryFolder } from '../support/server.mjs';

const run = promisify(execFile);
const docs = path.join(path.dirname(fileURLToPath(import.meta.url)), '../../docs');
const folder = await temporaryFolder();
const server = await startServer();
const browser = await launch();
try {
    const people = { 'Ada Lovelace': ['gradients=s=720x1280:c0=0x1b2a6b:c1=0xff6b4a:c2=0xffc46b:c3=0x7a2f8f:n=4:d=4:speed=0.02:x0=0:y0=1280:x1=400:y1=0:seed=3', 'Evening over the harbour'],
        'Grace Hopper': ['mandelbrot=s=720x1280:rate=30:start_scale=0.02:end_scale=0.004:start_x=-0.7436438:start_y=0.1318259:end_pts=120', 'Falling into the seahorse valley'] };
    for (const [name, [source, title]] of Object.entries(people)) {
        const file = path.join(folder, `${name}.mp4`);
        await run('ffmpeg', ['-v', 'error', '-y', '-f', 'lavfi', '-i', source, '-t', '4', '-c:v', 'libx264', '-preset', 'veryfast', '-pix_fmt', 'yuv420p', file]);
        const person = await new Person(server.url).join(name);
        await person.upload(file, { title, description: 'Made with ffmpeg.' }, { query: '?wait=ready' });
    }
    for (const [name, options] of [['desktop', desktop], ['phone', { ...phone, deviceScaleFactor: 1 }]]) {
        const page = await open(browser, server.url, options);
        await page.goto('/');
        await page.locator('.slot video.painted').first().waitFor();
        await page.waitForTimeout(2500);
        await page.screenshot({ path: path.join(folder, `${name}.png`) });
    }
    await run('ffmpeg', ['-v', 'error', '-y', '-i', path.join(folder, 'desktop.png'), '-i', path.join(folder, 'phone.png'),
        '-filter_complex', '[0]scale=-2:640[a];[1]scale=-2:640[b];[a][b]hstack', '-q:v', '3', path.join(docs, 'client.jpg')]);
} finally {
    await browser.close();
    await server.stop();
}
