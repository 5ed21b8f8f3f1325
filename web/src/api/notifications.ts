import { call } from './client';

export function listNotifications(cursor: string | null) {
  return call('GET', '/notifications', { query: { cursor: cursor ?? undefined }, auth: true });
}

/** Those up to and with this one. */
export function readNotifications(until: string) {
  return call('POST', '/notifications/read', { body: { until }, auth: true });
}
