import type { Deed } from '../api/types';
import { clipPath, userPath } from '../paths';
import { banOrUnban, hideOrRestore, type Verdict } from './verdicts';

const NOUNS: Record<Deed['kind'], string> = {
  video: 'a clip',
  comment: 'a comment',
  user: 'a person',
  report: 'a report',
  word: 'a word',
};
const VERBS: Record<Deed['action'], string> = {
  hide: 'hid',
  restore: 'restored',
  change: 'changed',
  remove: 'deleted',
  ban: 'banned',
  unban: 'took back the ban of',
  role: 'gave a role to',
  dismiss: 'dismissed',
  add: 'added',
};

/** What was done, around what it was done to: "gave a role to", "a person", ": moderator". */
export function deedWords({ action, kind, subject, detail }: Deed): [string, string, string] {
  if (kind === 'word') {
    const where = action === 'add' ? 'on the word list' : 'off the word list';
    return [action === 'add' ? 'put' : 'took', `“${subject}”`, where];
  }
  return [VERBS[action], NOUNS[kind], action === 'role' ? `: ${detail}` : ''];
}

/** The words that were changed or removed; the server puts whose they were in front. */
export function formerWords({ action, kind, detail }: Deed): string {
  if (kind === 'word' || (action !== 'change' && action !== 'remove')) return '';
  return detail.replace(/^[0-9a-f-]{36}: /, '');
}

export function pathOfDeed({ action, kind, subject }: Deed): string | null {
  if (kind === 'user') return userPath(subject);
  return kind === 'video' && action !== 'remove' ? clipPath(subject) : null;
}

/** What takes a deed of the log back; null where nothing can, or somebody has. `log` is newest first. */
export function takingBack(deed: Deed, log: readonly Deed[]): Verdict | null {
  const newest = log.find(
    ({ kind, subject, action }) =>
      kind === deed.kind && subject === deed.subject && action !== 'change' && action !== 'role',
  );
  if (newest?.id !== deed.id) return null;
  if (deed.action === 'ban') return banOrUnban(null, true, '');
  if (deed.action !== 'hide') return null;
  return deed.kind === 'video' || deed.kind === 'comment'
    ? hideOrRestore(deed.kind, true, '')
    : null;
}
