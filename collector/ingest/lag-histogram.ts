import type { Histogram } from '../../wire/http.ts';

/** Milliseconds: agents send within some tens of them, and what comes after a second is late. */
const BOUNDS_MS = [
  2, 5, 10, 15, 20, 30, 40, 50, 75, 100, 150, 200, 300, 400, 500, 750, 1000, 2000, 5000,
];

/** How long after the begin of their second samples came to be in the host table. */
export class LagHistogram {
  readonly #counts = new Array<number>(BOUNDS_MS.length + 1).fill(0);
  #sumMs = 0;

  /** Negative where a host's clock is ahead: that counts as none. */
  add(lagMs: number): void {
    const bucket = BOUNDS_MS.findIndex((bound) => lagMs <= bound);
    const at = bucket < 0 ? BOUNDS_MS.length : bucket;
    this.#counts[at] = (this.#counts[at] ?? 0) + 1;
    this.#sumMs += Math.max(0, lagMs);
  }

  /** In seconds. */
  get histogram(): Histogram {
    return {
      bounds: BOUNDS_MS.map((bound) => bound / 1000),
      counts: [...this.#counts],
      sum: this.#sumMs / 1000,
    };
  }
}
