import { call } from './client';

/** What became of all my clips. */
export function getStatistics() {
  return call('GET', '/statistics', { auth: true });
}

/** How one clip of mine is watched. */
export function getWatchReport(id: string) {
  return call('GET', '/statistics/video/{id}', { path: { id }, auth: true });
}
