import { expect, it } from 'vitest';
import type { Work } from '../api/types';
import { isWaiting, workWords } from './work';

const at = (stage: Work['stage'], ahead = 0): Work => ({
  stage,
  ahead,
  reason: null,
  waitingSince: null,
});

it('says how many come first', () => {
  expect(workWords(at('waiting', 2), 0)).toBe('2 clips are before it');
  expect(workWords(at('waiting', 1), 0)).toBe('1 clip is before it');
  expect(workWords(at('waiting'), 0)).toBe('It is next');
  expect(workWords(at('waiting', 1000), 0)).toBe('1,000 clips or more are before it');
});

it('says that a try failed, and that another follows', () => {
  expect(workWords(at('retrying'), 30)).toBe('A try failed. The next one follows soon.');
  expect(workWords(at('retrying', 1), 0)).toBe('A try failed. 1 clip is before it.');
});

it('says what is done, and how far it is', () => {
  expect(workWords(at('preparing'), 0)).toBe('Looking at what is in it');
  expect(workWords(at('encoding'), 40.4)).toBe('Making it small: 40 %');
  expect(workWords(at('storing'), 99)).toBe('Putting it in its place: 99 %');
});

it('makes do with what it knows', () => {
  expect(workWords(null, null)).toBe('Waiting for its turn');
  expect(workWords(null, 0)).toBe('Waiting for its turn');
  expect(workWords(null, 12)).toBe('12 %');
});

it('knows that nothing moves while it waits', () => {
  expect([at('waiting'), at('retrying'), at('encoding'), null].map(isWaiting)).toEqual([
    true,
    true,
    false,
    false,
  ]);
});
