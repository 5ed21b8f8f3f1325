// Runs the benchmarks named on the command line, all by default, and prints every figure with its goal.
import { access } from 'node:fs/promises';
import path from 'node:path';

import { clip } from '../tests/support/clips.mjs';
import { accounts } from './accounts.mjs';
import { building } from './building.mjs';
import { feed } from './feed.mjs';
import { looks } from './looks.mjs';
import { bytes, memory, playable, work } from './media.mjs';
import { overload } from './overload.mjs';
import { processing } from './processing.mjs';
import { s3 } from './s3.mjs';
import { scaling } from './scaling.mjs';
import { serving } from './serving.mjs';
import { strain } from './strain.mjs';
import { summary } from './support.mjs';
import { sweeps } from './sweep.mjs';

const all = { serving, strain, overload, feed, accounts, playable, work, bytes, memory, looks, processing, scaling, s3, building };
/** Found by name only. */
const named = { ...all, ...sweeps };
const groups = { media: ['playable', 'work', 'bytes', 'memory'], sweep: Object.keys(sweeps) };
const names = process.argv.slice(2).map((name) => name.replace(/^--/, '')).flatMap((name) => groups[name] ?? [name]);
for (const name of names) if (!named[name]) throw new Error(`no benchmark called ${name}; there are: ${[...Object.keys(groups), ...Object.keys(named)].join(', ')}`);

const samples = process.env.SAMPLES_DIR ?? path.resolve(new URL('.', import.meta.url).pathname, '../../shared/samples');
/** A real phone clip where there are samples; else a made one of the same size. */
async function findPhoneClip() {
    const real = path.join(samples, 'phone_portrait_1080p_20s.mp4');
    return access(real).then(() => real, () => clip({ seconds: 20, width: 1080, height: 1920 }));
}

const phoneClip = await findPhoneClip();
for (const name of names.length ? names : Object.keys(all)) await named[name]({ phoneClip, samples });
summary();
