import { expect, it } from 'vitest';
import { clipPath, parsePath, safeNext, userPath } from './paths';

it('knows the pages', () => {
  expect(parsePath('/')).toEqual({ page: 'feed', tab: 'for-you' });
  expect(parsePath('/trending/')).toEqual({ page: 'feed', tab: 'trending' });
  expect(parsePath('/search')).toEqual({ page: 'search' });
  expect(parsePath('/upload/')).toEqual({ page: 'upload' });
  expect(parsePath('/reset-password')).toEqual({ page: 'reset-password' });
  expect(parsePath(clipPath('a b/c'))).toEqual({ page: 'clip', id: 'a b/c' });
  expect(parsePath('/v/%E0%A4%A')).toEqual({ page: 'missing' });
  expect(parsePath('/me')).toEqual({ page: 'profile', id: 'me' });
  expect(parsePath('/settings')).toEqual({ page: 'settings' });
  expect(parsePath('/uploads')).toEqual({ page: 'missing' });
  expect(parsePath('/moderation/')).toEqual({ page: 'moderation', part: 'open' });
  expect(parsePath('/moderation/log')).toEqual({ page: 'moderation', part: 'log' });
  expect(parsePath('/moderation/open')).toEqual({ page: 'missing' });
});

it('knows the pages of clips and people', () => {
  expect(parsePath(userPath('ü/1'))).toEqual({ page: 'profile', id: 'ü/1' });
  expect(parsePath('/u/1/followers/')).toEqual({ page: 'people', id: '1', side: 'followers' });
  expect(parsePath('/v/1/statistics')).toEqual({ page: 'clip-statistics', id: '1' });
  expect(parsePath('/v/1/edit')).toEqual({ page: 'clip-edit', id: '1' });
  for (const bad of ['/u', '/u//', '/v/1/followers', '/u/1/constructor', '/x/1']) {
    expect(parsePath(bad)).toEqual({ page: 'missing' });
  }
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
