import type { Video } from '../api/types';
import type { IconName } from '../ui/icons';

export interface Badge {
  icon: IconName;
  label: string;
  bad?: boolean;
}

/** What its owner, or a moderator, should know of a clip at a glance; null where everybody can watch it. */
export function badgeOf({
  status,
  visibility,
  hidden,
}: Pick<Video, 'status' | 'visibility' | 'hidden'>): Badge | null {
  if (hidden) return { icon: 'hidden', label: 'Hidden', bad: true };
  if (status === 'failed') return { icon: 'alert', label: 'Failed', bad: true };
  if (status === 'processing') return { icon: 'clock', label: 'In the works' };
  if (visibility === 'private') return { icon: 'lock', label: 'Private' };
  if (visibility === 'unlisted') return { icon: 'link', label: 'Unlisted' };
  return null;
}
