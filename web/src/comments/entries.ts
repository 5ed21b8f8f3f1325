import type { ListedComment, Person } from '../api/types';

/** A comment as it is shown, with what is known of its replies. */
export interface Entry extends Omit<ListedComment, 'replies' | 'user'> {
  user: Person;
  /** On its way to the server: shown, but nothing can be done with it yet. */
  sending: boolean;
  replies: Entry[];
  /** Where the list of replies goes on; null where it was not asked for or has ended. */
  cursor: string | null;
  /** The replies are on the page. */
  open: boolean;
  loading: boolean;
}

export function entryOf(comment: ListedComment): Entry {
  return { ...comment, sending: false, replies: [], cursor: null, open: false, loading: false };
}

/** What a person just wrote, before the server has it. */
export function draftOf(
  id: string,
  content: string,
  author: Person,
  videoId: string,
  parentCommentId: string | null,
): Entry {
  const now = new Date().toISOString();
  return {
    id,
    content,
    user: author,
    userId: author.id,
    videoId,
    parentCommentId,
    createdAt: now,
    updatedAt: now,
    likeCount: 0,
    isLiked: false,
    replyCount: 0,
    hasMoreReplies: false,
    sending: true,
    replies: [],
    cursor: null,
    open: false,
    loading: false,
  };
}

/** A page of the server behind what is there; what was written meanwhile is not shown twice. */
export function withPage(known: readonly Entry[], page: readonly ListedComment[]): Entry[] {
  const ids = new Set(known.map((entry) => entry.id));
  return [...known, ...page.filter(({ id }) => !ids.has(id)).map(entryOf)];
}

/** The oldest first. */
export function byTime(entries: readonly Entry[]): Entry[] {
  return [...entries].sort((a, b) => Date.parse(a.createdAt) - Date.parse(b.createdAt));
}

/** How many replies there are that are not on the page. */
export function unseenReplies(entry: Entry): number {
  const seen = entry.open ? entry.replies.length : 0;
  return Math.max(0, entry.replyCount - seen);
}

export const MAX_COMMENT = 1000;

/** Why this cannot be sent; null if it may. The server counts code points. */
export function refuseComment(text: string): string | null {
  const length = [...text.trim()].length;
  if (length === 0) return 'Write something first.';
  if (length > MAX_COMMENT) return `Use at most ${MAX_COMMENT} characters (now ${length}).`;
  return null;
}
