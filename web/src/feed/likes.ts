import { explain } from '../api/errors';
import type { Video } from '../api/types';
import { setLike } from '../api/videos';
import { toasts } from '../ui/toasts.svelte';

/** What each clip shall end up as; more clicks while a request is on its way only change this. */
const wanted = new Map<string, boolean>();

/** Shows the like at once, tells the server, and takes it back if that fails. */
export async function like(clip: Video, liked: boolean): Promise<void> {
  if ((clip.isLiked ?? false) === liked) return;
  const before = { isLiked: clip.isLiked ?? false, likeCount: clip.likeCount };
  clip.isLiked = liked;
  clip.likeCount = Math.max(0, clip.likeCount + (liked ? 1 : -1));

  const busy = wanted.has(clip.id);
  wanted.set(clip.id, liked);
  if (busy) return;
  try {
    let sent: boolean;
    do {
      sent = wanted.get(clip.id)!;
      const result = await setLike(clip.id, sent);
      if (wanted.get(clip.id) === sent) {
        clip.isLiked = result.isLiked;
        clip.likeCount = result.likeCount;
      }
    } while (wanted.get(clip.id) !== sent);
  } catch (error) {
    Object.assign(clip, before);
    toasts.show(explain(error), 'error');
  } finally {
    wanted.delete(clip.id);
  }
}
