/** Adds up the times between `run` and `rest`. */
export class Stopwatch {
  #total = 0;
  #since: number | null = null;

  run(now: number): void {
    this.#since ??= now;
  }

  rest(now: number): void {
    if (this.#since !== null) this.#total += now - this.#since;
    this.#since = null;
  }

  total(now: number): number {
    return Math.round(this.#total + (this.#since === null ? 0 : now - this.#since));
  }
}
