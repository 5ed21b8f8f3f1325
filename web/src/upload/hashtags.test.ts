import { expect, it } from 'vitest';
import { hashtagsOf } from './hashtags';

it('finds the hashtags of a description', () => {
  expect(hashtagsOf('Wind and #waves, #Straße_7 #海!')).toEqual(['waves', 'Straße_7', '海']);
  expect(hashtagsOf('#Sea #sea #SEA')).toEqual(['Sea']);
  expect(hashtagsOf('no#tag https://x.example/#part #1 ##double &#39; #')).toEqual([]);
  expect(hashtagsOf(Array.from({ length: 30 }, (_, n) => `#t${n}`).join(' '))).toHaveLength(20);
});
