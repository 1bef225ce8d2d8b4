/** The φ-quantile of values, interpolated between neighbours; NaN sorts first. Sorts `values` in place. */
export function quantileOf(quantile: number, values: Float64Array): number {
  if (values.length === 0 || Number.isNaN(quantile)) return Number.NaN;
  if (quantile < 0) return Number.NEGATIVE_INFINITY;
  if (quantile > 1) return Number.POSITIVE_INFINITY;
  sortNanFirst(values);
  const rank = quantile * (values.length - 1);
  const lower = Math.max(0, Math.floor(rank));
  const upper = Math.min(values.length - 1, lower + 1);
  const weight = rank - Math.floor(rank);
  return (values[lower] as number) * (1 - weight) + (values[upper] as number) * weight;
}

/** Typed arrays sort NaN last; Prometheus has it first. */
function sortNanFirst(values: Float64Array): void {
  values.sort();
  let numbers = values.length;
  while (numbers > 0 && Number.isNaN(values[numbers - 1])) numbers--;
  const nans = values.length - numbers;
  if (nans === 0 || numbers === 0) return;
  values.copyWithin(nans, 0, numbers);
  values.fill(Number.NaN, 0, nans);
}

/** A classic histogram's bucket: how many observations were at or below `upperBound`. */
export interface Bucket {
  readonly upperBound: number;
  count: number;
}

/** Differences below this share are float noise of summing rates, not a decrease. */
const SMALL_DELTA = 1e-12;

/**
 * The φ-quantile of a classic histogram, linear within a bucket.
 * @param buckets sorted by upper bound; counts are made monotonic in place
 * @returns the quantile and whether counts decreased and had to be raised
 */
export function bucketQuantile(
  quantile: number,
  buckets: readonly Bucket[],
): { readonly value: number; readonly isForced: boolean } {
  const plain = (value: number) => ({ value, isForced: false });
  if (Number.isNaN(quantile)) return plain(Number.NaN);
  if (quantile < 0) return plain(Number.NEGATIVE_INFINITY);
  if (quantile > 1) return plain(Number.POSITIVE_INFINITY);
  if (buckets.at(-1)?.upperBound !== Number.POSITIVE_INFINITY) return plain(Number.NaN);
  const merged = coalesce(buckets);
  const isForced = makeMonotonic(merged);
  const last = merged.length - 1;
  const observations = (merged[last] as Bucket).count;
  if (merged.length < 2 || observations === 0 || Number.isNaN(observations))
    return plain(Number.NaN);
  const rank = quantile * observations;
  const index = merged.findIndex((bucket, at) => at === last || bucket.count >= rank);
  if (index === last) return { value: (merged[last - 1] as Bucket).upperBound, isForced };
  const { upperBound, count } = merged[index] as Bucket;
  if (index === 0 && upperBound <= 0) return { value: upperBound, isForced };
  const below = merged[index - 1] ?? { upperBound: 0, count: 0 };
  const share = (rank - below.count) / (count - below.count);
  return { value: below.upperBound + (upperBound - below.upperBound) * share, isForced };
}

/** Share of a classic histogram's observations between two bounds. `buckets` sorted by upper bound. */
export function bucketFraction(lower: number, upper: number, buckets: readonly Bucket[]): number {
  if (buckets.at(-1)?.upperBound !== Number.POSITIVE_INFINITY) return Number.NaN;
  const merged = coalesce(buckets);
  const total = (merged.at(-1) as Bucket).count;
  if (total === 0 || Number.isNaN(lower) || Number.isNaN(upper)) return Number.NaN;
  if (lower >= upper) return 0;
  return (rankOf(upper, merged, total) - rankOf(lower, merged, total)) / total;
}

/** Observations at or below `bound`. A first bucket with a positive bound is taken to begin at 0. */
function rankOf(bound: number, buckets: readonly Bucket[], total: number): number {
  let rank = 0;
  let lowerBound = (buckets[0] as Bucket).upperBound <= 0 ? Number.NEGATIVE_INFINITY : 0;
  for (const { upperBound, count } of buckets) {
    if (lowerBound >= bound) return Math.min(rank, total);
    if (upperBound > bound) {
      const inside = rank + ((count - rank) * (bound - lowerBound)) / (upperBound - lowerBound);
      return Math.min(inside, total);
    }
    rank = count;
    lowerBound = upperBound;
  }
  return total;
}

function coalesce(buckets: readonly Bucket[]): Bucket[] {
  const merged: Bucket[] = [];
  for (const bucket of buckets) {
    const last = merged.at(-1);
    if (last?.upperBound === bucket.upperBound) last.count += bucket.count;
    else merged.push({ ...bucket });
  }
  return merged;
}

function makeMonotonic(buckets: readonly Bucket[]): boolean {
  let isForced = false;
  let previous = (buckets[0] as Bucket).count;
  for (const bucket of buckets) {
    if (bucket.count === previous) continue;
    const isNoise = almostEqual(previous, bucket.count, SMALL_DELTA);
    if (!isNoise && bucket.count > previous) {
      previous = bucket.count;
      continue;
    }
    isForced ||= !isNoise;
    bucket.count = previous;
  }
  return isForced;
}

const MIN_NORMAL = 2.2250738585072014e-308;

/** Equality within a relative error; NaN equals NaN. */
export function almostEqual(a: number, b: number, epsilon: number): boolean {
  if ((Number.isNaN(a) && Number.isNaN(b)) || a === b) return true;
  const sum = Math.abs(a) + Math.abs(b);
  const difference = Math.abs(a - b);
  if (a === 0 || b === 0 || sum < MIN_NORMAL) return difference < epsilon * MIN_NORMAL;
  return difference / Math.min(sum, Number.MAX_VALUE) < epsilon;
}
