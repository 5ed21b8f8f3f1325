import { expect, it } from 'vitest';
import { coveredBelow } from './keyboard';

it('knows what a keyboard covers', () => {
  expect(coveredBelow(844, { height: 844, offsetTop: 0, scale: 1 })).toBe(0);
  expect(coveredBelow(844, { height: 508.4, offsetTop: 0, scale: 1 })).toBe(336);
  expect(coveredBelow(844, { height: 508, offsetTop: 100, scale: 1 })).toBe(236);
  expect(coveredBelow(844, { height: 422, offsetTop: 0, scale: 2 })).toBe(0);
});
