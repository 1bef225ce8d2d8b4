/** How values of now are spread: what the distribution on the metric page shows. */

export interface Bin {
  readonly from: number;
  readonly to: number;
  readonly count: number;
}

/** `count` bins of equal width over the known values; none when nothing is known. */
export function histogram(values: readonly number[], count: number): Bin[] {
  const known = values.filter((value) => !Number.isNaN(value));
  if (known.length === 0) return [];
  const min = Math.min(...known);
  const max = Math.max(...known);
  // All alike: one bin says so better than ten empty ones.
  if (min === max) return [{ from: min, to: max, count: known.length }];
  const width = (max - min) / count;
  const counts = new Array<number>(count).fill(0);
  for (const value of known) counts[Math.min(count - 1, Math.floor((value - min) / width))]! += 1;
  return counts.map((inBin, index) => ({
    from: min + index * width,
    to: min + (index + 1) * width,
    count: inBin,
  }));
}

/** Mean of the known values; null when there are none. */
export function mean(values: readonly (number | null)[]): number | null {
  let sum = 0;
  let count = 0;
  for (const value of values) {
    if (value === null || Number.isNaN(value)) continue;
    sum += value;
    count += 1;
  }
  return count === 0 ? null : sum / count;
}
