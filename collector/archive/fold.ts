/**
 * Consolidation: rows of a coarser archive out of rows of a finer one. A folded row keeps count, sum, minimum and maximum of the
 * samples that it covers, so that folding in steps gives the same as folding at once.
 */

/** Rows of one series. All arrays have the same length. A row with count 0 is unknown: its sum is 0 and its min and max are NaN. */
export interface Rows {
  readonly count: Float64Array;
  readonly sum: Float64Array;
  readonly min: Float64Array;
  readonly max: Float64Array;
}

export function unknownRows(length: number): Rows {
  return {
    count: new Float64Array(length),
    sum: new Float64Array(length),
    min: new Float64Array(length).fill(Number.NaN),
    max: new Float64Array(length).fill(Number.NaN),
  };
}

/**
 * Adds samples, one a second, to the rows that they fall into.
 * @param samples NaN = unknown
 * @param at      where they are: `samples[0]` is `offset` seconds after the start of `rows[0]`, which has `step` seconds; what lies
 *                outside of the rows is left out
 */
export function foldSamples(
  rows: Rows,
  samples: Float64Array,
  { offset, step }: { offset: number; step: number },
): void {
  const from = Math.max(0, -offset);
  const to = Math.min(samples.length, rows.count.length * step - offset);
  for (let index = from; index < to; index += 1) {
    const value = samples[index] ?? Number.NaN;
    if (Number.isNaN(value)) continue;
    addTo(rows, Math.floor((index + offset) / step), 1, value, value, value);
  }
}

/**
 * Adds finer rows to the coarser rows that they fall into.
 * @param ratio finer rows in one coarser
 * @param offset of `finer[0]` after the start of `rows[0]`, in finer rows
 */
export function foldRows(
  rows: Rows,
  finer: Rows,
  { offset, ratio }: { offset: number; ratio: number },
): void {
  const from = Math.max(0, -offset);
  const to = Math.min(finer.count.length, rows.count.length * ratio - offset);
  for (let index = from; index < to; index += 1) {
    const count = finer.count[index] ?? 0;
    if (!(count > 0)) continue;
    addTo(
      rows,
      Math.floor((index + offset) / ratio),
      count,
      finer.sum[index] ?? 0,
      finer.min[index] ?? 0,
      finer.max[index] ?? 0,
    );
  }
}

function addTo(
  rows: Rows,
  row: number,
  count: number,
  sum: number,
  min: number,
  max: number,
): void {
  const before = rows.count[row] ?? 0;
  rows.count[row] = before + count;
  rows.sum[row] = (rows.sum[row] ?? 0) + sum;
  if (before === 0 || min < (rows.min[row] ?? min)) rows.min[row] = min;
  if (before === 0 || max > (rows.max[row] ?? max)) rows.max[row] = max;
}

/** Decimals to which a sum is rounded when that changes nothing but the noise of adding binary fractions. */
const SUM_DECIMALS = 1e6;
/** Relative error that adding some hundreds of doubles can leave, with room. */
const NOISE = 1e-12;

/** Takes the noise off sums of decimal numbers, 0.30000000000000004 being 0.3, so that the codec finds them decimal again. */
export function dropNoise(sums: Float64Array): void {
  for (let index = 0; index < sums.length; index += 1) {
    const sum = sums[index] ?? 0;
    const rounded = Math.round(sum * SUM_DECIMALS) / SUM_DECIMALS;
    if (Math.abs(rounded - sum) <= NOISE * Math.abs(sum)) sums[index] = rounded;
  }
}

/** Average of each row; NaN = unknown. */
export function averages({ count, sum }: Rows): Float64Array {
  return count.map((known, row) => (known > 0 ? (sum[row] ?? 0) / known : Number.NaN));
}
