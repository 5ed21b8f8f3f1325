import { expect, it } from 'vitest';
import { Stopwatch } from './stopwatch';

it('counts what runs and not what rests', () => {
  const watch = new Stopwatch();
  expect(watch.total(100)).toBe(0);
  watch.run(100);
  watch.run(150);
  expect(watch.total(300)).toBe(200);
  watch.rest(400);
  watch.rest(500);
  expect(watch.total(1000)).toBe(300);
  watch.run(1000);
  expect(watch.total(1500)).toBe(800);
});
