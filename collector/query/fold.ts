/** Aggregations that take one column after the other: what they keep does not grow with the number of series. */
import { correctionAfter, KahanMeans } from './kahan.ts';
import type { Labels } from './labels.ts';
import { type Column, newColumn } from './value.ts';

/** What an aggregation keeps of the columns it was given. */
interface Folding {
  add(column: Column): void;
  /** Writes the result into the column that it was made for. */
  finish(): void;
}

const FOLDINGS = {
  sum: summing,
  avg: averaging,
  min: (result) => extreme(result, -1),
  max: (result) => extreme(result, 1),
  count: counting,
  group: (result) => {
    const counted = counting(result);
    return { add: counted.add, finish: () => result.values.fill(1) };
  },
  stddev: (result) => varying(result, Math.sqrt),
  stdvar: (result) => varying(result, (variance) => variance),
} as const satisfies Record<string, (result: Column) => Folding>;

export type FoldingOperator = keyof typeof FOLDINGS;

export function isFolding(operator: string): operator is FoldingOperator {
  return operator in FOLDINGS;
}

/** The aggregation of one group. */
export class Fold {
  readonly #result: Column;
  readonly #folding: Folding;
  #dropName = false;

  /** @param count slots of each column */
  constructor(operator: FoldingOperator, labels: Labels, count: number) {
    this.#result = newColumn(labels, false, count);
    this.#folding = FOLDINGS[operator](this.#result);
  }

  add(column: Column): void {
    this.#dropName ||= column.dropName;
    this.#folding.add(column);
  }

  finish(): Column {
    this.#folding.finish();
    return { ...this.#result, dropName: this.#dropName };
  }
}

function summing({ values: sums, present: seen }: Column): Folding {
  const corrections = new Float64Array(sums.length);
  return {
    add({ values, present }) {
      for (let step = 0; step < sums.length; step++) {
        if (present[step] === 0) continue;
        const value = values[step] as number;
        if (seen[step] === 0) {
          seen[step] = 1;
          sums[step] = value;
          continue;
        }
        const sum = sums[step] as number;
        const total = sum + value;
        corrections[step] = correctionAfter(sum, value, total, corrections[step] as number);
        sums[step] = total;
      }
    },
    finish() {
      for (let step = 0; step < sums.length; step++)
        sums[step] = (sums[step] as number) + (corrections[step] as number);
    },
  };
}

function averaging({ values: averages, present: seen }: Column): Folding {
  const means = new KahanMeans(averages.length);
  return {
    add({ values, present }) {
      means.addAll(values, present);
    },
    finish() {
      for (let step = 0; step < averages.length; step++) {
        if (means.counts[step] === 0) continue;
        seen[step] = 1;
        averages[step] = means.mean(step);
      }
    },
  };
}

/** @param sign 1 for the largest, -1 for the smallest; any number is better than NaN */
function extreme({ values: best, present: seen }: Column, sign: 1 | -1): Folding {
  return {
    add({ values, present }) {
      for (let step = 0; step < best.length; step++) {
        if (present[step] === 0) continue;
        const value = values[step] as number;
        const current = best[step] as number;
        if (seen[step] === 0 || value * sign > current * sign || Number.isNaN(current))
          best[step] = value;
        seen[step] = 1;
      }
    },
    finish() {},
  };
}

function counting({ values: counts, present: seen }: Column): Folding {
  return {
    add({ present }) {
      for (let step = 0; step < counts.length; step++) {
        if (present[step] === 0) continue;
        counts[step] = (counts[step] as number) + 1;
        seen[step] = 1;
      }
    },
    finish() {},
  };
}

/** Welford's method: one pass, no large sums. */
function varying(
  { values: squares, present: seen }: Column,
  finishWith: (variance: number) => number,
): Folding {
  const means = new Float64Array(squares.length);
  const counts = new Float64Array(squares.length);
  return {
    add({ values, present }) {
      for (let step = 0; step < squares.length; step++) {
        if (present[step] === 0) continue;
        const value = values[step] as number;
        const count = (counts[step] as number) + 1;
        counts[step] = count;
        if (seen[step] === 0) {
          seen[step] = 1;
          means[step] = value;
          squares[step] = Number.isFinite(value) ? 0 : Number.NaN;
          continue;
        }
        const delta = value - (means[step] as number);
        means[step] = (means[step] as number) + delta / count;
        squares[step] = (squares[step] as number) + delta * (value - (means[step] as number));
      }
    },
    finish() {
      for (let step = 0; step < squares.length; step++)
        squares[step] = finishWith((squares[step] as number) / (counts[step] as number));
    },
  };
}
