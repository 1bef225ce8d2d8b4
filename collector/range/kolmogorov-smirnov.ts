/**
 * The two-sample Kolmogorov–Smirnov statistic: the largest distance between the shares of values up to x in either sample, over all x.
 * @param a,b known values in rising order, each at least one
 * @returns 0 (alike) to 1 (no overlap)
 * Source: Massey, "The Kolmogorov-Smirnov Test for Goodness of Fit", JASA 46 (1951)
 */
export function kolmogorovSmirnov(a: Float64Array, b: Float64Array): number {
  let distance = 0;
  let inA = 0;
  let inB = 0;
  while (inA < a.length && inB < b.length) {
    const x = Math.min(a[inA] as number, b[inB] as number);
    while (inA < a.length && (a[inA] as number) <= x) inA += 1;
    while (inB < b.length && (b[inB] as number) <= x) inB += 1;
    distance = Math.max(distance, Math.abs(inA / a.length - inB / b.length));
  }
  return distance;
}

/** The value in the middle of known values in rising order; NaN of none. */
export function median(sorted: Float64Array): number {
  const middle = sorted.length >> 1;
  if (sorted.length % 2 === 1) return sorted[middle] as number;
  return ((sorted[middle - 1] ?? Number.NaN) + (sorted[middle] ?? Number.NaN)) / 2;
}
