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
      if (!written.has(key)) this.#output.end(labels, timeMs);
    }
    this.#written = written;
  }
}
