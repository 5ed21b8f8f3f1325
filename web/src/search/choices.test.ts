import { expect, it } from 'vitest';
import { choicesFor, nextChoice, pathOfText, searchPath } from './choices';

it('leads to words or to a tag', () => {
  expect(pathOfText('  sailing lake ')).toBe('/search?q=sailing+lake');
  expect(pathOfText('#Sea')).toBe('/search?tag=Sea');
  expect(pathOfText('#a&b=c')).toBe('/search?tag=a%26b%3Dc');
  expect(pathOfText('#sea and more')).toBe('/search?q=%23sea+and+more');
  expect(pathOfText(' ')).toBe('/search');
  expect(searchPath({})).toBe('/search');
});

it('offers what was typed, then tags, then people', () => {
  const found = {
    tags: ['sailing'],
    users: [{ id: 'u', name: 'Sai', avatarUrl: null, followerCount: 3 }],
  };
  expect(choicesFor(' sai ', found).map(({ kind, label }) => `${kind} ${label}`)).toEqual([
    'words sai',
    'tag sailing',
    'user Sai',
  ]);
  expect(choicesFor('#sai', found)[0]?.kind).toBe('tag');
  expect(choicesFor('', { tags: [], users: [] })).toEqual([]);
});

it('goes round with the arrow keys, by way of the field', () => {
  expect([-1, 0, 1].map((now) => nextChoice(now, 1, 2))).toEqual([0, 1, -1]);
  expect([-1, 0, 1].map((now) => nextChoice(now, -1, 2))).toEqual([1, -1, 0]);
  expect(nextChoice(-1, 1, 0)).toBe(-1);
});
