import type { Visibility } from '../api/types';
import type { IconName } from '../ui/icons';

export interface VisibilityOption {
  value: Visibility;
  label: string;
  icon: IconName;
  text: string;
}

export const visibilities: readonly VisibilityOption[] = [
  {
    value: 'public',
    label: 'Public',
    icon: 'globe',
    text: 'Everybody can watch it, and it shows up in the feed.',
  },
  {
    value: 'unlisted',
    label: 'Unlisted',
    icon: 'link',
    text: 'Whoever has the link can watch it. It is in no list.',
  },
  { value: 'private', label: 'Private', icon: 'lock', text: 'Only you can watch it.' },
];

/** Who can watch a clip that is there, as a sentence begins. */
export function whoWatches(visibility: Visibility): string {
  if (visibility === 'private') return 'Only you can watch it';
  return visibility === 'unlisted' ? 'Whoever has the link can watch it' : 'Everybody can watch it';
}
