import { explain } from '../api/errors';
import type { Video } from '../api/types';
import { setLike } from '../api/videos';
import { toasts } from '../ui/toasts.svelte';
import { toggler } from '../ui/toggler';

const toggle = toggler(setLike);

/** Shows the like at once, tells the server, and takes it back if that fails. */
export async function like(clip: Video, liked: boolean): Promise<void> {
  if ((clip.isLiked ?? false) === liked) return;
  const before = { isLiked: clip.isLiked ?? false, likeCount: clip.likeCount };
  clip.isLiked = liked;
  clip.likeCount = Math.max(0, clip.likeCount + (liked ? 1 : -1));
  await toggle({
    id: clip.id,
    on: liked,
    show: ({ isLiked, likeCount }) => Object.assign(clip, { isLiked, likeCount }),
    undo(error) {
      Object.assign(clip, before);
      toasts.show(explain(error), 'error');
    },
  });
}
