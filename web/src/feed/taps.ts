export interface TapHandlers {
  single(): void;
  double(x: number, y: number): void;
}

/** How long a tap waits for a second one. */
export const DOUBLE_TAP_MS = 260;
const NEARBY_PX = 60;

/** Tells a tap from a double tap. Every further tap in quick succession is one more double tap. */
export class Taps {
  #timer: ReturnType<typeof setTimeout> | undefined;
  #last = { x: 0, y: 0, time: -Infinity, doubled: false };

  constructor(private readonly handlers: TapHandlers) {}

  tap(x: number, y: number, time: number): void {
    const last = this.#last;
    const again =
      time - last.time < DOUBLE_TAP_MS && Math.hypot(x - last.x, y - last.y) < NEARBY_PX;
    clearTimeout(this.#timer);
    this.#last = { x, y, time, doubled: again };
    if (again) this.handlers.double(x, y);
    else this.#timer = setTimeout(() => this.handlers.single(), DOUBLE_TAP_MS);
  }

  cancel(): void {
    clearTimeout(this.#timer);
    this.#last = { ...this.#last, time: -Infinity };
  }
}
