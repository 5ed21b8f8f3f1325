// Files that pose as clips and name other files: refused, and nothing of those files is touched.
import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';

import { clip } from '../support/clips.mjs';
import { program, temporaryFolder } from '../support/server.mjs';

const run = promisify(execFile);
let folder;
let secret; // a clip that is none of the uploader's business
before(async () => {
    folder = await temporaryFolder();
    secret = path.join(folder, 'secret.mp4');
    await writeFile(secret, await readFile(await clip()));
});
after(() => rm(folder, { recursive: true, force: true }));

const decoys = {
    'an HLS playlist': () => `#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\n${secret}\n#EXT-X-ENDLIST\n`,
    'an HLS playlist of a device': () => '#EXTM3U\n#EXTINF:1,\n/dev/zero\n#EXT-X-ENDLIST\n',
    'a concat list': () => `ffconcat version 1.0\nfile '${secret}'\n`,
    'a relative concat list': () => "ffconcat version 1.0\nfile secret.mp4\n",
    'a DASH manifest': () => `<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" mediaPresentationDuration="PT2S"><Period><AdaptationSet><Representation id="1" bandwidth="1"><BaseURL>${secret}</BaseURL></Representation></AdaptationSet></Period></MPD>`,
    'a session description': () => 'v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 5004 RTP/AVP 96\na=rtpmap:96 H264/90000\n',
    'a subtitle file': () => '1\n00:00:00,000 --> 00:00:02,000\n<b>hello</b>\n',
    'an SVG': () => `<svg xmlns="http://www.w3.org/2000/svg"><image href="${secret}"/></svg>`,
    'an image sequence': () => path.join(folder, 'image%03d.png'),
    'a script': () => '#!/bin/sh\ntouch /tmp/reelshare-owned\n',
};

for (const [name, content] of Object.entries(decoys)) {
    test(`${name} is refused`, async () => {
        const decoy = path.join(folder, 'clip.mp4');
        await writeFile(decoy, content());
        const out = path.join(folder, 'out');
        const trace = path.join(folder, 'trace');
        const done = spawnSync('strace', ['-f', '-e', 'trace=openat,open,connect,execve', '-o', trace, program, 'transcode', decoy, out], { encoding: 'utf8' });
        assert.equal(done.status, 1, done.stderr);
        assert.match(done.stderr, /damaged or incomplete/);
        assert.deepEqual(await readdir(out), []);
        const touched = await readFile(trace, 'utf8');
        assert.ok(!touched.includes('secret.mp4') && !touched.includes('/dev/zero') && !touched.includes('connect('), touched.slice(-2000));
        await rm(out, { recursive: true });
    });
}

test('a reference to another file inside a MOV is not followed', async () => {
    // An alias (dref) that is not "self contained" and names the secret.
    const bytes = await readFile(await clip());
    const at = bytes.indexOf('url \0\0\0\x01', 0, 'latin1');
    assert.ok(at > 0);
    bytes.write('alis\0\0\0\0', at, 'latin1');
    const decoy = path.join(folder, 'reference.mov');
    await writeFile(decoy, bytes);
    const out = path.join(folder, 'out-reference');
    await mkdir(out);
    // Whatever comes of it, it ends and it comes from the file itself.
    await run(program, ['transcode', decoy, out]).catch((error) => assert.equal(error.code, 1, error.message));
});
