// What being logged in costs, and what a storm of logins costs the others.
import { rm } from 'node:fs/promises';

import { Person } from '../tests/support/api.mjs';
import { clip } from '../tests/support/clips.mjs';
import { ratio, report, startPinned, temporaryFolder, wrk } from './support.mjs';

/** A clip with its viewer's own like merged in, against the feed that everybody gets. */
async function clipForViewer(dataDir) {
    const first = await startPinned({ core: '0,1', dataDir });
    const ada = await new Person(first.url).join();
    const answer = await ada.upload(await clip(), { title: 'Waves' }, { query: '?wait=ready' });
    const id = answer.body?.data?.id;
    if (answer.body?.data?.status !== 'ready') throw new Error(answer.text);
    await ada.put(`/api/v1/video/${id}/like`);
    await first.stop();
    const server = await startPinned({ core: '0', dataDir, env: { THREADS: '1', WORKERS: '0' } });
    const headers = { Authorization: `Bearer ${ada.token}` };
    const seen = await (await fetch(`${server.url}/api/v1/video/${id}`, { headers })).json();
    if (seen.data.isLiked !== true) throw new Error('the like is not in the answer');
    const value = await ratio(5, () => wrk({ core: '1', url: `${server.url}/api/v1/video/${id}`, headers }),
        () => wrk({ core: '1', url: `${server.url}/api/v1/video?limit=10` }), 'rate');
    report('a clip with the viewer\'s own like, warm, against the anonymous feed', value.toFixed(2), '>= 0.6', value >= 0.6);
    await server.stop();
}

/** Logs in again and again until told to stop; gives how often it was let in. */
function logInWithoutPause(person) {
    let going = true;
    const done = (async () => {
        let times = 0;
        for (; going; ++times) await person.login();
        return times;
    })();
    return () => { going = false; return done; };
}

async function feedWhileLoggingIn(dataDir) {
    const server = await startPinned({ core: '0,1', dataDir, env: { WORKERS: '0' } });
    const people = [];
    for (let i = 0; i < 8; ++i) people.push(await new Person(server.url).join(`Person ${i}`));
    const load = () => wrk({ core: '0,1', url: `${server.url}/api/v1/video?limit=10`, connections: 8, seconds: 6 });
    await load();
    const idle = (await load()).p99;
    const ends = people.map(logInWithoutPause);
    const busy = (await load()).p99;
    const logins = (await Promise.all(ends.map((end) => end()))).reduce((sum, times) => sum + times);
    const value = busy / idle;
    report(`feed p99 during ${logins} logins of 8 clients (${busy.toFixed(2)} ms) against idle (${idle.toFixed(2)} ms)`,
        value.toFixed(2), '<= 3', value <= 3);
    await server.stop();
}

export async function accounts() {
    const dataDir = await temporaryFolder('reelshare-accounts-');
    try {
        await clipForViewer(dataDir);
        await feedWhileLoggingIn(dataDir);
    } finally {
        await rm(dataDir, { recursive: true, force: true });
    }
}
