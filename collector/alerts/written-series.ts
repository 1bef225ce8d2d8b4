import type { Labels } from '../query/labels.ts';
import type { Sample } from './evaluate.ts';
import type { RuleSeries } from './rule-series.ts';

/** The series that one author writes at each evaluation: those that are not among the next ones have ended. */
export class WrittenSeries {
  readonly #output: RuleSeries;
  #written: ReadonlyMap<string, Labels> = new Map();

  constructor(output: RuleSeries) {
    this.#output = output;
  }

  write(samples: readonly Sample[], timeMs: number): void {
    const written = new Map<string, Labels>();
    for (const sample of samples) {
      this.#output.append(sample, timeMs);
      written.set(sample.labels.key, sample.labels);
    }
    for (const [key, labels] of this.#written) {
      // Another rule may write it from now on, and have done so already.
      if (!written.has(key) && !this.#output.goesOnAt(labels, timeMs)) {
        this.#output.end(labels, timeMs);
      }
    }
    this.#written = written;
  }

  /** Nobody writes them any more. */
  end(timeMs: number): void {
    for (const labels of this.#written.values()) this.#output.end(labels, timeMs);
    this.#written = new Map();
  }

  /** `before` wrote these series until now. */
  takeOver(before: WrittenSeries): void {
    this.#written = before.#written;
  }
}
