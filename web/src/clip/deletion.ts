import { explain } from '../api/errors';
import { deleteVideo } from '../api/videos';
import { homeFeeds } from '../feed/homeFeeds.svelte';
import { confirmation } from '../ui/confirmation.svelte';
import { toasts } from '../ui/toasts.svelte';

/** Asks first; true once it is deleted. */
export async function deleteClip(clip: { id: string; title: string }): Promise<boolean> {
  const meant = await confirmation.ask({
    title: 'Delete this clip?',
    text: `“${clip.title}” goes with its comments and likes. It cannot be brought back.`,
    action: 'Delete',
  });
  if (!meant) return false;
  try {
    await deleteVideo(clip.id);
    homeFeeds.drop(clip.id);
    toasts.show('Your clip is deleted.');
    return true;
  } catch (error) {
    toasts.show(explain(error), 'error');
    return false;
  }
}
