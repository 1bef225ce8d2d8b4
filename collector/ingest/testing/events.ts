/** Simulated time: things to do, each at its millisecond. */
export class Events {
  #nowMs: number;
  #order = 0;
  readonly #queue: { readonly atMs: number; readonly order: number; readonly run: () => void }[] =
    [];

  constructor(startMs: number) {
    this.#nowMs = startMs;
  }

  get nowMs(): number {
    return this.#nowMs;
  }

  after(delayMs: number, run: () => void): void {
    const event = { atMs: this.#nowMs + Math.round(delayMs), order: this.#order, run };
    this.#order += 1;
    let place = this.#queue.length;
    const isLater = (other: { atMs: number; order: number } | undefined) =>
      other !== undefined &&
      (other.atMs < event.atMs || (other.atMs === event.atMs && other.order < event.order));
    // The next event is at the end.
    while (place > 0 && isLater(this.#queue[place - 1])) place -= 1;
    this.#queue.splice(place, 0, event);
  }

  /** Runs `run` at once and then every `everyMs`, until it returns false. */
  every(everyMs: number, run: () => boolean): void {
    if (run()) this.after(everyMs, () => this.every(everyMs, run));
  }

  runUntil(untilMs: number): void {
    for (;;) {
      const next = this.#queue.at(-1);
      if (!next || next.atMs > untilMs) break;
      this.#queue.pop();
      this.#nowMs = next.atMs;
      next.run();
    }
    this.#nowMs = untilMs;
  }
}
