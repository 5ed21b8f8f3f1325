import { request } from './http';
import type { LikeResult, Video, VideoPage } from './types';

/** The newest clips; without a cursor the first page. */
export function listVideos(cursor: string | null, limit: number): Promise<VideoPage> {
  const query = new URLSearchParams({ limit: String(limit), sort: 'latest' });
  if (cursor) query.set('cursor', cursor);
  return request<VideoPage>(`/video?${query}`);
}

/** One clip. This is also what counts a view, and the only answer that says whether I like it. */
export function getVideo(id: string): Promise<Video> {
  return request<Video>(`/video/${encodeURIComponent(id)}`, { auth: true });
}

export function changeVideo(
  id: string,
  change: { title?: string; description?: string },
): Promise<Video> {
  return request<Video>(`/video/${encodeURIComponent(id)}`, {
    method: 'PATCH',
    body: change,
    auth: true,
  });
}

/** How long it was watched so far. Of what is told of one visit the server takes the most. */
export function tellWatch(id: string, watchedMs: number, completed: boolean): Promise<null> {
  return request<null>(`/video/${encodeURIComponent(id)}/view`, {
    method: 'POST',
    body: { watchedMs, completed },
    auth: true,
    keepalive: true,
  });
}

export function setLike(id: string, liked: boolean): Promise<LikeResult> {
  const method = liked ? 'PUT' : 'DELETE';
  return request<LikeResult>(`/video/${encodeURIComponent(id)}/like`, { method, auth: true });
}
