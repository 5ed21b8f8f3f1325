import { expect, it } from 'vitest';
import type { Report } from '../api/types';
import { afterBan, casesOf, personOf, withoutCase } from './cases';
import { verdictsOf } from './verdicts';

const report = (id: string, kind: Report['kind'], subject: string, ownerId = subject): Report => ({
  id,
  kind,
  subject,
  reason: `Reason ${id}`,
  state: 'open',
  reporter: { id: `r${id}`, name: 'Grace' },
  target: { text: 'Words', ownerId, videoId: null, hidden: false },
  createdAt: '2026-05-01T18:20:30.400Z',
  resolvedAt: null,
});
const reports = [
  report('1', 'video', 'v', 'eve'),
  report('2', 'user', 'eve'),
  report('3', 'video', 'v', 'eve'),
  report('4', 'comment', 'v', 'bob'),
];
const offered = (one = casesOf(reports)[0]!, open = true) =>
  verdictsOf(one, open, 'Eve').map(({ sentence }) => sentence);

it('puts the reports of one thing together', () => {
  expect(casesOf(reports).map(({ id, reports: all }) => [id, all.length])).toEqual([
    ['video v', 2],
    ['user eve', 1],
    ['comment v', 1],
  ]);
  expect(casesOf(reports).map(personOf)).toEqual(['eve', 'eve', 'bob']);
});

it('forgets what was judged, and nothing else', () => {
  const left = withoutCase(reports, casesOf(reports)[0]!);
  expect(left.map(({ id }) => id)).toEqual(['2', '4']);
});

it('knows that what a banned person made is out of sight', () => {
  const left = afterBan(reports, 'eve');
  expect(left.map(({ id, target }) => [id, target?.hidden])).toEqual([
    ['1', true],
    ['3', true],
    ['4', false],
  ]);
});

it('offers what can be decided', () => {
  expect(offered()).toEqual(['hide', 'ban', 'dismiss']);
  expect(offered(casesOf(afterBan(reports, 'eve'))[0], false)).toEqual(['restore']);
  expect(offered(casesOf(reports)[1])).toEqual(['ban', 'dismiss']);
  const gone = { ...casesOf(reports)[0]!, target: null };
  expect(offered(gone)).toEqual(['dismiss']);
  expect(offered(gone, false)).toEqual([]);
  expect(verdictsOf(casesOf(reports)[0]!, true, 'Eve')[0]!.reason).toBe('Reason 1');
});
