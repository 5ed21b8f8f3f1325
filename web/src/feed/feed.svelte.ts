import { ApiError, explain } from '../api/errors';
import type { Page, Video } from '../api/types';
import { getVideo, listVideos } from '../api/videos';

const PAGE = 10;

export type Source = (cursor: string | null, limit: number) => Promise<Page<Video>>;

/** What is said of a feed that holds nothing, and what can be done about it. */
export interface Empty {
  title: string;
  text: string;
  path: string;
  deed: string;
}

export const nothingYet: Empty = {
  title: 'Nothing here yet',
  text: 'This is where everybody’s clips will play. Be the first to share one.',
  path: '/upload',
  deed: 'Upload a clip',
};

/** A list of clips that grows as it is watched: those of a source, or one clip and then those. */
export class Feed {
  clips: Video[] = $state([]);
  status = $state<'idle' | 'loading' | 'error' | 'end'>('idle');
  error = $state('');
  /** The clip that this feed should begin with does not exist. */
  missing = $state(false);
  /** The index of the clip in view. */
  current = $state(0);

  /** There is something new at the top: load it when the feed is opened the next time. */
  stale = false;

  #cursor: string | null = null;
  #run = 0;

  constructor(
    private readonly firstId: string | null = null,
    private readonly source: Source = listVideos,
    readonly empty: Empty = nothingYet,
  ) {}

  async loadMore(): Promise<void> {
    if (this.status === 'loading' || this.status === 'end') return;
    this.status = 'loading';
    const run = this.#run;
    try {
      if (this.firstId && this.clips.length === 0) {
        const first = await getVideo(this.firstId);
        if (run !== this.#run) return;
        this.clips = [first];
        this.status = 'idle';
        return;
      }
      const page = await this.source(this.#cursor, PAGE);
      if (run !== this.#run) return;
      this.#cursor = page.meta.nextCursor ?? null;
      this.#append(page.data);
      this.status = this.#cursor ? 'idle' : 'end';
    } catch (error) {
      if (run !== this.#run) return;
      this.error = explain(error);
      this.missing = error instanceof ApiError && error.status === 404;
      this.status = 'error';
    }
  }

  reload(): Promise<void> {
    this.#run++;
    this.stale = false;
    this.#cursor = null;
    this.clips = [];
    this.current = 0;
    this.status = 'idle';
    return this.loadMore();
  }

  /** It was deleted. */
  drop(id: string): void {
    const place = this.clips.findIndex((c) => c.id === id);
    if (place < 0) return;
    this.clips.splice(place, 1);
    if (place < this.current) this.current--;
  }

  update(id: string, change: Partial<Video>): void {
    const clip = this.clips.find((c) => c.id === id);
    if (clip) Object.assign(clip, change);
  }

  #append(clips: Video[]): void {
    const known = new Set(this.clips.map((c) => c.id));
    // What will never play is no part of a feed; its page says why it failed.
    this.clips.push(...clips.filter((c) => !known.has(c.id) && c.status !== 'failed'));
  }
}
