/** Enough to be meant, little enough for one notch of a wheel. */
const THRESHOLD_PX = 40;
/** One gesture moves one clip: a trackpad goes on sending while it glides out. */
const QUIET_MS = 140;
const AT_LEAST_MS = 380;

/** Turns wheel events into steps of one clip. */
export class WheelPager {
  #sum = 0;
  #lastEvent = -Infinity;
  #lastStep = -Infinity;
  #lastSize = 0;

  /** -1, 0 or 1: how many clips to move for this event. */
  step(deltaY: number, time: number): -1 | 0 | 1 {
    const quiet = time - this.#lastEvent > QUIET_MS;
    const size = Math.abs(deltaY);
    // A glide only gets weaker; a stronger push is a new gesture.
    const stronger = size > this.#lastSize * 1.6 + 8;
    this.#lastEvent = time;
    this.#lastSize = size;
    if (time - this.#lastStep < AT_LEAST_MS) return 0;
    if (this.#sum === Infinity && !quiet && !stronger) return 0;
    if (quiet || this.#sum === Infinity) this.#sum = 0;
    this.#sum += deltaY;
    if (Math.abs(this.#sum) < THRESHOLD_PX) return 0;
    const step = this.#sum > 0 ? 1 : -1;
    this.#sum = Infinity;
    this.#lastStep = time;
    return step;
  }
}
