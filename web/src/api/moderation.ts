import { call } from './client';
import type { Reported } from './reports';
import type { Report, Role } from './types';

const PAGE = 20;

/** Newest first; each is of one person. */
export function listReports(state: Report['state'], cursor: string | null) {
  const query = { state, limit: PAGE, cursor: cursor ?? undefined };
  return call('GET', '/admin/reports', { query, auth: true });
}

/** Closes a report about which nothing is to be done. */
export function dismissReport(id: string, reason: string) {
  return call('POST', '/admin/reports/{id}/dismiss', {
    path: { id },
    body: { reason },
    auth: true,
  });
}

export function setHidden(
  kind: Exclude<Reported, 'user'>,
  id: string,
  hidden: boolean,
  reason: string,
) {
  const options = { path: { id }, body: { reason }, auth: true };
  if (kind === 'video') {
    return call('POST', hidden ? '/admin/video/{id}/hide' : '/admin/video/{id}/restore', options);
  }
  return call('POST', hidden ? '/admin/comment/{id}/hide' : '/admin/comment/{id}/restore', options);
}

export function setBan(id: string, banned: boolean, reason: string) {
  const options = { path: { id }, body: { reason }, auth: true };
  return call('POST', banned ? '/admin/user/{id}/ban' : '/admin/user/{id}/unban', options);
}

/** For admins. */
export function giveRole(id: string, role: Role, reason: string) {
  return call('PUT', '/admin/user/{id}/role', { path: { id }, body: { role, reason }, auth: true });
}

/** What may not be written, in lower case and plain letters. */
export function listWords() {
  return call('GET', '/admin/words', { auth: true });
}

export function addWord(word: string) {
  return call('POST', '/admin/words', { body: { word }, auth: true });
}

export function removeWord(word: string) {
  return call('DELETE', '/admin/words/{word}', { path: { word }, auth: true });
}

/** What moderators did, newest first. */
export function listDeeds(cursor: string | null) {
  const query = { limit: PAGE, cursor: cursor ?? undefined };
  return call('GET', '/admin/audit', { query, auth: true });
}
