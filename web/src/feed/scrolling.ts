import { WheelPager } from './wheel';

/** What a scroll of clips has to know. */
export interface Scrolled {
  element: HTMLElement;
  /** Of one view. */
  height(): number;
  count(): number;
  current(): number;
}

/** A scroll that takes longer has been stopped by something. */
const ARRIVES_MS = 1000;

/** Moves the feed from clip to clip: by keys, buttons and wheel. Touch scrolls by itself. */
export class Scrolling {
  /** Where a scroll of our own is heading, so that quick key presses add up; null when none is under way. */
  #target: number | null = null;
  #arrival: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly feed: Scrolled) {}

  move(step: number): void {
    this.show((this.#target ?? this.feed.current()) + step);
  }

  show(index: number): void {
    this.#target = Math.min(this.feed.count() - 1, Math.max(0, index));
    const calm = matchMedia('(prefers-reduced-motion: reduce)').matches;
    this.feed.element.scrollTo({
      top: this.#target * this.feed.height(),
      behavior: calm ? 'instant' : 'smooth',
    });
    clearTimeout(this.#arrival);
    this.#arrival = setTimeout(() => this.arrived(), ARRIVES_MS);
  }

  arrived(): void {
    clearTimeout(this.#arrival);
    this.#target = null;
  }

  /** One gesture of the wheel is one clip; returns what ends that. */
  followWheel(): () => void {
    const pager = new WheelPager();
    const onWheel = (event: WheelEvent) => {
      if (event.ctrlKey || (event.target as Element).closest('.text.open')) return;
      event.preventDefault();
      const scale = event.deltaMode === WheelEvent.DOM_DELTA_PIXEL ? 1 : 40;
      const step = pager.step(event.deltaY * scale, event.timeStamp);
      if (step) this.move(step);
    };
    this.feed.element.addEventListener('wheel', onWheel, { passive: false });
    return () => this.feed.element.removeEventListener('wheel', onWheel);
  }
}
