import { ApiError, explain } from '../api/errors';
import type { Page } from '../api/types';

/** A list that is fetched page by page, and shows nothing twice. */
export class Paged<T extends { id: string }> {
  list: T[] = $state([]);
  status = $state<'idle' | 'loading' | 'error' | 'end'>('idle');
  error = $state('');
  /** What the list is about does not exist. */
  missing = $state(false);

  #cursor: string | null = null;
  #run = 0;

  constructor(private readonly fetchPage: (cursor: string | null) => Promise<Page<T>>) {}

  get empty(): boolean {
    return this.status === 'end' && this.list.length === 0;
  }

  async loadMore(): Promise<void> {
    if (this.status === 'loading' || this.status === 'end') return;
    this.status = 'loading';
    const run = this.#run;
    try {
      const { meta, data } = await this.fetchPage(this.#cursor);
      if (run !== this.#run) return;
      const known = new Set(this.list.map(({ id }) => id));
      this.list.push(...data.filter(({ id }) => !known.has(id)));
      this.#cursor = meta.nextCursor ?? null;
      this.status = this.#cursor ? 'idle' : 'end';
    } catch (error) {
      if (run !== this.#run) return;
      this.error = explain(error);
      this.missing = error instanceof ApiError && error.status === 404;
      this.status = 'error';
    }
  }

  /** From the start; what is still on its way is not wanted any more. */
  restart(): void {
    this.#run++;
    this.#cursor = null;
    this.list = [];
    this.missing = false;
    this.status = 'idle';
  }
}
