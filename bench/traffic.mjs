// What people do with clips, as bytes to send: the mix of the benchmarks of overload and of the soak.
import { Person } from '../tests/support/api.mjs';
import { clip } from '../tests/support/clips.mjs';

const pick = (list) => list[Math.floor(Math.random() * list.length)];

function bytes(method, path, { token, range, json } = {}) {
    const body = json === undefined ? '' : JSON.stringify(json);
    return Buffer.from(`${method} ${path} HTTP/1.1\r\nHost: x\r\n${token ? `Authorization: Bearer ${token}\r\n` : ''}` +
        `${range ? `Range: bytes=${range}\r\n` : ''}${body ? 'Content-Type: application/json\r\n' : ''}` +
        `${body || method === 'POST' ? `Content-Length: ${Buffer.byteLength(body)}\r\n` : ''}\r\n${body}`);
}

/** People and clips on a server that has none. */
export async function populate(url, { people = 20, clips = 10 } = {}) {
    const all = [];
    for (let i = 0; i < people; ++i) all.push(await new Person(url).join(`Person ${i}`));
    const videos = [];
    for (let i = 0; i < clips; ++i) {
        const answer = await all[i % people].upload(await clip(), { title: `Clip number ${i}` }, { query: '?wait=ready' });
        if (answer.body?.data?.status !== 'ready') throw new Error(answer.text);
        videos.push(answer.body.data);
    }
    return { people: all, videos };
}

/** Gives the next request: of a hundred so many of each kind. */
export function mix({ people, videos }) {
    const someone = () => pick(people).token;
    const video = () => pick(videos);
    const kinds = [
        [35, () => bytes('GET', '/api/v1/video?limit=10')],
        [10, () => bytes('GET', '/api/v1/video?limit=10', { token: someone() })],
        [5, () => bytes('GET', '/api/v1/video/feed', { token: someone() })],
        [15, () => bytes('GET', new URL(video().videoUrl).pathname, { range: '0-65535' })],
        [10, () => bytes('GET', `/api/v1/video/${video().id}`, { token: someone() })],
        [5, () => bytes('GET', `/api/v1/video/${video().id}/comments`)],
        [10, () => bytes('POST', `/api/v1/video/${video().id}/view`, { token: someone(), json: { watchedMs: 1500, completed: true } })],
        [8, () => bytes(Math.random() < 0.5 ? 'PUT' : 'DELETE', `/api/v1/video/${video().id}/like`, { token: someone() })],
        [2, () => bytes('POST', `/api/v1/video/${video().id}/comments`, { token: someone(), json: { content: 'Well made.' } })],
    ];
    const table = kinds.flatMap(([share, make]) => Array(share).fill(make));
    return () => pick(table)();
}
