import type { Notification } from '../api/types';
import { clipPath, userPath } from '../paths';

/**
 * A list with what just happened in front. Unread likes of one clip are one notification that comes
 * again with a new id and a larger count; its former self goes.
 */
export function withNews(list: readonly Notification[], news: Notification): Notification[] {
  const isFormer = (old: Notification) =>
    old.id === news.id || (news.actorCount > 1 && !old.isRead && isSameGroup(old, news));
  return [news, ...list.filter((old) => !isFormer(old))];
}

/** By how much the number of the unread grows. */
export function isNew(news: Notification): boolean {
  return !news.isRead && news.actorCount === 1;
}

function isSameGroup(a: Notification, b: Notification): boolean {
  return a.kind === b.kind && a.video?.id === b.video?.id && a.comment?.id === b.comment?.id;
}

const DEEDS: Record<Notification['kind'], string> = {
  like: 'liked your clip',
  comment: 'commented on your clip',
  reply: 'replied to your comment',
  comment_like: 'liked your comment',
  follow: 'follows you now',
};
const DEEDS_OF_MANY: Partial<typeof DEEDS> = { follow: 'follow you now' };

/** "and 3 others liked your clip": what stands behind the name. */
export function deedOf({ kind, actorCount }: Notification): string {
  if (actorCount <= 1) return DEEDS[kind];
  const others = actorCount === 2 ? '1 other' : `${actorCount - 1} others`;
  return `and ${others} ${DEEDS_OF_MANY[kind] ?? DEEDS[kind]}`;
}

/** What it is about, in its own words. */
export function subjectOf({ kind, video, comment }: Notification): string {
  if (kind === 'like') return video?.title ?? '';
  return comment?.content ?? '';
}

export function pathOf({ kind, video, actor }: Notification): string {
  if (kind === 'follow' || !video) return userPath(actor.id);
  return kind === 'like' ? clipPath(video.id) : `${clipPath(video.id)}?comments`;
}

/** An event's JSON as far as it can be trusted; null for anything else. */
export function parseNotification(text: string): Notification | null {
  try {
    const news = JSON.parse(text) as Notification;
    const known = Object.hasOwn(DEEDS, news.kind) && typeof news.actor?.name === 'string';
    return known && typeof news.id === 'string' ? news : null;
  } catch {
    return null;
  }
}

/** Of the event that a stream begins with; null for anything else. */
export function parseUnread(text: string): number | null {
  try {
    const { unreadCount } = JSON.parse(text) as { unreadCount?: unknown };
    return typeof unreadCount === 'number' ? unreadCount : null;
  } catch {
    return null;
  }
}
