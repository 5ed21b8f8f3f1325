import { session } from '../account/session.svelte';
import { ApiError, NetworkError, explain } from '../api/errors';
import { followProcessing } from '../api/events';
import type { Video, VideoChange, Visibility, Work } from '../api/types';
import { changeVideo, getVideo } from '../api/videos';
import { homeFeeds } from '../feed/homeFeeds.svelte';
import { refuseFile, refuseTitle } from './check';
import { Rate } from './rate';

export type Phase = 'editing' | 'sending' | 'processing' | 'watchable' | 'failed';

/** With the protocol's client, which is fetched when the first file is chosen. */
const load = () => import('../api/resumable');
type Interrupted = Awaited<ReturnType<Awaited<ReturnType<typeof load>>['findInterrupted']>>;

/** The one upload of this tab. It goes on while other pages are open. */
class Upload {
  phase: Phase = $state('editing');
  file: File | null = $state.raw(null);
  title = $state('');
  description = $state('');
  visibility: Visibility = $state('public');
  fileError = $state('');
  titleError = $state('');
  error = $state('');
  /** The error may go away by itself: sending again makes sense. */
  canRetry = $state(false);

  sent = $state(0);
  total = $state(0);
  bytesPerSecond: number | null = $state(null);
  /** The connection is lost; it goes on by itself. */
  waiting = $state(false);
  /** This file was begun before, and goes on where it stopped. */
  interrupted: Interrupted = $state.raw(null);

  clip: Video | null = $state(null);
  /** Of the processing: 0–100, or null while the clip waits for its turn. */
  progress: number | null = $state(null);
  /** What is done for the clip, or what it waits for. */
  work: Work | null = $state.raw(null);
  finished = $state(false);

  #abort: AbortController | null = null;
  #unfollow: (() => void) | null = null;

  get busy(): boolean {
    return this.phase === 'sending' || this.phase === 'processing';
  }

  get percent(): number {
    if (this.phase === 'sending') return this.total ? (100 * this.sent) / this.total : 0;
    return this.phase === 'processing' ? (this.progress ?? 0) : 100;
  }

  choose(file: File): void {
    const refusal = refuseFile(file);
    this.fileError = refusal ?? '';
    this.error = '';
    if (refusal) return;
    this.file = file;
    this.interrupted = null;
    void this.#recognise(file);
  }

  async #recognise(file: File): Promise<void> {
    await session.ready;
    if (!session.me) return;
    try {
      const { findInterrupted } = await load();
      const found = await findInterrupted(file, session.me.id);
      if (!found || this.file !== file || this.busy) return;
      this.interrupted = found;
      this.title ||= found.metadata.title ?? '';
      this.description ||= found.metadata.description ?? '';
      const { visibility } = found.metadata;
      if (visibility === 'unlisted' || visibility === 'private') this.visibility = visibility;
    } catch {
      // Storage is off: it begins anew.
    }
  }

  async start(): Promise<void> {
    if (this.busy) return;
    this.titleError = refuseTitle(this.title) ?? '';
    this.fileError = this.file ? '' : 'Choose a video first.';
    if (!this.file || this.titleError) return;
    this.error = '';
    this.canRetry = false;
    this.sent = 0;
    this.total = this.file.size;
    this.bytesPerSecond = null;
    this.phase = 'sending';
    this.#abort = new AbortController();
    try {
      this.#accept(await this.#send(this.file, this.#abort.signal));
    } catch (error) {
      this.phase = 'editing';
      this.waiting = false;
      this.interrupted = null;
      const { Cancelled } = await load();
      if (!(error instanceof Cancelled)) this.#show(error);
      if (!this.canRetry) return;
      void this.#recognise(this.file);
    }
  }

  cancel(): void {
    this.#abort?.abort();
  }

  /** Ready for the next clip. */
  reset(): void {
    this.#unfollow?.();
    this.phase = 'editing';
    this.file = null;
    this.title = this.description = this.error = this.fileError = this.titleError = '';
    this.visibility = 'public';
    this.clip = null;
    this.progress = null;
    this.work = null;
    this.finished = false;
  }

  async #send(file: File, signal: AbortSignal): Promise<Video> {
    const wanted: Required<Omit<VideoChange, 'tags'>> = {
      title: this.title.trim(),
      description: this.description.trim(),
      visibility: this.visibility,
    };
    const rate = new Rate();
    const token = await session.token();
    if (!token || !session.me) throw new ApiError(401, 'Log in to upload your clip.');
    const { sendClip, Cancelled } = await load();
    if (signal.aborted) throw new Cancelled();
    const previous = this.interrupted;
    const id = await sendClip({ file, ...wanted }, session.me.id, previous, signal, {
      progress: (sent, total) => {
        this.waiting = false;
        this.sent = sent;
        this.total = total;
        rate.add(sent, performance.now());
        this.bytesPerSecond = rate.perSecond;
      },
      waiting: (lost) => {
        this.waiting = lost;
        if (lost) this.bytesPerSecond = null;
      },
    });
    this.waiting = false;
    this.interrupted = null;
    // What was begun before was begun with what it was called then.
    const begun: Partial<typeof wanted> = previous?.metadata ?? wanted;
    const same =
      begun.title === wanted.title &&
      (begun.description ?? '') === wanted.description &&
      (begun.visibility ?? 'public') === wanted.visibility;
    if (!same) return changeVideo(id, wanted);
    return getVideo(id);
  }

  #accept(clip: Video): void {
    this.clip = clip;
    this.progress = null;
    this.work = null;
    this.finished = clip.status === 'ready';
    this.phase = phaseOf(clip);
    homeFeeds.expire();
    if (clip.uploader) session.learn(clip.uploader);
    if (this.finished || this.phase === 'failed') return;
    this.#unfollow = followProcessing(clip.id, (update) => {
      if (update.progress !== undefined) this.progress = update.progress;
      if (update.work) this.work = update.work;
      if (update.failure) clip.failure = update.failure;
      if (!update.status) return;
      clip.status = update.status;
      this.clip = { ...clip };
      this.phase = phaseOf(clip);
      this.finished = clip.status === 'ready';
      if (this.finished) void this.#learnWarning(clip.id);
    });
  }

  /** What was wrong with the file is known only now. */
  async #learnWarning(id: string): Promise<void> {
    try {
      const { warning } = await getVideo(id);
      if (warning && this.clip?.id === id) this.clip = { ...this.clip, warning };
    } catch {
      // The page of the clip says it too.
    }
  }

  #show(error: unknown): void {
    if (error instanceof ApiError) {
      this.titleError = error.field('title') ?? '';
      this.fileError = error.field('reelVideo') ?? '';
      if (this.titleError || this.fileError) return;
    }
    this.error = explain(error);
    this.canRetry =
      error instanceof NetworkError || (error instanceof ApiError && error.status >= 429);
  }
}

function phaseOf(clip: Video): Phase {
  if (clip.status === 'failed') return 'failed';
  return clip.status === 'processing' ? 'processing' : 'watchable';
}

export const upload = new Upload();

addEventListener('beforeunload', (event) => {
  if (upload.phase === 'sending') event.preventDefault();
});
