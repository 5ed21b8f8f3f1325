import { attachHls, type HlsHandle } from './hls';
import type { Source } from './sources';

export interface PlayerEvents {
  /** The first frame of the loaded clip is on the screen (or, on unloading, no longer). */
  painted(painted: boolean): void;
  /** The browser plays, but not with sound. */
  soundRefused(): void;
  /** Playback waits for data. */
  stalled(stalled: boolean): void;
  /** None of the sources plays. */
  failed(): void;
}

/** Drives one <video> element, which outlives the clips shown in it. */
export class Player {
  #sources: Source[] = [];
  #next = 0;
  #hls: HlsHandle | null = null;
  #load = 0;
  #active = false;
  #playing = false;

  constructor(
    private readonly video: HTMLVideoElement,
    private readonly events: PlayerEvents,
  ) {
    video.addEventListener('error', () => {
      // Removing the source is no failure.
      if (video.getAttribute('src') && this.#hls === null) this.#tryNext(this.#load);
    });
    video.addEventListener('waiting', () => this.events.stalled(this.#playing));
    for (const event of ['playing', 'pause', 'emptied'] as const) {
      video.addEventListener(event, () => this.events.stalled(false));
    }
  }

  load(sources: Source[]): void {
    this.unload();
    this.#sources = sources;
    this.#next = 0;
    this.#watchForFrame(this.#load);
    this.#tryNext(this.#load);
  }

  unload(): void {
    this.#load++;
    this.#sources = [];
    this.#release();
    this.events.painted(false);
  }

  /** The clip in view buffers more than its neighbours, which wait at their beginning. */
  setActive(active: boolean): void {
    this.#active = active;
    this.#hls?.setActive(active);
    if (!active && this.video.currentTime > 0) this.video.currentTime = 0;
  }

  play(): void {
    this.#playing = true;
    this.#start(this.#load);
  }

  pause(): void {
    this.#playing = false;
    this.video.pause();
  }

  #start(load: number): void {
    if (!this.#playing || !this.video.getAttribute('src')) return;
    this.video.play().catch((error: unknown) => {
      const refused = error instanceof DOMException && error.name === 'NotAllowedError';
      if (!refused || load !== this.#load || !this.#playing || this.video.muted) return;
      this.video.muted = true;
      this.events.soundRefused();
      this.#start(load);
    });
  }

  #tryNext(load: number): void {
    if (load !== this.#load) return;
    this.#release();
    const source = this.#sources[this.#next++];
    if (!source) return this.events.failed();
    if (source.kind === 'hls-js') void this.#attach(source.url, load);
    else this.video.src = source.url;
    this.#start(load);
  }

  async #attach(url: string, load: number): Promise<void> {
    const fail = () => this.#tryNext(load);
    try {
      const hls = await attachHls(this.video, url, () => load === this.#load, fail);
      if (!hls || load !== this.#load) return hls?.destroy();
      this.#hls = hls;
      hls.setActive(this.#active);
      this.#start(load);
    } catch {
      fail();
    }
  }

  #release(): void {
    this.#hls?.destroy();
    this.#hls = null;
    if (this.video.getAttribute('src')) {
      this.video.removeAttribute('src');
      this.video.load();
    }
  }

  #watchForFrame(load: number): void {
    const { video } = this;
    const painted = () => {
      if (load === this.#load) this.events.painted(true);
    };
    if ('requestVideoFrameCallback' in video) {
      video.requestVideoFrameCallback(painted);
    } else {
      (video as HTMLVideoElement).addEventListener('playing', painted, { once: true });
    }
  }
}
