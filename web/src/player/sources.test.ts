import { describe, expect, it } from 'vitest';
import { mediaPath, sourcesFor } from './sources';

const clip = {
  hlsUrl: 'http://localhost:5000/media/a/master.m3u8',
  videoUrl: 'http://localhost:5000/media/a/720.mp4',
};

describe('sourcesFor', () => {
  it('prefers what the browser plays by itself, and ends with the plain file', () => {
    expect(sourcesFor(clip, { nativeHls: true, mediaSource: true }).map((s) => s.kind)).toEqual([
      'native-hls',
      'hls-js',
      'file',
    ]);
    expect(sourcesFor(clip, { nativeHls: false, mediaSource: true })[0]?.kind).toBe('hls-js');
    expect(sourcesFor(clip, { nativeHls: false, mediaSource: false })[0]?.kind).toBe('file');
  });

  it('works with what is there', () => {
    const can = { nativeHls: true, mediaSource: true };
    expect(sourcesFor({ ...clip, hlsUrl: null }, can).map((s) => s.kind)).toEqual(['file']);
    expect(sourcesFor({ hlsUrl: null, videoUrl: null }, can)).toEqual([]);
  });
});

describe('mediaPath', () => {
  it('keeps path and signature of media, on whatever host it was published', () => {
    expect(mediaPath('https://clips.example/media/a/720.mp4?s=1')).toBe('/media/a/720.mp4?s=1');
    expect(mediaPath('/media/a/720.mp4')).toBe('/media/a/720.mp4');
  });

  it('leaves other addresses alone', () => {
    expect(mediaPath('https://cdn.example/a.mp4')).toBe('https://cdn.example/a.mp4');
  });
});
