import { describe, expect, it } from 'vitest';
import { stageFor } from './stage';

const phone = { width: 390, height: 786 };
const desktop = { width: 1208, height: 900 };

describe('on a phone', () => {
  it('fills the view, whatever the clip', () => {
    expect(stageFor(phone, 16 / 9)).toMatchObject(phone);
  });

  it('fills it with upright clips and shows all of the others', () => {
    expect(stageFor(phone, 9 / 16).fit).toBe('cover');
    expect(stageFor(phone, 1).fit).toBe('contain');
    expect(stageFor(phone, 16 / 9).fit).toBe('contain');
  });
});

describe('on a desktop', () => {
  it('is upright by default', () => {
    const { width, height } = stageFor(desktop, null);
    expect(width / height).toBeCloseTo(9 / 16, 2);
    expect(height).toBeLessThan(desktop.height);
  });

  it('grows wider for wide clips, but leaves room for the buttons', () => {
    expect(stageFor(desktop, 1).width).toBeGreaterThan(stageFor(desktop, 9 / 16).width);
    expect(stageFor(desktop, 16 / 9).width).toBeLessThanOrEqual(desktop.width - 2 * 112);
  });
});

it('survives a view without size', () => {
  expect(stageFor({ width: 0, height: 0 }, 1)).toMatchObject({ width: 0, height: 0 });
});
