import { expect, it } from 'vitest';
import { stillOf } from './still';

it('makes a picture of a ThumbHash, and nothing of anything else', () => {
  const still = stillOf('1QcSHQRnh493V4dIh4eXh1h4kJUI');
  expect(still).toMatch(/^data:image\/png;base64,/);
  expect(stillOf('1QcSHQRnh493V4dIh4eXh1h4kJUI')).toBe(still);
  for (const bad of [null, undefined, '', 'AA==', 'not base64!']) expect(stillOf(bad)).toBeNull();
});
