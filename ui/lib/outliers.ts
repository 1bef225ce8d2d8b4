/** Which hosts behave least like the others over the last minutes. */

/**
 * Mean distance of each row from the median row, in units of the typical distance; rows with no value score 0.
 * The median, not the mean, so that one wild host does not make all others look odd.
 * @param rows one per host, all of the same length; NaN = unknown
 */
export function unlikeness(rows: readonly Float32Array[]): number[] {
  const columns = rows[0]?.length ?? 0;
  const sums = new Float64Array(rows.length);
  const counts = new Uint32Array(rows.length);
  const scratch = new Float32Array(rows.length);
  // Ten instants describe the shape well enough and keep this under a millisecond for 200 hosts.
  const stride = Math.max(1, Math.floor(columns / 10));
  for (let column = columns - 1; column >= 0; column -= stride) {
    let known = 0;
    for (const row of rows) if (!Number.isNaN(row[column]!)) scratch[known++] = row[column]!;
    if (known === 0) continue;
    const median = scratch.subarray(0, known).sort()[known >> 1]!;
    rows.forEach((row, index) => {
      if (Number.isNaN(row[column]!)) return;
      sums[index]! += Math.abs(row[column]! - median);
      counts[index]! += 1;
    });
  }
  const means = rows.map((_, index) => (counts[index]! > 0 ? sums[index]! / counts[index]! : 0));
  const typical = means.toSorted((a, b) => a - b)[means.length >> 1] || 1;
  return means.map((mean) => mean / typical);
}
