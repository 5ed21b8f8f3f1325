import { call } from './client';
import type { VideoChange } from './types';

/** The newest clips; without a cursor the first page. */
export function listVideos(cursor: string | null, limit: number) {
  return call('GET', '/video', { query: { limit, sort: 'latest', cursor: cursor ?? undefined } });
}

/** Made for whoever asks; a guest is known by a cookie. */
export function listForYou(cursor: string | null, limit: number) {
  return call('GET', '/video/feed', { query: { limit, cursor: cursor ?? undefined }, auth: true });
}

/** The newest of those whom I follow. */
export function listFollowing(cursor: string | null, limit: number) {
  const query = { limit, cursor: cursor ?? undefined };
  return call('GET', '/video/following', { query, auth: true });
}

/** What rises. */
export function listTrending(cursor: string | null, limit: number) {
  const query = { limit, sort: 'trending' as const, cursor: cursor ?? undefined };
  return call('GET', '/video', { query, auth: true });
}

/** One clip. This is also what counts a view, and the only answer that says whether I like it. */
export function getVideo(id: string) {
  return call('GET', '/video/{id}', { path: { id }, auth: true });
}

export function changeVideo(id: string, change: VideoChange) {
  return call('PATCH', '/video/{id}', { path: { id }, body: change, auth: true });
}

export function deleteVideo(id: string) {
  return call('DELETE', '/video/{id}', { path: { id }, auth: true });
}

/** How long it was watched so far. Of what is told of one visit the server takes the most. */
export function tellWatch(id: string, watchedMs: number, completed: boolean) {
  const body = { watchedMs, completed };
  return call('POST', '/video/{id}/view', { path: { id }, body, auth: true, keepalive: true });
}

export function setLike(id: string, liked: boolean) {
  return call(liked ? 'PUT' : 'DELETE', '/video/{id}/like', { path: { id }, auth: true });
}
