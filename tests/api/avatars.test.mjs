// Pictures of people.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readdir, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';

import { Person } from '../support/api.mjs';
import { clip } from '../support/clips.mjs';
import { command } from '../support/command.mjs';
import { heldFetch } from '../support/contract.mjs';
import { startServer, temporaryFolder, until } from '../support/server.mjs';
import { scaled } from '../support/world.mjs';

const run = promisify(execFile);
const ME = '/api/v1/user/me';
let server;
let folder;
before(async () => {
    server = await startServer();
    folder = await temporaryFolder();
});
after(async () => {
    await server?.stop();
    await rm(folder, { recursive: true, force: true });
});

const join = (name) => new Person(server.url).join(name);

/** A picture of two halves made by ffmpeg: left red, right blue. */
async function picture(name, { size = '640x480', options = [] } = {}) {
    const file = path.join(folder, name);
    const [width, height] = size.split('x').map(Number);
    await run('ffmpeg', ['-v', 'error', '-y', '-f', 'lavfi', '-i', `color=red:size=${width / 2}x${height}`, '-f', 'lavfi', '-i',
        `color=blue:size=${width / 2}x${height}`, '-filter_complex', 'hstack', '-frames:v', '1', ...options, file]);
    return readFile(file);
}

/** Width, height and the colour at some places of a picture. */
async function look(bytes, places) {
    const pixels = await new Promise((done, failed) => {
        const child = execFile('ffmpeg', ['-v', 'error', '-i', 'pipe:0', '-f', 'rawvideo', '-pix_fmt', 'rgb24', 'pipe:1'],
            { encoding: 'buffer', maxBuffer: 1 << 24 }, (error, stdout) => (error ? failed(error) : done(stdout)));
        child.stdin.end(bytes);
    });
    const edge = Math.sqrt(pixels.length / 3);
    return { edge, at: places.map(([x, y]) => [...pixels.subarray((Math.floor(y * edge) * edge + Math.floor(x * edge)) * 3).subarray(0, 3)]) };
}

const isRed = ([r, , b]) => r > 180 && b < 80;
const isBlue = ([r, , b]) => b > 180 && r < 80;

for (const [name, options] of [
    ['wide.jpg', []], ['wide.png', []], ['wide.webp', ['-c:v', 'libwebp']], ['palette.png', ['-pix_fmt', 'pal8']],
]) {
    test(`an avatar of ${name} becomes square WebP of two sizes`, async () => {
        const ada = await join();
        const answer = await ada.put(`${ME}/avatar`, { body: await picture(name, { options }) });
        assert.equal(answer.status, 200, answer.text);
        const url = answer.body.data.avatarUrl;
        assert.equal((await ada.get(ME)).body.data.avatarUrl, url);
        for (const [address, edge] of [[url, 320], [url.replace('-320.', '-96.'), 96]]) {
            const got = await heldFetch(address);
            assert.equal(got.status, 200);
            assert.equal(got.headers.get('content-type'), 'image/webp');
            assert.match(got.headers.get('cache-control'), /immutable/);
            assert.equal(got.headers.get('x-content-type-options'), 'nosniff');
            const seen = await look(Buffer.from(await got.arrayBuffer()), [[0.25, 0.5], [0.75, 0.5]]);
            assert.equal(seen.edge, edge);
            assert.ok(isRed(seen.at[0]) && isBlue(seen.at[1]), JSON.stringify(seen.at));
        }
    });
}

test('a picture that was held sideways is turned upright, and tells nothing of the camera', async () => {
    const plain = await picture('held.jpg');
    // An EXIF block that says "orientation 6": the right side of what is stored is the bottom of what is meant.
    const exif = Buffer.from('457869660000' + '4d4d002a00000008' + '0001' + '011200030000000100060000' + '00000000', 'hex');
    const length = Buffer.alloc(2);
    length.writeUInt16BE(exif.length + 2);
    const turned = Buffer.concat([plain.subarray(0, 2), Buffer.from([0xff, 0xe1]), length, exif, plain.subarray(2)]);
    const ada = await join();
    const answer = await ada.put(`${ME}/avatar`, { body: turned });
    assert.equal(answer.status, 200, answer.text);
    const bytes = Buffer.from(await (await heldFetch(answer.body.data.avatarUrl)).arrayBuffer());
    const seen = await look(bytes, [[0.5, 0.25], [0.5, 0.75]]);
    assert.ok(isRed(seen.at[0]) && isBlue(seen.at[1]), JSON.stringify(seen.at));
    assert.ok(!bytes.includes('Exif'));
});

test('a new avatar takes the place of the old one, which is gone', async () => {
    const ada = await join();
    const body = await picture('again.png');
    const first = (await ada.put(`${ME}/avatar`, { body })).body.data.avatarUrl;
    const second = (await ada.put(`${ME}/avatar`, { body })).body.data.avatarUrl;
    assert.notEqual(first, second);
    await until(async () => (await heldFetch(first)).status === 404, { what: 'the old picture to go' });
    assert.equal((await ada.delete(`${ME}/avatar`)).status, 200);
    assert.equal((await ada.get(ME)).body.data.avatarUrl, null);
    await until(async () => (await heldFetch(second)).status === 404, { what: 'the picture to go' });
});

test('what is no picture, too large or too narrow is no avatar', async () => {
    const ada = await join();
    const put = (body) => ada.put(`${ME}/avatar`, { body });
    const good = await picture('good.png');
    for (const [what, body, status] of [
        ['nothing', '', 415], ['text', 'hello', 415], ['a page', '<!doctype html><script>alert(1)</script>', 415],
        ['an SVG', '<svg xmlns="http://www.w3.org/2000/svg"/>', 415], ['a GIF', 'GIF89a'.padEnd(100, '\0'), 415],
        ['a start of a PNG', good.subarray(0, 40), 400], ['a JPEG in name', Buffer.from('ffd8ffe000104a464946'.padEnd(200, '0'), 'hex'), 400],
        ['a line', await picture('line.png', { size: '1000x20' }), 400],
        ['a WebP of rubbish', Buffer.concat([Buffer.from('RIFF\xff\xff\xff\xffWEBPVP8 ', 'latin1'), Buffer.alloc(500, 0xa5)]), 400],
        ['9 MiB', Buffer.alloc(9 << 20), 413],
    ]) {
        const answer = await put(body);
        assert.equal(answer.status, status, `${what}: ${answer.text}`);
    }
    // 60,000 x 60,000 pixels in a few bytes: refused by what it says, before any memory is taken.
    const bomb = Buffer.from(good);
    bomb.writeUInt32BE(60_000, 16);
    bomb.writeUInt32BE(60_000, 20);
    assert.equal((await put(bomb)).status, 400);
    assert.equal((await ada.get(ME)).body.data.avatarUrl, null);
});

test('pictures are served by their own names and nothing else', async () => {
    const ada = await join();
    const url = (await ada.put(`${ME}/avatar`, { body: await picture('name.png') })).body.data.avatarUrl;
    for (const bad of [
        url.replace('-320.webp', '-321.webp'), url.replace('.webp', '.html'), url.replace('-320.webp', ''),
        url.replace(ada.id, '..%2f..%2fsecrets'), url.replace(/avatars\/[^/]+\/.*/, 'avatars/x/y'),
    ]) assert.ok([400, 404].includes((await fetch(bad)).status), bad);
});

test('a picture is shown wherever its person is', async () => {
    const ada = await join('Ada Lovelace');
    const bob = await join('Bob');
    const url = (await ada.put(`${ME}/avatar`, { body: await picture('shown.png') })).body.data.avatarUrl;
    const up = await ada.upload(await clip({ seconds: 1 }), { title: 'A clip' }, { query: '?wait=ready' });
    const id = up.body.data.id;
    assert.equal(up.body.data.uploader.avatarUrl, url);
    assert.equal((await ada.post(`/api/v1/video/${id}/comments`, { json: { content: 'Mine' } })).status, 200);
    assert.equal((await ada.post(`/api/v1/follows/follow/${bob.id}`)).status, 201);
    const guest = new Person(server.url);
    const shown = async () => [
        (await guest.get(`/api/v1/video/${id}`)).body.data.uploader.avatarUrl,
        (await guest.get(`/api/v1/video/${id}/comments`)).body.data[0].user.avatarUrl,
        (await guest.get(`/api/v1/user/${ada.id}`)).body.data.avatarUrl,
        (await guest.get(`/api/v1/user/${bob.id}/followers`)).body.data.data[0].avatarUrl,
        (await bob.get('/api/v1/notifications')).body.data.data[0].actor.avatarUrl,
        (await bob.get('/api/v1/statistics')).body.data.profile.followedBy[0].avatarUrl,
        (await ada.get('/api/v1/statistics')).body.data.profile.avatarUrl,
    ];
    assert.deepEqual([...new Set(await shown())], [url]);
    assert.equal((await ada.delete(`${ME}/avatar`)).status, 200);
    assert.deepEqual([...new Set(await shown())], [null]);
});

test('the picture of a deleted account is removed', async () => {
    const ada = await join();
    const url = (await ada.put(`${ME}/avatar`, { body: await picture('gone.png') })).body.data.avatarUrl;
    assert.equal((await ada.delete(ME, { json: { password: ada.password } })).status, 200);
    assert.equal((await heldFetch(url)).status, 404);
});

test('a picture answers conditional and ranged requests', async () => {
    const ada = await join();
    const url = (await ada.put(`${ME}/avatar`, { body: await picture('range.png') })).body.data.avatarUrl;
    const whole = await heldFetch(url);
    await whole.arrayBuffer();
    assert.equal((await heldFetch(url, { headers: { 'if-none-match': whole.headers.get('etag') } })).status, 304);
    const part = await heldFetch(url, { headers: { range: 'bytes=0-9' } });
    assert.equal(part.status, 206);
    assert.equal((await part.arrayBuffer()).byteLength, 10);
    assert.equal((await heldFetch(url, { headers: { range: 'bytes=9999999-' } })).status, 416);
});

test('fsck finds pictures that belong to nobody and users whose picture is lost', async () => {
    if (scaled) return; // It looks into the folder.
    const dataDir = await temporaryFolder();
    const own = await startServer({ dataDir });
    const ada = await new Person(own.url).join();
    await ada.put(`${ME}/avatar`, { body: await picture('lost.png') });
    await own.stop();
    const pictures = path.join(dataDir, 'objects/avatars', ada.id);
    const [small] = (await readdir(pictures)).filter((name) => name.endsWith('-96.webp'));
    await rename(path.join(pictures, small), path.join(pictures, 'aaaaaaaaaaaaaaaa-96.webp'));
    const env = ['--cleanup-grace', '0'];
    const found = await command(dataDir, [...env, 'fsck']);
    assert.match(found.output, new RegExp(`${small} is missing`));
    assert.match(found.output, /aaaaaaaaaaaaaaaa-96\.webp belongs to nothing/);
    // The second time for what the first has left without a user.
    for (let i = 0; i < 2; ++i) assert.equal((await command(dataDir, [...env, 'fsck', '--repair'])).code, 0);
    assert.match((await command(dataDir, [...env, 'fsck'])).output, /0 finding/);
    await rm(dataDir, { recursive: true, force: true });
});
