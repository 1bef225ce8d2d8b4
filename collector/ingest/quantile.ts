/** Quantiles of many numbers without sorting all of them. */

/**
 * The value at rank `rank` of `values` as if they were sorted; partly sorts `values` (Hoare's quickselect).
 * @param count numbers that are looked at; 0 <= rank < count; none is NaN
 */
export function selectRank(
  values: Float64Array,
  rank: number,
  { from, count }: { from: number; count: number },
): number {
  let left = from;
  let right = count - 1;
  while (left < right) {
    const pivot = values[(left + right) >> 1] ?? 0;
    let i = left;
    let j = right;
    while (i <= j) {
      while ((values[i] ?? 0) < pivot) i += 1;
      while ((values[j] ?? 0) > pivot) j -= 1;
      if (i <= j) {
        const swapped = values[i] ?? 0;
        values[i] = values[j] ?? 0;
        values[j] = swapped;
        i += 1;
        j -= 1;
      }
    }
    if (rank <= j) right = j;
    else if (rank >= i) left = i;
    else break;
  }
  return values[rank] ?? Number.NaN;
}
