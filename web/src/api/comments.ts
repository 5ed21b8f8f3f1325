import { call, callWhole } from './client';

const PAGE = 20;
const REPLIES = 10;

/** Those that began a thread, newest first; `meta` says how it goes on. */
export function listComments(videoId: string, cursor: string | null) {
  return callWhole('GET', '/video/{id}/comments', {
    path: { id: videoId },
    query: { limit: PAGE, cursor: cursor ?? undefined },
    auth: true,
  });
}

/** Oldest first. */
export function listReplies(commentId: string, cursor: string | null) {
  return callWhole('GET', '/comment/{id}/replies', {
    path: { id: commentId },
    query: { limit: REPLIES, cursor: cursor ?? undefined },
    auth: true,
  });
}

export function addComment(videoId: string, content: string) {
  const path = { id: videoId };
  return call('POST', '/video/{id}/comments', { path, body: { content }, auth: true });
}

export function addReply(commentId: string, content: string) {
  const path = { id: commentId };
  return call('POST', '/comment/{id}/replies', { path, body: { content }, auth: true });
}

export function setCommentLike(id: string, liked: boolean) {
  return call(liked ? 'PUT' : 'DELETE', '/comment/{id}/like', { path: { id }, auth: true });
}

export function deleteComment(id: string) {
  return call('DELETE', '/comment/{id}', { path: { id }, auth: true });
}
