import { call } from './client';

const CLIPS = 18;
const SUGGESTIONS = 6;

export interface Wanted {
  q?: string;
  tag?: string;
}

/** Clips that hold all the words, or carry the tag; without either, what rises. */
export function searchVideos({ q, tag }: Wanted, cursor: string | null, limit = CLIPS) {
  const sort = q || tag ? undefined : ('trending' as const);
  const query = {
    q: q || undefined,
    tag: tag || undefined,
    sort,
    limit,
    cursor: cursor ?? undefined,
  };
  return call('GET', '/video', { query, auth: true });
}

/** Tags and people that begin like this; of nothing, the tags of what rises. */
export function suggest(q: string) {
  const query = { q: q || undefined, limit: SUGGESTIONS };
  return call('GET', '/search/suggestions', { query, auth: true });
}
