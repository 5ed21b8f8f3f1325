import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { DOUBLE_TAP_MS, Taps } from './taps';

describe('Taps', () => {
  const single = vi.fn();
  const double = vi.fn();
  let taps: Taps;

  beforeEach(() => {
    vi.useFakeTimers();
    vi.clearAllMocks();
    taps = new Taps({ single, double });
  });
  afterEach(() => vi.useRealTimers());

  it('waits with a single tap until no second one can come', () => {
    taps.tap(10, 10, 0);
    expect(single).not.toHaveBeenCalled();
    vi.advanceTimersByTime(DOUBLE_TAP_MS);
    expect(single).toHaveBeenCalledOnce();
  });

  it('takes two quick taps for a double tap and for nothing else', () => {
    taps.tap(10, 10, 0);
    taps.tap(14, 12, 120);
    vi.advanceTimersByTime(1000);
    expect(double).toHaveBeenCalledExactlyOnceWith(14, 12);
    expect(single).not.toHaveBeenCalled();
  });

  it('gives one more heart for each further tap', () => {
    for (const time of [0, 150, 300, 450]) taps.tap(10, 10, time);
    expect(double).toHaveBeenCalledTimes(3);
  });

  it('takes taps far apart for separate ones', () => {
    taps.tap(10, 10, 0);
    taps.tap(300, 400, 120);
    vi.advanceTimersByTime(1000);
    expect(double).not.toHaveBeenCalled();
    expect(single).toHaveBeenCalledOnce();
  });

  it('forgets a tap when the clip leaves the view', () => {
    taps.tap(10, 10, 0);
    taps.cancel();
    taps.tap(10, 10, 100);
    expect(double).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1000);
    expect(single).toHaveBeenCalledOnce();
  });
});
