import { expect, it } from 'vitest';
import type { Deed } from '../api/types';
import { deedWords, formerWords, pathOfDeed, takingBack } from './deeds';

const deed = (action: Deed['action'], kind: Deed['kind'], more: Partial<Deed> = {}): Deed => ({
  id: `${action} ${kind}`,
  actor: null,
  action,
  kind,
  subject: 's',
  reason: '',
  detail: '',
  createdAt: '2026-05-01T18:20:30.400Z',
  ...more,
});

it('says what was done', () => {
  const words = (one: Deed) => deedWords(one).join(' ').trim();
  expect(words(deed('hide', 'video'))).toBe('hid a clip');
  expect(words(deed('dismiss', 'report'))).toBe('dismissed a report');
  expect(words(deed('add', 'word', { subject: 'snake oil' }))).toBe(
    'put “snake oil” on the word list',
  );
  expect(deedWords(deed('role', 'user', { detail: 'admin' }))).toEqual([
    'gave a role to',
    'a person',
    ': admin',
  ]);
});

it('tells the words that are gone without the id in front of them', () => {
  const detail = '01965b2e-7a10-7c3e-9b1f-2f6f0a1c4d5e: Buy: my things';
  expect(formerWords(deed('remove', 'comment', { detail }))).toBe('Buy: my things');
  expect(formerWords(deed('role', 'user', { detail: 'admin' }))).toBe('');
});

it('leads to what is still there', () => {
  expect(pathOfDeed(deed('hide', 'video'))).toBe('/v/s');
  expect(pathOfDeed(deed('remove', 'video'))).toBeNull();
  expect(pathOfDeed(deed('ban', 'user'))).toBe('/u/s');
  expect(pathOfDeed(deed('hide', 'comment'))).toBeNull();
});

it('takes back the newest deed only, and only what can be', () => {
  const hide = deed('hide', 'video');
  const ban = deed('ban', 'user');
  expect(takingBack(hide, [deed('change', 'video'), hide])?.sentence).toBe('restore');
  expect(takingBack(hide, [deed('restore', 'video'), hide])).toBeNull();
  expect(takingBack(hide, [deed('hide', 'comment'), hide])?.sentence).toBe('restore');
  expect(takingBack(ban, [deed('role', 'user'), ban])?.sentence).toBe('unban');
  const dismissed = deed('dismiss', 'report');
  expect(takingBack(dismissed, [dismissed])).toBeNull();
});
