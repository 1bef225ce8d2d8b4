import { QueryError } from './errors.ts';

/** Upper bounds of one query. */
export interface Limits {
  /** Samples read by all selectors together. */
  readonly samplesMax: number;
  /** Series read by one selector, and series in the result. */
  readonly seriesMax: number;
  /** Evaluation times of a range query; Prometheus' 11,000. */
  readonly pointsMax: number;
  /** Slots (series × evaluation times) of all intermediate results together: what bounds memory. */
  readonly slotsMax: number;
  readonly timeMsMax: number;
}

export const DEFAULT_LIMITS: Limits = {
  samplesMax: 50_000_000,
  seriesMax: 100_000,
  pointsMax: 11_000,
  slotsMax: 100_000_000, // 9 bytes each: 900 MB at worst, freed with the query
  timeMsMax: 30_000,
};

/** Counts what one query has used and stops it at its limits. */
export class Budget {
  readonly limits: Limits;
  readonly #startedMs = performance.now();
  readonly #isCanceled: () => boolean;
  #samples = 0;
  #series = 0;
  #slots = 0;

  constructor(limits: Limits, isCanceled: () => boolean = () => false) {
    this.limits = limits;
    this.#isCanceled = isCanceled;
  }

  get samples(): number {
    return this.#samples;
  }

  get series(): number {
    return this.#series;
  }

  get slots(): number {
    return this.#slots;
  }

  addSeries(count: number): void {
    this.#series += count;
    if (count > this.limits.seriesMax)
      throw limitError(
        `the selector matches ${count} series, the limit is ${this.limits.seriesMax}`,
        'add label matchers',
      );
  }

  addSamples(count: number): void {
    this.#samples += count;
    if (this.#samples > this.limits.samplesMax)
      throw limitError(
        `query processing would load too many samples into memory in query execution: more than ${this.limits.samplesMax}`,
        'shorten the range, use a longer step or add label matchers',
      );
  }

  addSlots(series: number, steps: number): void {
    this.#slots += series * steps;
    if (this.#slots > this.limits.slotsMax)
      throw limitError(
        `query processing would load too many samples into memory in query execution: more than ${this.limits.slotsMax} intermediate points`,
        'shorten the range, use a longer step or add label matchers',
      );
  }

  /** Call between pieces of work of about a millisecond. */
  checkTime(): void {
    if (performance.now() - this.#startedMs > this.limits.timeMsMax)
      throw new QueryError(
        'query-timeout',
        `query timed out in expression evaluation after ${this.limits.timeMsMax} ms`,
      );
    if (this.#isCanceled())
      throw new QueryError('query-canceled', 'query was canceled in expression evaluation');
  }
}

function limitError(what: string, advice: string): QueryError {
  return new QueryError('query-limit', `${what}; ${advice}`);
}
