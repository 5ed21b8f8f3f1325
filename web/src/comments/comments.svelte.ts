import * as api from '../api/comments';
import { ApiError, explain } from '../api/errors';
import type { Person } from '../api/types';
import { toggler } from '../ui/toggler';
import { byTime, draftOf, withPage, type Entry } from './entries';

const toggleLike = toggler(api.setCommentLike);
let drafts = 0;

/** The comments of one clip. What a person does is shown at once, and taken back if the server refuses. */
export class Comments {
  list: Entry[] = $state([]);
  status = $state<'idle' | 'loading' | 'error' | 'end'>('idle');
  /** Why the list does not go on, or why the last deed was refused. */
  error = $state('');

  #cursor: string | null = null;

  constructor(
    readonly videoId: string,
    /** Told by how much the count of comments changes. */
    private readonly counted: (by: number) => void = () => undefined,
  ) {}

  async loadMore(): Promise<void> {
    if (this.status === 'loading' || this.status === 'end') return;
    this.status = 'loading';
    try {
      const { meta, data } = await api.listComments(this.videoId, this.#cursor);
      this.list = withPage(this.list, data);
      this.#cursor = meta.nextCursor ?? null;
      this.status = this.#cursor ? 'idle' : 'end';
      this.error = '';
    } catch (error) {
      this.error = explain(error);
      this.status = 'error';
    }
  }

  async loadReplies(entry: Entry): Promise<void> {
    if (entry.loading || entry.sending) return;
    entry.open = true;
    entry.loading = true;
    try {
      const { meta, data } = await api.listReplies(entry.id, entry.cursor);
      entry.replies = byTime(withPage(entry.replies, data));
      entry.cursor = meta.nextCursor ?? null;
      if (!entry.cursor) entry.replyCount = entry.replies.length;
    } catch (error) {
      this.error = explain(error);
      entry.open = entry.replies.length > 0;
    } finally {
      entry.loading = false;
    }
  }

  /** False: it was refused, and nothing of it is on the page. `parent`: the comment it answers. */
  async write(content: string, author: Person, parent: Entry | null): Promise<boolean> {
    this.error = '';
    const draft = draftOf(`draft-${++drafts}`, content, author, this.videoId, parent?.id ?? null);
    this.#show(draft, parent);
    try {
      const sent = await (parent
        ? api.addReply(parent.id, content)
        : api.addComment(this.videoId, content));
      const shown = this.#find(draft.id);
      if (shown) Object.assign(shown, sent, { sending: false });
      return true;
    } catch (error) {
      this.#hide(draft.id, parent);
      this.error = explain(error);
      return false;
    }
  }

  like(entry: Entry, liked: boolean): void {
    if (entry.isLiked === liked || entry.sending) return;
    const before = { isLiked: entry.isLiked, likeCount: entry.likeCount };
    entry.isLiked = liked;
    entry.likeCount = Math.max(0, entry.likeCount + (liked ? 1 : -1));
    void toggleLike({
      id: entry.id,
      on: liked,
      show: ({ isLiked, likeCount }) => Object.assign(entry, { isLiked, likeCount }),
      undo: (error) => {
        Object.assign(entry, before);
        this.error = explain(error);
      },
    });
  }

  async remove(entry: Entry): Promise<void> {
    if (entry.sending) return;
    this.error = '';
    const parent = this.list.find(({ id }) => id === entry.parentCommentId) ?? null;
    const siblings = parent ? parent.replies : this.list;
    const place = siblings.findIndex(({ id }) => id === entry.id);
    if (place < 0) return;
    const [taken] = siblings.splice(place, 1);
    const gone = 1 + entry.replyCount;
    if (parent) parent.replyCount--;
    this.counted(-gone);
    try {
      await api.deleteComment(entry.id);
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) return; // It is gone, as wished.
      siblings.splice(Math.min(place, siblings.length), 0, taken!);
      if (parent) parent.replyCount++;
      this.counted(gone);
      this.error = explain(error);
    }
  }

  #show(draft: Entry, parent: Entry | null): void {
    this.counted(1);
    if (!parent) {
      this.list.unshift(draft);
      return;
    }
    parent.replyCount++;
    parent.open = true;
    parent.replies.push(draft);
  }

  #hide(id: string, parent: Entry | null): void {
    this.counted(-1);
    if (parent) {
      parent.replyCount--;
      parent.replies = parent.replies.filter((reply) => reply.id !== id);
    } else {
      this.list = this.list.filter((entry) => entry.id !== id);
    }
  }

  #find(id: string): Entry | undefined {
    return [...this.list, ...this.list.flatMap(({ replies }) => replies)].find(
      (entry) => entry.id === id,
    );
  }
}
