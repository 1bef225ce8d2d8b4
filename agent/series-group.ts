import { rate } from './rate.ts';
import type { SeriesSpec, SourceTable } from './series.ts';

/**
 * Series of one source that are added when the kernel first shows what they measure: older kernels lack some words, and what they
 * lack is no series rather than one that is for ever unknown.
 */
export class SeriesGroup {
  readonly #table: SourceTable;
  readonly #specs: readonly SeriesSpec[];
  readonly #indexes: Int32Array;
  readonly #before: Float64Array;

  constructor(table: SourceTable, specs: readonly SeriesSpec[]) {
    this.#table = table;
    this.#specs = specs;
    this.#indexes = new Int32Array(specs.length).fill(-1);
    this.#before = new Float64Array(specs.length).fill(Number.NaN);
  }

  /** Shows a value as it is; NaN = the kernel does not have it. */
  gauge(series: number, value: number): void {
    const index = this.#indexes[series]!;
    if (index >= 0 || this.#add(series, value)) {
      this.#table.numbers[this.#indexes[series]!] = value;
    }
  }

  /** Shows how fast a counter grows, rounded to `1 / precision`. */
  counter(series: number, now: number, seconds: number, precision: number): void {
    const index = this.#indexes[series]!;
    if (index < 0 && !this.#add(series, now)) return;
    const value = rate(now, this.#before[series]!, seconds);
    this.#before[series] = now;
    this.#table.numbers[this.#indexes[series]!] = Math.round(value * precision) / precision;
  }

  /** @returns whether the kernel has it, and the table has room for it */
  #add(series: number, value: number): boolean {
    if (Number.isNaN(value)) return false;
    this.#indexes[series] = this.#table.add(this.#specs[series]!);
    return this.#indexes[series]! >= 0;
  }
}
