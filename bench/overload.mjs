// Three times as much as the server can do: what it still does, and how soon it refuses the rest.
import { Crowd } from './crowd.mjs';
import { report, startPinned, until } from './support.mjs';
import { mix, populate } from './traffic.mjs';

export async function overload() {
    const server = await startPinned({ core: '0', env: { THREADS: '1', WORKERS: '1' } });
    const next = mix(await populate(server.url));
    const crowd = new Crowd(server.port);
    const show = (what, seen) => console.log(`     ${what}: ${seen.rate.toFixed(0)}/s good, p50 ${seen.p50.toFixed(1)}, p99 ${seen.p99.toFixed(1)} ms; ` +
        `${seen.refused} refused, p99 ${seen.refusedP99.toFixed(1)} ms; late ${seen.late}, broken ${seen.broken}, unsent ${seen.unsent}; ${JSON.stringify([...seen.statuses])}`);
    await crowd.run({ seconds: 3, connections: 16, next });
    let peak = 0;
    for (const connections of [16, 64, 128]) {
        const seen = await crowd.run({ seconds: 6, connections, next });
        show(`${connections} clients`, seen);
        peak = Math.max(peak, seen.rate);
    }
    report('mixed requests, one core, the most in a second', peak.toFixed(0), '-');
    const seen = await crowd.run({ seconds: 15, rate: 3 * peak, next });
    show('three times as much', seen);
    report('  of it, while three times as much is asked', (seen.rate / peak).toFixed(2), '>= 0.8', seen.rate >= 0.8 * peak);
    report('  refusals come within, ms, p99', seen.refusedP99.toFixed(1), '<= 50', seen.refusedP99 <= 50);
    await until(() => fetch(`${server.url}/readyz`).then((answer) => answer.ok, () => false), { what: 'the server' });
    const after = await crowd.run({ seconds: 6, connections: 128, next });
    show('after it', after);
    report('  and right after it', (after.rate / peak).toFixed(2), '>= 0.8', after.rate >= 0.8 * peak);
    await server.stop();
}
