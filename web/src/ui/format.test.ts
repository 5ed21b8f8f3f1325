import { expect, it } from 'vitest';
import { ago, bytes, clock, countOf, shortCount, timeLeft, watchTime } from './format';

it('says how long was watched', () => {
  expect([0, 1234, 45_400, 125_000, 4_520_000, 90_000_000_000].map(watchTime)).toEqual([
    '0 s',
    '1.2 s',
    '45 s',
    '2 min 5 s',
    '1 h 15 min',
    '25,000 h 0 min',
  ]);
});

it('shortens counts', () => {
  expect([0, 999, 1234, 98_211, 1_203_999].map(shortCount)).toEqual([
    '0',
    '999',
    '1.2K',
    '98.2K',
    '1.2M',
  ]);
  expect(countOf(1, 'like', 'likes')).toBe('1 like');
  expect(countOf(2310, 'like', 'likes')).toBe('2,310 likes');
});

it('writes sizes and times', () => {
  expect([0, 1023, 1024, 5_371_786, 512 * 2 ** 20].map(bytes)).toEqual([
    '0 B',
    '1023 B',
    '1.0 KB',
    '5.1 MB',
    '512 MB',
  ]);
  expect([0, 9.9, 75].map(clock)).toEqual(['0:00', '0:09', '1:15']);
  expect([0.5, 12.2, 130, 7200].map(timeLeft)).toEqual([
    'almost done',
    'about 13 s left',
    'about 2 min left',
    'about 2 h left',
  ]);
});

it('tells how long ago something was', () => {
  const now = Date.parse('2026-03-01T12:00:00.000Z');
  expect(ago('2026-03-01T11:59:30.000Z', now)).toBe('just now');
  expect(ago('2026-03-01T11:45:00.000Z', now)).toBe('15 min ago');
  expect(ago('2026-02-26T12:00:00.000Z', now)).toBe('3 d ago');
  expect(ago('not a time', now)).toBe('');
});
