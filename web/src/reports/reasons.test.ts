import { expect, it } from 'vitest';
import { choices, reasonOf } from './reasons';

it('is what was chosen, with what was added', () => {
  expect(reasonOf('Hate or insults', '')).toBe('Hate or insults');
  expect(reasonOf('Hate or insults', ' at 0:12 ')).toBe('Hate or insults: at 0:12');
});

it('is nothing yet where nobody can tell what is meant', () => {
  expect(reasonOf('', 'at 0:12')).toBeNull();
  for (const list of Object.values(choices)) expect(reasonOf(list.at(-1)!, ' ')).toBeNull();
  expect(reasonOf('Something else', 'A bad joke')).toBe('Something else: A bad joke');
});
