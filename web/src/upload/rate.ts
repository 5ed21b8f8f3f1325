/** The speed of the last few seconds, so that a short stall or burst does not make the estimate jump. */
export class Rate {
  #samples: { time: number; sent: number }[] = [];

  constructor(private readonly windowMs = 4000) {}

  add(sent: number, time: number): void {
    this.#samples.push({ time, sent });
    while (this.#samples.length > 2 && time - this.#samples[0]!.time > this.windowMs) {
      this.#samples.shift();
    }
  }

  /** Bytes per second; null until there is something to measure. */
  get perSecond(): number | null {
    const first = this.#samples[0];
    const last = this.#samples.at(-1);
    if (!first || !last || last.time - first.time < 300) return null;
    return ((last.sent - first.sent) * 1000) / (last.time - first.time);
  }
}
