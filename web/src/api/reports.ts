import { call } from './client';

/** What can be reported. */
export type Reported = 'video' | 'comment' | 'user';

/** Tells the moderators. Once for each person and thing, until they have judged it. */
export function sendReport(kind: Reported, id: string, reason: string) {
  const options = { path: { id }, body: { reason }, auth: true };
  if (kind === 'video') return call('POST', '/video/{id}/report', options);
  if (kind === 'comment') return call('POST', '/comment/{id}/report', options);
  return call('POST', '/user/{id}/report', options);
}
