import type { Work } from '../api/types';
import { countOf } from '../ui/format';

/** The server counts no further. */
const MOST_AHEAD = 1000;

/** Nothing is done for it yet, whatever its progress says. */
export function isWaiting(work: Work | null): boolean {
  return work?.stage === 'waiting' || work?.stage === 'retrying';
}

/** What is done for a clip that cannot be played yet, or what it waits for. `progress` in percent. */
export function workWords(work: Work | null, progress: number | null): string {
  const percent = progress ? `${Math.round(progress)} %` : '';
  const done = percent && `: ${percent}`;
  switch (work?.stage) {
    case 'waiting':
      return work.ahead > 0 ? aheadWords(work.ahead) : 'It is next';
    case 'retrying':
      return work.ahead > 0
        ? `A try failed. ${aheadWords(work.ahead)}.`
        : 'A try failed. The next one follows soon.';
    case 'preparing':
      return `Looking at what is in it${done}`;
    case 'encoding':
      return `Making it small${done}`;
    case 'storing':
      return `Putting it in its place${done}`;
    case undefined:
      return percent || 'Waiting for its turn';
  }
}

function aheadWords(ahead: number): string {
  if (ahead >= MOST_AHEAD) return `${countOf(MOST_AHEAD, '', 'clips')} or more are before it`;
  return `${countOf(ahead, 'clip is', 'clips are')} before it`;
}
