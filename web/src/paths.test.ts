import { expect, it } from 'vitest';
import { clipPath, parsePath, safeNext } from './paths';

it('knows the pages', () => {
  expect(parsePath('/')).toEqual({ page: 'feed' });
  expect(parsePath('/upload/')).toEqual({ page: 'upload' });
  expect(parsePath('/reset-password')).toEqual({ page: 'reset-password' });
  expect(parsePath(clipPath('a b/c'))).toEqual({ page: 'clip', id: 'a b/c' });
  expect(parsePath('/v/%E0%A4%A')).toEqual({ page: 'missing' });
  expect(parsePath('/uploads')).toEqual({ page: 'missing' });
});

it('never leads to another site after logging in', () => {
  expect(safeNext('/v/1')).toBe('/v/1');
  for (const bad of [
    null,
    '',
    'https://evil.example',
    '//evil.example',
    '/\\evil.example',
    '/\t/evil.example',
    'javascript:alert(1)',
  ]) {
    expect(safeNext(bad)).toBe('/');
  }
});
