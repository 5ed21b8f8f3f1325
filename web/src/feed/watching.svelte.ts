import { untrack } from 'svelte';
import { session } from '../account/session.svelte';
import type { Video } from '../api/types';
import { getVideo, tellWatch } from '../api/videos';
import type { Feed } from './feed.svelte';
import { Stopwatch } from './stopwatch';

/** A clip must stay in view this long before it counts as viewed. */
const VIEW_AFTER_MS = 250;

/** Looking at a clip counts its view and tells whether the person who is logged in likes it. */
export function countViews(feed: Feed, current: () => Video | undefined): void {
  const viewed = new Set<string>();
  const id = $derived(current()?.id);
  const viewKey = $derived(id && !session.restoring ? `${id} ${session.me?.id ?? ''}` : null);
  $effect(() => {
    const key = viewKey;
    const seen = id;
    if (!key || !seen || viewed.has(key)) return;
    const timer = setTimeout(async () => {
      viewed.add(key);
      try {
        const { viewCount, likeCount, commentCount, isLiked } = await getVideo(seen);
        feed.update(seen, { viewCount, likeCount, commentCount, isLiked });
      } catch {
        viewed.delete(key);
      }
    }, VIEW_AFTER_MS);
    return () => clearTimeout(timer);
  });
}

/** How long each clip was really shown is told when the viewer moves on or leaves. */
export function tellWatchTime(current: () => Video | undefined, isShowing: () => boolean): void {
  let stopwatch = new Stopwatch();
  const id = $derived(current()?.id);
  const showing = $derived(isShowing());
  $effect(() => {
    const seen = id;
    if (!seen) return;
    const duration = untrack(() => current()?.duration);
    const watch = (stopwatch = new Stopwatch());
    let told = 0;
    const tell = () => {
      const watched = watch.total(performance.now());
      if (watched <= told || watched < VIEW_AFTER_MS) return;
      told = watched;
      // A lost signal is no matter to the viewer.
      tellWatch(seen, watched, !!duration && watched >= duration * 950).catch(() => undefined);
    };
    const onHidden = () => document.hidden && tell();
    document.addEventListener('visibilitychange', onHidden);
    return () => {
      document.removeEventListener('visibilitychange', onHidden);
      tell();
    };
  });
  $effect(() => {
    void id;
    if (showing) stopwatch.run(performance.now());
    else stopwatch.rest(performance.now());
  });
}
