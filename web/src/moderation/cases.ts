import type { Report } from '../api/types';

/** All that is reported of one thing. */
export interface Case {
  id: string;
  kind: Report['kind'];
  subject: string;
  target: Report['target'];
  /** Newest first. */
  reports: Report[];
}

const idOf = ({ kind, subject }: Pick<Report, 'kind' | 'subject'>) => `${kind} ${subject}`;

/** Reports of the same thing together, in the order of the newest of each. */
export function casesOf(reports: readonly Report[]): Case[] {
  const cases = new Map<string, Case>();
  for (const report of reports) {
    const id = idOf(report);
    const known = cases.get(id);
    if (known) known.reports.push(report);
    else {
      const { kind, subject, target } = report;
      cases.set(id, { id, kind, subject, target, reports: [report] });
    }
  }
  return [...cases.values()];
}

/** Who is judged with it: who made it, or the person themselves. */
export function personOf({ kind, subject, target }: Case): string | null {
  return kind === 'user' ? subject : (target?.ownerId ?? null);
}

/** What is still open after these were judged. */
export function withoutCase(reports: readonly Report[], judged: Case): Report[] {
  return reports.filter((report) => idOf(report) !== judged.id);
}

/** What is still open after somebody was banned: all of theirs is out of sight, and to be judged still. */
export function afterBan(reports: readonly Report[], person: string): Report[] {
  return reports
    .filter(({ kind, subject }) => kind !== 'user' || subject !== person)
    .map((report) =>
      report.target?.ownerId === person
        ? { ...report, target: { ...report.target, hidden: true } }
        : report,
    );
}
