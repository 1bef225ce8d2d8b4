/** Seconds between two readings of a source, on a clock that does not step. */
export class Elapsed {
  readonly #monotonicMs: () => number;
  #lastMs = Number.NaN;

  constructor(monotonicMs: () => number) {
    this.#monotonicMs = monotonicMs;
  }

  /** @returns seconds since the last call; NaN the first time, which makes every rate unknown */
  next(): number {
    const nowMs = this.#monotonicMs();
    const seconds = (nowMs - this.#lastMs) / 1000;
    this.#lastMs = nowMs;
    return seconds > 0 ? seconds : Number.NaN;
  }
}

/**
 * The growth of a counter per second.
 * @returns NaN (unknown) when there is no earlier value, or the counter fell: it was reset
 */
export function rate(now: number, before: number, seconds: number): number {
  const growth = now - before;
  return growth >= 0 ? growth / seconds : Number.NaN;
}

/** Rounds to one decimal, as Ganglia prints percentages. */
export function round1(value: number): number {
  return Math.round(value * 10) / 10;
}

export function round2(value: number): number {
  return Math.round(value * 100) / 100;
}

export function round3(value: number): number {
  return Math.round(value * 1000) / 1000;
}
