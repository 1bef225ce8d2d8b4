/** Running sums for a stacked chart. */
import type { Column } from '../lib/time-window.ts';

/**
 * Writes into `into[k]` the sum of the columns 0 to k that are not hidden. A row in which a column is unknown is unknown from there up:
 * a sum without one of its parts would look like a drop.
 */
export function stackColumns(
  columns: readonly Column[],
  hidden: ReadonlySet<number>,
  into: readonly Column[],
): void {
  const rows = columns[0]?.length ?? 0;
  let below: Column | null = null;
  columns.forEach((column, index) => {
    const out = into[index]!;
    out.length = rows;
    for (let row = 0; row < rows; row++) {
      const base = below === null ? 0 : below[row]!;
      const value = hidden.has(index) ? 0 : column[row]!;
      out[row] = base === null || value === null ? null : base + value;
    }
    below = out;
  });
}
