import type { Component } from 'svelte';
import type { Route } from './paths';

/** Everything but the feed is fetched when it is first wanted. */
const loaders = {
  upload: () => import('./upload/UploadPage.svelte'),
  login: () => import('./account/LoginPage.svelte'),
  register: () => import('./account/RegisterPage.svelte'),
  'forgot-password': () => import('./account/ForgotPage.svelte'),
  'reset-password': () => import('./account/ResetPage.svelte'),
  me: () => import('./account/MePage.svelte'),
  missing: () => import('./ui/MissingPage.svelte'),
};

type PageName = Exclude<Route['page'], 'feed' | 'clip'>;

export function loadPage(page: PageName): Promise<{ default: Component }> {
  return loaders[page]();
}
