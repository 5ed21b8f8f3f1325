export type ModerationPart = 'open' | 'judged' | 'words' | 'log' | 'roles';

export type Route =
  | { page: 'feed'; tab: 'for-you' | 'following' | 'trending' }
  | { page: 'clip'; id: string }
  | { page: 'clip-edit'; id: string }
  | { page: 'clip-statistics'; id: string }
  /** `id` is "me" for my own. */
  | { page: 'profile'; id: string }
  | { page: 'people'; id: string; side: 'followers' | 'following' }
  | { page: 'moderation'; part: ModerationPart }
  | { page: PlainPage }
  | { page: 'missing' };

const plainPages = [
  'upload',
  'login',
  'register',
  'forgot-password',
  'reset-password',
  'search',
  'settings',
  'notifications',
  'statistics',
] as const;
type PlainPage = (typeof plainPages)[number];

/** Pages that show a part of what they could. */
const partPages: Record<string, Route> = {
  '/': { page: 'feed', tab: 'for-you' },
  '/following': { page: 'feed', tab: 'following' },
  '/trending': { page: 'feed', tab: 'trending' },
  '/me': { page: 'profile', id: 'me' },
  '/moderation': { page: 'moderation', part: 'open' },
  '/moderation/judged': { page: 'moderation', part: 'judged' },
  '/moderation/words': { page: 'moderation', part: 'words' },
  '/moderation/log': { page: 'moderation', part: 'log' },
  '/moderation/roles': { page: 'moderation', part: 'roles' },
};

/** Pages of a thing: /KIND/ID, or one below it. */
const idPages: Record<string, (id: string) => Route> = {
  v: (id) => ({ page: 'clip', id }),
  'v/edit': (id) => ({ page: 'clip-edit', id }),
  'v/statistics': (id) => ({ page: 'clip-statistics', id }),
  u: (id) => ({ page: 'profile', id }),
  'u/followers': (id) => ({ page: 'people', id, side: 'followers' }),
  'u/following': (id) => ({ page: 'people', id, side: 'following' }),
};

/** The page that a path names. */
export function parsePath(pathname: string): Route {
  const path = pathname.replace(/\/+$/, '') || '/';
  if (Object.hasOwn(partPages, path)) return partPages[path]!;
  const plain = plainPages.find((page) => path === `/${page}`);
  if (plain) return { page: plain };
  const [, kind, id, below] = /^\/([uv])\/([^/]+)(?:\/([a-z]+))?$/.exec(path) ?? [];
  const name = below ? `${kind}/${below}` : (kind ?? '');
  if (id && Object.hasOwn(idPages, name)) {
    try {
      return idPages[name]!(decodeURIComponent(id));
    } catch {
      // A broken escape.
    }
  }
  return { page: 'missing' };
}

export function clipPath(id: string): string {
  return `/v/${encodeURIComponent(id)}`;
}

export function userPath(id: string): string {
  return `/u/${encodeURIComponent(id)}`;
}

/** Where to go after logging in: a path of this site and nothing else, whatever the link says. */
export function safeNext(next: string | null): string {
  if (!next || !/^\/(?![/\\])/.test(next) || /[\u0000-\u001f\\]/.test(next)) return '/';
  return next;
}
