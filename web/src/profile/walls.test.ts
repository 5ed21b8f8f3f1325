import { expect, it } from 'vitest';
import { WallMemory } from './walls';

function storage(start: Record<string, string> = {}) {
  const kept = new Map(Object.entries(start));
  return {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
  };
}
const none = { isBlocked: false, isMuted: false };

it('remembers whom each account shut out, and whom no more', () => {
  const kept = storage();
  const mine = new WallMemory('me', kept);
  mine.note('bob', { isBlocked: true, isMuted: false });
  mine.note('cy', { isBlocked: false, isMuted: true });
  expect(new WallMemory('me', kept).of('bob').isBlocked).toBe(true);
  expect(new WallMemory('other', kept).of('bob')).toEqual(none);
  mine.note('bob', none);
  expect(mine.of('bob')).toEqual(none);
  expect(mine.of('cy').isMuted).toBe(true);
});

it('makes do with what storage holds', () => {
  for (const bad of ['{', 'null', '3', '']) {
    expect(new WallMemory('me', storage({ 'reelshare.walls.me': bad })).of('bob')).toEqual(none);
  }
});
