// The whole processing of a phone clip against the ffmpeg program with the same renditions and settings.
import { rm } from 'node:fs/promises';
import path from 'node:path';

import { demandSame, encoderArguments, keyframes, oneCommand, renditionsOf, settingsOf, sound, timed } from './ffmpeg.mjs';
import { median, program, report, run, temporaryFolder } from './support.mjs';

export async function processing({ phoneClip }) {
    const folder = await temporaryFolder('reelshare-bench-');
    await run(program, ['transcode', phoneClip, path.join(folder, 'warm')]);
    const renditions = await renditionsOf(path.join(folder, 'warm'));
    const settings = await Promise.all(renditions.map((r) => settingsOf(path.join(folder, 'warm', `${r.name}.mp4`))));
    const out = (rendition) => path.join(folder, `ffmpeg-${rendition.name}.mp4`);
    const together = oneCommand(phoneClip, renditions, settings, out);
    const wall = [];
    const cpu = [];
    for (let round = 0; round < 3; ++round) {
        const ours = await timed(program, ['transcode', phoneClip, path.join(folder, `ours-${round}`)]);
        const one = await timed('ffmpeg', together);
        for (const [i, r] of renditions.entries()) demandSame(settings[i], await settingsOf(out(r)));
        let separate = 0;
        for (let i = 0; i < renditions.length; ++i) {
            const r = renditions[i];
            separate += (await timed('ffmpeg', ['-v', 'error', '-y', '-i', phoneClip, '-vf', `scale=${r.width}:${r.height}:flags=bicubic`,
                '-map', '0:v', ...sound, ...encoderArguments(0, settings[i]), ...keyframes, '-pix_fmt', 'yuv420p', out(r)])).cpu;
        }
        wall.push(ours.wall / one.wall);
        cpu.push(ours.cpu / separate);
    }
    report(`processing, wall, against one ffmpeg making the same ${renditions.length} renditions`, median(wall).toFixed(2), '<= 1.1', median(wall) <= 1.1);
    report('processing, CPU, against one ffmpeg per rendition', median(cpu).toFixed(2), '<= 0.75', median(cpu) <= 0.75);
    await rm(folder, { recursive: true, force: true });
}
