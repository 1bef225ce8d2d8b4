import type { EvaluationTimes } from '../query/source.ts';
import { newestRow, type Rows } from './rows.ts';

export interface NewestValues {
  readonly values: Float64Array;
  /** 1 where there is a value. */
  readonly present: Uint8Array;
}

/** What an instant selector finds in rows: at each evaluation time the newest known one. */
export class NewestRows {
  readonly #times: EvaluationTimes;
  readonly #found: NewestValues;

  constructor(times: EvaluationTimes) {
    this.#times = times;
    this.#found = {
      values: new Float64Array(times.count),
      present: new Uint8Array(times.count),
    };
  }

  /** @returns undefined when there is no value at all; otherwise memory that is good until the next call */
  find(rows: Rows): NewestValues | undefined {
    const { stepMs, firstMs } = this.#times;
    const isAligned = stepMs === rows.stepSeconds * 1000 && firstMs % stepMs === 0;
    const any = isAligned && rows.stepSeconds === 1 ? this.#findEach(rows) : this.#search(rows);
    return any ? this.#found : undefined;
  }

  /** A row for each evaluation time, which most of them are found in. */
  #findEach(rows: Rows): boolean {
    const { values, present } = this.#found;
    const known = rows.values;
    const first = this.#times.firstMs / 1000 - rows.startS;
    present.fill(1);
    let unknown = 0;
    for (let step = 0; step < values.length; step += 1) {
      const value = known[first + step] as number;
      values[step] = value;
      // biome-ignore lint/suspicious/noSelfCompare: NaN is what differs from itself; a call of isNaN is slower
      if (value !== value) unknown += 1;
    }
    return unknown === 0 || this.#search(rows);
  }

  #search({ values: rows, startS, stepSeconds, staleAfterSeconds }: Rows): boolean {
    const { firstMs, stepMs, lookbackMs } = this.#times;
    const { values, present } = this.#found;
    const rowMs = stepSeconds * 1000;
    const startMs = startS * 1000;
    const rowsBack = Math.ceil(staleAfterSeconds / stepSeconds);
    let any = false;
    for (let step = 0; step < values.length; step += 1) {
      const atMs = firstMs + step * stepMs;
      const row = newestRow(rows, Math.floor((atMs - startMs) / rowMs), rowsBack);
      // A row under way is dated now rather than at its end, which is still to come.
      const timeMs = Math.min(atMs, startMs + (row + 1) * rowMs - 1000);
      const isFound = row >= 0 && timeMs > atMs - lookbackMs;
      present[step] = isFound ? 1 : 0;
      if (!isFound) continue;
      values[step] = rows[row] as number;
      any = true;
    }
    return any;
  }
}
