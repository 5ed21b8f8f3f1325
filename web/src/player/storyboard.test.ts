import { expect, it } from 'vitest';
import { parseStoryboard, tileAt } from './storyboard';

const text = `WEBVTT

00:00:00.000 --> 00:00:02.000
storyboard.webp#xywh=0,0,90,160

00:00:02.000 --> 00:00:03.500
storyboard.webp#xywh=90,0,90,160

01:00:00.000 --> 01:00:01.000
storyboard.webp#xywh=0,160,0,160
`;

it('reads where each picture is', () => {
  const tiles = parseStoryboard(text, '/media/a/v/storyboard.vtt');
  expect(tiles).toHaveLength(2);
  expect(tiles[1]).toEqual({
    start: 2,
    end: 3.5,
    sheet: '/media/a/v/storyboard.webp',
    x: 90,
    y: 0,
    width: 90,
    height: 160,
  });
  expect(parseStoryboard('<html>', '/media/a')).toEqual([]);
});

it('finds the picture of a moment', () => {
  const tiles = parseStoryboard(text, '/media/a/v/storyboard.vtt');
  expect([0, 1.99, 2, 3.4, 99].map((time) => tileAt(tiles, time)?.x)).toEqual([0, 0, 90, 90, 90]);
  expect(tileAt([], 1)).toBeNull();
});
