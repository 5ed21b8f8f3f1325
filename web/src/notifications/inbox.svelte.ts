import { session } from '../account/session.svelte';
import { listNotifications, readNotifications } from '../api/notifications';
import { followStream } from '../api/streams';
import type { Notification } from '../api/types';
import { Paged } from '../ui/paged.svelte';
import { isNew, parseNotification, parseUnread, withNews } from './news';

/** A tab that nobody looks at gives its connection back after this long. */
const HIDDEN_MS = 30_000;

/** What happened to my clips and comments: how much of it is unread, live, and the list of it. */
class Inbox {
  unread = $state(0);
  readonly news = new Paged<Notification>(listNotifications);

  #unfollow: (() => void) | null = null;
  #rest: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    $effect.root(() => {
      const me = $derived(session.me?.id);
      $effect(() => {
        if (!me) return;
        this.#wake();
        return () => {
          this.#sleep();
          this.unread = 0;
          this.news.restart();
        };
      });
    });
    document.addEventListener('visibilitychange', () => {
      clearTimeout(this.#rest);
      if (document.hidden) this.#rest = setTimeout(() => this.#sleep(), HIDDEN_MS);
      else if (session.me) this.#wake();
    });
  }

  /** Everything that is on the page was seen. */
  async markRead(): Promise<void> {
    const newest = this.news.list.find(({ isRead }) => !isRead);
    if (!newest && this.unread === 0) return;
    const until = newest ?? this.news.list[0];
    if (!until) return;
    try {
      this.unread = (await readNotifications(until.id)).unreadCount;
    } catch {
      // It stays unread, and is marked the next time.
    }
  }

  #wake(): void {
    this.#unfollow ??= followStream('/notifications/stream', {
      event: ({ type, data }) => this.#take(type, data),
      // Perhaps too many tabs; the list is still there.
      refused: () => (this.#unfollow = null),
    });
  }

  #sleep(): void {
    this.#unfollow?.();
    this.#unfollow = null;
  }

  #take(type: string, data: string): void {
    if (type === 'unread') this.unread = parseUnread(data) ?? this.unread;
    const news = type === 'notification' ? parseNotification(data) : null;
    if (!news) return;
    if (isNew(news)) this.unread++;
    this.news.list = withNews(this.news.list, news);
  }
}

export const inbox = new Inbox();
