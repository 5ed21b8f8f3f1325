import { expect, it } from 'vitest';
import { badgeOf } from './badge';

it('says what others do not see, the worst first', () => {
  expect(badgeOf({ status: 'ready', visibility: 'public' })).toBeNull();
  expect(badgeOf({ status: 'playable', visibility: 'public' })).toBeNull();
  expect(badgeOf({ status: 'ready', visibility: 'private' })?.label).toBe('Private');
  expect(badgeOf({ status: 'processing', visibility: 'unlisted' })?.label).toBe('In the works');
  expect(badgeOf({ status: 'failed', visibility: 'public', hidden: true })?.label).toBe('Hidden');
  expect(badgeOf({ status: 'failed', visibility: 'private' })).toMatchObject({ bad: true });
});
