import { describe, expect, it } from 'vitest';
import { MAX_BYTES, refuseFile, refuseTitle } from './check';
import { Rate } from './rate';

const file = (name: string, type: string, size = 1000) => ({ name, type, size });

describe('refuseFile', () => {
  it('takes videos by type, or by ending where the system knows no type', () => {
    expect(refuseFile(file('a.mp4', 'video/mp4'))).toBeNull();
    expect(refuseFile(file('a', 'video/webm'))).toBeNull();
    expect(refuseFile(file('a.MKV', ''))).toBeNull();
  });

  it('says what is wrong with other files', () => {
    expect(refuseFile(file('notes.txt', 'text/plain'))).toContain('not a video');
    expect(refuseFile(file('a.mp4', 'video/mp4', 0))).toContain('empty');
    expect(refuseFile(file('a.mp4', 'video/mp4', MAX_BYTES))).toBeNull();
    expect(refuseFile(file('a.mp4', 'video/mp4', MAX_BYTES + 1))).toContain('512 MB');
  });
});

it('counts the characters of a title as people do', () => {
  expect(refuseTitle('   ')).not.toBeNull();
  expect(refuseTitle('🎬'.repeat(150))).toBeNull();
  expect(refuseTitle('x'.repeat(151))).toContain('151');
});

describe('Rate', () => {
  it('knows nothing at first', () => {
    const rate = new Rate();
    rate.add(0, 0);
    expect(rate.perSecond).toBeNull();
  });

  it('is that of the last seconds', () => {
    const rate = new Rate(4000);
    for (let s = 0; s <= 10; s++) rate.add(s * 100, s * 1000);
    for (let s = 11; s <= 20; s++) rate.add(1000 + (s - 10) * 500, s * 1000);
    expect(rate.perSecond).toBeCloseTo(500, 0);
  });
});
