import type { Component } from 'svelte';
import type { ModerationPart, Route } from './paths';

/** What a page is shown with: whose, or of which clip, and what its path says besides. */
export interface PageProps {
  id: string;
  side: 'followers' | 'following';
  part: ModerationPart;
}

/** Everything but the feed is fetched when it is first wanted. */
const loaders = {
  upload: () => import('./upload/UploadPage.svelte'),
  login: () => import('./account/LoginPage.svelte'),
  register: () => import('./account/RegisterPage.svelte'),
  'forgot-password': () => import('./account/ForgotPage.svelte'),
  'reset-password': () => import('./account/ResetPage.svelte'),
  search: () => import('./search/SearchPage.svelte'),
  settings: () => import('./settings/SettingsPage.svelte'),
  notifications: () => import('./notifications/NotificationsPage.svelte'),
  statistics: () => import('./statistics/StatisticsPage.svelte'),
  'clip-edit': () => import('./clip/EditPage.svelte'),
  'clip-statistics': () => import('./statistics/ClipStatisticsPage.svelte'),
  profile: () => import('./profile/ProfilePage.svelte'),
  people: () => import('./profile/PeoplePage.svelte'),
  moderation: () => import('./moderation/ModerationPage.svelte'),
  missing: () => import('./ui/MissingPage.svelte'),
};

type PageName = Exclude<Route['page'], 'feed' | 'clip'>;

export function loadPage(page: PageName): Promise<{ default: Component<PageProps> }> {
  return loaders[page]() as Promise<{ default: Component<PageProps> }>;
}

export function propsOf(route: Route): PageProps {
  return {
    id: 'id' in route ? route.id : '',
    side: 'side' in route ? route.side : 'followers',
    part: 'part' in route ? route.part : 'open',
  };
}
