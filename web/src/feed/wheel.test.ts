import { expect, it } from 'vitest';
import { WheelPager } from './wheel';

/** Events as [time, deltaY]; the steps that they made. */
function steps(events: [number, number][]): number[] {
  const pager = new WheelPager();
  return events.map(([time, delta]) => pager.step(delta, time)).filter((step) => step !== 0);
}

it('moves one clip for one notch of a wheel', () => {
  expect(steps([[0, 100]])).toEqual([1]);
  expect(steps([[0, -120]])).toEqual([-1]);
});

it('moves one clip for each of several notches that are not rushed', () => {
  expect(
    steps([
      [0, 100],
      [450, 100],
      [900, -100],
    ]),
  ).toEqual([1, 1, -1]);
});

it('moves one clip for a swipe on a trackpad that glides out', () => {
  const glide = Array.from({ length: 80 }, (_, i): [number, number] => [i * 16, 60 * 0.95 ** i]);
  expect(steps(glide)).toEqual([1]);
});

it('takes a stronger push during a glide for a new swipe', () => {
  const glide = Array.from({ length: 40 }, (_, i): [number, number] => [i * 16, 60 * 0.93 ** i]);
  expect(steps([...glide, [40 * 16, 70]])).toEqual([1, 1]);
});

it('ignores a touch too light to be meant', () => {
  expect(
    steps([
      [0, 3],
      [500, 4],
      [1000, -3],
    ]),
  ).toEqual([]);
});
