export type Route =
  | { page: 'feed' }
  | { page: 'clip'; id: string }
  | { page: 'upload' }
  | { page: 'login' }
  | { page: 'register' }
  | { page: 'forgot-password' }
  | { page: 'reset-password' }
  | { page: 'me' }
  | { page: 'missing' };

const plainPages = [
  'upload',
  'login',
  'register',
  'forgot-password',
  'reset-password',
  'me',
] as const;

/** The page that a path names. */
export function parsePath(pathname: string): Route {
  const path = pathname.replace(/\/+$/, '') || '/';
  if (path === '/') return { page: 'feed' };
  const plain = plainPages.find((page) => path === `/${page}`);
  if (plain) return { page: plain };
  const clip = /^\/v\/([^/]+)$/.exec(path);
  if (clip) {
    try {
      return { page: 'clip', id: decodeURIComponent(clip[1]!) };
    } catch {
      // A broken escape.
    }
  }
  return { page: 'missing' };
}

export function clipPath(id: string): string {
  return `/v/${encodeURIComponent(id)}`;
}

/** Where to go after logging in: a path of this site and nothing else, whatever the link says. */
export function safeNext(next: string | null): string {
  if (!next || !/^\/(?![/\\])/.test(next) || /[\u0000-\u001f\\]/.test(next)) return '/';
  return next;
}
