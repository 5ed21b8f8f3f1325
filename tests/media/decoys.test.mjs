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

const hls = (line, more = '') => `#EXTM3U\n#EXT-X-TARGETDURATION:10\n${more}#EXTINF:10,\n${line}\n#EXT-X-ENDLIST\n`;
const dash = (line) => `<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" mediaPresentationDuration="PT2S"><Period><AdaptationSet><Representation id="1" bandwidth="1">${line}</Representation></AdaptationSet></Period></MPD>`;
const concat = (...lines) => `ffconcat version 1.0\n${lines.join('\n')}\n`;
const u32 = (value) => Buffer.from([value >>> 24, value >>> 16 & 255, value >>> 8 & 255, value & 255]);
const box = (type, ...payload) => {
    const body = Buffer.concat(payload.map((part) => Buffer.from(part)));
    return Buffer.concat([u32(body.length + 8), Buffer.from(type, 'latin1'), body]);
};
const fileType = () => box('ftyp', 'qt  ', u32(0), 'qt  ');
/** A QuickTime movie that is only a reference to another. */
const reference = (kind, where) => Buffer.concat([fileType(), box('moov', box('rmra', box('rmda', box('rdrf', u32(0), kind, u32(where.length), where))))]);
/** An EBML element with a size of eight bytes. */
const element = (id, payload) => {
    const body = Buffer.from(payload);
    return Buffer.concat([Buffer.from(id, 'hex'), Buffer.from([1, 0, 0, 0]), u32(body.length), body]);
};
const matroska = (...inside) => Buffer.concat([element('1a45dfa3', element('4282', 'matroska')), element('18538067', Buffer.concat(inside))]);
const segmentLink = (id) => matroska(element('1549a966', Buffer.concat([element('2ad7b1', [15, 66, 64]), element(id, secret)])));

const decoys = {
    'an HLS playlist': () => hls(secret),
    'an HLS playlist of a device': () => hls('/dev/zero'),
    'an HLS playlist with a URL of a file': () => hls(`file://${secret}`),
    'an HLS playlist of a concat': () => hls(`concat:${secret}|${secret}`),
    'an HLS playlist of a subfile': () => hls(`subfile,,start,0,end,100,,:${secret}`),
    'an HLS playlist of a host': () => hls('http://127.0.0.1:9/clip.ts'),
    'an HLS playlist of a cloud': () => hls('http://169.254.169.254/latest/meta-data/'),
    'an HLS playlist with a key': () => hls(secret, `#EXT-X-KEY:METHOD=AES-128,URI="${secret}"\n`),
    'an HLS playlist with an init file': () => hls(secret, `#EXT-X-MAP:URI="${secret}"\n`),
    'an HLS master playlist': () => `#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\n${secret}\n`,
    'an HLS playlist with other sound': () => `#EXTM3U\n#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME="a",URI="${secret}"\n#EXT-X-STREAM-INF:BANDWIDTH=1,AUDIO="a"\n${secret}\n`,
    'an HLS playlist behind a mark': () => `\ufeff${hls(secret)}`,
    'an HLS playlist behind a tag': () => Buffer.concat([Buffer.from('ID3\x04\0\0\0\0\0\0', 'latin1'), Buffer.from(hls(secret))]),
    'an HLS playlist behind a file type': () => Buffer.concat([fileType(), Buffer.from(hls(secret))]),
    'an HLS playlist in a movie box': () => Buffer.concat([fileType(), box('moov', hls(secret))]),
    'an HLS playlist with data': () => hls('data:video/mp4;base64,AAAA'),
    'a plain playlist': () => `${secret}\n`,
    'a concat list': () => concat(`file '${secret}'`),
    'a relative concat list': () => concat("file secret.mp4"),
    'a concat list with a way up': () => concat("file '../../../../../etc/passwd'"),
    'a concat list with options': () => concat(`file '${secret}'`, 'option safe 0', 'duration 5'),
    'a concat list of a host': () => concat('file http://127.0.0.1:9/clip.mp4'),
    'a concat list of a pipe': () => concat('file pipe:0'),
    'a concat list behind a file type': () => Buffer.concat([fileType(), Buffer.from(concat(`file '${secret}'`))]),
    'a DASH manifest': () => dash(`<BaseURL>${secret}</BaseURL>`),
    'a DASH manifest of a host': () => dash('<BaseURL>http://127.0.0.1:9/</BaseURL>'),
    'a DASH manifest with a template': () => dash(`<SegmentTemplate media="${secret}" initialization="${secret}" duration="1"/>`),
    'a DASH manifest with a list': () => dash(`<SegmentList><SegmentURL media="${secret}"/></SegmentList>`),
    'a DASH manifest with an entity': () => `<!DOCTYPE x [<!ENTITY e SYSTEM "file://${secret}">]>${dash('<BaseURL>&e;</BaseURL>')}`,
    'a Smooth Streaming manifest': () => `<SmoothStreamingMedia MajorVersion="2"><StreamIndex Url="${secret}"/></SmoothStreamingMedia>`,
    'a session description': () => 'v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 5004 RTP/AVP 96\na=rtpmap:96 H264/90000\n',
    'a subtitle file': () => '1\n00:00:00,000 --> 00:00:02,000\n<b>hello</b>\n',
    'WebVTT': () => 'WEBVTT\n\n00:00.000 --> 00:02.000\nhello\n',
    'SubStation Alpha': () => `[Script Info]\nScriptType: v4.00+\n[Fonts]\nfontname: ${secret}\n`,
    'an index of pictures': () => '# VobSub index file, v7\nsize: 720x576\ntimestamp: 00:00:00:000, filepos: 000000000\n',
    'an SVG': () => `<svg xmlns="http://www.w3.org/2000/svg"><image href="${secret}"/></svg>`,
    'a page': () => `<html><video src="${secret}"></video></html>`,
    'SMIL': () => `<smil><body><video src="${secret}"/></body></smil>`,
    'XSPF': () => `<playlist version="1" xmlns="http://xspf.org/ns/0/"><trackList><track><location>file://${secret}</location></track></trackList></playlist>`,
    'PLS': () => `[playlist]\nFile1=${secret}\nNumberOfEntries=1\n`,
    'ASX': () => `<asx version="3.0"><entry><ref href="file://${secret}"/></entry></asx>`,
    'an AviSynth script': () => `DirectShowSource("${secret}")\n`,
    'filter settings': () => ';FFMETADATA1\n[STREAM]\nmovie=' + secret + '\n',
    'an image sequence': () => path.join(folder, 'image%03d.png'),
    'a script': () => '#!/bin/sh\ntouch /tmp/reelshare-owned\n',
    'a raw picture': () => Buffer.from('P6 2 2 255\n0123456789ab', 'latin1'),
    'a movie that refers to a URL': () => reference('url ', `file://${secret}\0`),
    'a movie that refers to an alias': () => reference('alis', `${secret}\0`),
    'a segment that goes on in another file': () => segmentLink('3e83bb'),
    'a segment that began in another file': () => segmentLink('3c83ab'),
    'an attached playlist': () => matroska(element('1941a469', element('61a7', Buffer.concat([element('466e', 'a.m3u8'), element('465c', hls(secret))])))),
};
assert.ok(Object.keys(decoys).length >= 50);

for (const [name, content] of Object.entries(decoys)) {
    test(`${name} is refused`, async () => {
        const decoy = path.join(folder, 'clip.mp4');
        await writeFile(decoy, content());
        const out = path.join(folder, 'out');
        const trace = path.join(folder, 'trace');
        const done = spawnSync('strace', ['-f', '-e', 'trace=openat,open,connect,execve', '-o', trace, program, 'transcode', decoy, out], { encoding: 'utf8' });
        assert.equal(done.status, 1, done.stderr);
        assert.match(done.stderr, /damaged or incomplete|no picture/);
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
