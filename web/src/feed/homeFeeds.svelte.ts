import { session } from '../account/session.svelte';
import type { Video } from '../api/types';
import { Feed } from './feed.svelte';
import { tabs, type TabName } from './tabs';

/** The feeds of the start page. Kept while other pages are open, so that coming back finds the same clip in view. */
class HomeFeeds {
  #feeds = new Map<TabName, Feed>(
    tabs.map(({ name, source, empty }) => [name, new Feed(null, source, empty)]),
  );

  constructor() {
    // What another person is shown is something else.
    $effect.root(() => {
      const me = $derived(session.me?.id);
      $effect(() => {
        void me;
        this.expire();
      });
    });
  }

  of(name: TabName): Feed {
    return this.#feeds.get(name)!;
  }

  /** There is something new: they are loaded anew when they are opened the next time. */
  expire(): void {
    for (const feed of this.#feeds.values()) feed.stale = true;
  }

  drop(id: string): void {
    for (const feed of this.#feeds.values()) feed.drop(id);
  }

  update(id: string, change: Partial<Video>): void {
    for (const feed of this.#feeds.values()) feed.update(id, change);
  }
}

export const homeFeeds = new HomeFeeds();
