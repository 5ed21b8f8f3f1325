import { nothingYet, type Empty, type Source } from './feed.svelte';
import { listFollowing, listForYou, listTrending } from '../api/videos';

export type TabName = 'for-you' | 'following' | 'trending';

export interface Tab {
  name: TabName;
  label: string;
  path: string;
  source: Source;
  empty: Empty;
}

export const tabs: readonly Tab[] = [
  {
    name: 'following',
    label: 'Following',
    path: '/following',
    source: listFollowing,
    empty: {
      title: 'Nobody to watch yet',
      text: 'Follow people, and what they share plays here, the newest first.',
      path: '/search',
      deed: 'Find people',
    },
  },
  {
    name: 'for-you',
    label: 'For you',
    path: '/',
    source: listForYou,
    empty: nothingYet,
  },
  {
    name: 'trending',
    label: 'Trending',
    path: '/trending',
    source: listTrending,
    empty: { ...nothingYet, text: 'What many people watch and like plays here.' },
  },
];
