import { dismissReport, setBan, setHidden } from '../api/moderation';
import { ApiError } from '../api/errors';
import type { Report } from '../api/types';
import { countOf } from '../ui/format';
import { personOf, type Case } from './cases';

export type Sentence = 'hide' | 'restore' | 'ban' | 'unban' | 'dismiss';

/** Something that a moderator can decide, as it is offered and asked back. */
export interface Verdict {
  sentence: Sentence;
  /** What the button says, here and in the question. */
  action: string;
  question: string;
  text: string;
  /** What the log will say where nobody says it better. */
  reason: string;
  danger?: boolean;
  /** What is said once it is done. */
  done: string;
}

const MISTAKE = 'It was a mistake';

export function hideOrRestore(kind: 'video' | 'comment', hidden: boolean, reason: string): Verdict {
  const thing = kind === 'video' ? 'clip' : 'comment';
  if (hidden) {
    return {
      sentence: 'restore',
      action: 'Restore',
      question: `Restore this ${thing}?`,
      text: 'Everybody sees it again, unless who made it is banned.',
      reason: MISTAKE,
      done: `The ${thing} is back.`,
    };
  }
  const along = kind === 'video' ? 'comments' : 'replies';
  return {
    sentence: 'hide',
    action: 'Hide',
    question: `Hide this ${thing}?`,
    text: `It goes with its ${along}, for everybody but moderators, until it is restored.`,
    reason,
    danger: true,
    done: `The ${thing} is hidden.`,
  };
}

export function banOrUnban(name: string | null, banned: boolean, reason: string): Verdict {
  const who = name ?? 'this person';
  if (banned) {
    return {
      sentence: 'unban',
      action: 'Unban',
      question: `Take the ban of ${who} back?`,
      text: 'They can log in again, and what they made is back.',
      reason: MISTAKE,
      done: 'The ban is taken back.',
    };
  }
  return {
    sentence: 'ban',
    action: 'Ban',
    question: `Ban ${who}?`,
    text: 'They are logged out everywhere. Their page, clips and comments are gone until the ban is taken back.',
    reason,
    danger: true,
    done: 'They are banned.',
  };
}

function dismiss(count: number): Verdict {
  return {
    sentence: 'dismiss',
    action: 'Dismiss',
    question: count === 1 ? 'Dismiss this report?' : `Dismiss ${countOf(count, '', 'reports')}?`,
    text: 'Nothing is done about it, and nobody is told.',
    reason: 'Nothing is wrong with it',
    done: count === 1 ? 'The report is dismissed.' : 'The reports are dismissed.',
  };
}

/** What can be decided about a case; `open`: it is not judged yet. `name`: whose it is, where that is known. */
export function verdictsOf(one: Case, open: boolean, name: string | null): Verdict[] {
  const { kind, target } = one;
  const reason = one.reports[0]!.reason;
  const verdicts: Verdict[] = [];
  if (target && kind === 'user') verdicts.push(banOrUnban(target.text, target.hidden, reason));
  if (target && kind !== 'user') {
    verdicts.push(hideOrRestore(kind, target.hidden, reason));
    if (open) verdicts.push(banOrUnban(name, false, reason));
  }
  if (open) verdicts.push(dismiss(one.reports.length));
  return verdicts;
}

/** Carries it out; the server notes it in the log. */
export async function carryOut(sentence: Sentence, one: Case, reason: string): Promise<void> {
  const person = personOf(one);
  if (sentence === 'dismiss') {
    for (const report of one.reports) await dismissOne(report, reason);
  } else if (sentence === 'ban' || sentence === 'unban') {
    if (person) await setBan(person, sentence === 'ban', reason);
  } else if (one.kind !== 'user') {
    await setHidden(one.kind, one.subject, sentence === 'hide', reason);
  }
}

async function dismissOne({ id }: Report, reason: string): Promise<void> {
  try {
    await dismissReport(id, reason);
  } catch (error) {
    // Another moderator was faster.
    if (!(error instanceof ApiError && error.status === 404)) throw error;
  }
}
