import { expect, it } from 'vitest';
import { segmentsOf } from './segments';

it('takes a text apart at its hashtags', () => {
  expect(segmentsOf('At the #sea, <b>#1</b> #Straße')).toEqual([
    { text: 'At the ' },
    { text: '#sea', tag: 'sea' },
    { text: ', <b>#1</b> ' },
    { text: '#Straße', tag: 'Straße' },
  ]);
  expect(segmentsOf('')).toEqual([]);
  expect(segmentsOf('plain')).toEqual([{ text: 'plain' }]);
});
