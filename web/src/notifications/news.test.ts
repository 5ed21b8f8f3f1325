import { expect, it } from 'vitest';
import type { Notification } from '../api/types';
import { deedOf, isNew, parseNotification, parseUnread, pathOf, subjectOf, withNews } from './news';

function note(id: string, more: Partial<Notification> = {}): Notification {
  return {
    id,
    kind: 'like',
    actor: { id: 'u', name: 'Ada', avatarUrl: null },
    actorCount: 1,
    video: { id: 'v', title: 'Waves' },
    comment: null,
    isRead: false,
    createdAt: '2026-01-01T00:00:00.000Z',
    ...more,
  };
}
const ids = (list: Notification[]) => list.map(({ id }) => id).join('');

it('puts news in front, and its former self away', () => {
  const list = [note('c', { kind: 'follow', video: null }), note('b'), note('a', { isRead: true })];
  expect(ids(withNews(list, note('d', { video: { id: 'w', title: '' } })))).toBe('dcba');
  expect(ids(withNews(list, note('d', { actorCount: 2 })))).toBe('dca');
  expect(ids(withNews(list, note('b')))).toBe('bca');
});

it('counts what begins a group, and not what joins one', () => {
  expect(isNew(note('a'))).toBe(true);
  expect(isNew(note('a', { actorCount: 2 }))).toBe(false);
  expect(isNew(note('a', { isRead: true }))).toBe(false);
});

it('says it in words', () => {
  expect(deedOf(note('a'))).toBe('liked your clip');
  expect(deedOf(note('a', { actorCount: 2 }))).toBe('and 1 other liked your clip');
  expect(deedOf(note('a', { kind: 'follow', actorCount: 12 }))).toBe(
    'and 11 others follow you now',
  );
  expect(subjectOf(note('a'))).toBe('Waves');
  expect(subjectOf(note('a', { kind: 'reply', comment: { id: 'c', content: 'Yes' } }))).toBe('Yes');
  expect(subjectOf(note('a', { kind: 'follow', video: null }))).toBe('');
});

it('leads to where it happened', () => {
  expect(pathOf(note('a'))).toBe('/v/v');
  expect(pathOf(note('a', { kind: 'comment', comment: { id: 'c', content: 'x' } }))).toBe(
    '/v/v?comments',
  );
  expect(pathOf(note('a', { kind: 'follow', video: null }))).toBe('/u/u');
});

it('reads events as far as they can be trusted', () => {
  expect(parseNotification(JSON.stringify(note('a')))?.id).toBe('a');
  for (const bad of ['{', 'null', '{}', '{"id":"1","kind":"poke","actor":{"name":"x"}}']) {
    expect(parseNotification(bad)).toBeNull();
  }
  expect(parseUnread('{"unreadCount":3}')).toBe(3);
  expect(parseUnread('{"unreadCount":"3"}')).toBeNull();
  expect(parseUnread('null')).toBeNull();
});
