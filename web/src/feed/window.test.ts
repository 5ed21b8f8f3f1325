import { describe, expect, it } from 'vitest';
import { assignSlots, indexInView, needsMore } from './window';

describe('assignSlots', () => {
  it('shows the clip in view and its neighbours', () => {
    expect([...assignSlots(4, 10)].sort()).toEqual([3, 4, 5]);
  });

  it('reassigns one element when moving on by one', () => {
    for (let current = 1; current < 8; current++) {
      const before = assignSlots(current, 10);
      const after = assignSlots(current + 1, 10);
      expect(after.filter((clip, k) => clip !== before[k])).toEqual([current + 2]);
    }
  });

  it('leaves elements empty at both ends', () => {
    expect(assignSlots(0, 10)).toEqual([0, 1, null]);
    expect(assignSlots(9, 10)).toEqual([9, null, 8]);
    expect(assignSlots(0, 0)).toEqual([null, null, null]);
  });

  it('keeps the last clip at hand behind the end', () => {
    expect(assignSlots(10, 10)).toEqual([9, null, null]);
  });
});

describe('indexInView', () => {
  it('is the clip that fills most of the view', () => {
    expect(indexInView(0, 800, 5)).toBe(0);
    expect(indexInView(399, 800, 5)).toBe(0);
    expect(indexInView(401, 800, 5)).toBe(1);
  });

  it('stays inside the list when the view is pulled beyond its ends', () => {
    expect(indexInView(-120, 800, 5)).toBe(0);
    expect(indexInView(9000, 800, 5)).toBe(4);
    expect(indexInView(100, 0, 5)).toBe(0);
    expect(indexInView(100, 800, 0)).toBe(0);
  });
});

it('asks for more before the end is in view', () => {
  expect(needsMore(5, 10)).toBe(false);
  expect(needsMore(6, 10)).toBe(true);
});
