import type { SeriesSpec, SourceTable } from './series.ts';

/** Series of things that come and go, such as arrays or failed units: what a reading does not show is gone after it. */
export class PassingSeries {
  readonly #table: SourceTable;
  /** Indexes that the reading before had, and those that this one has so far. */
  #before: ReadonlySet<number> = new Set();
  #now = new Set<number>();

  constructor(table: SourceTable) {
    this.#table = table;
  }

  /** Without effect when the host has as many series as it may. */
  show(spec: SeriesSpec, value: number): void {
    const index = this.#table.add(spec);
    if (index < 0) return;
    this.#table.numbers[index] = value;
    this.#now.add(index);
  }

  /** To be called at the end of each reading. */
  end(): void {
    for (const index of this.#before) if (!this.#now.has(index)) this.#table.remove(index);
    this.#before = this.#now;
    this.#now = new Set();
  }
}
