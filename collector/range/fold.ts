import type { Column } from '../store/sample-store.ts';

/**
 * Folds each `width` rows into one, as a coarser archive would: averages weighted by the samples that they stand for.
 * @param column rows in order of time; a last group of fewer rows is folded too
 * @returns ceil(rows / width) rows; a row is NaN with count 0 when all that it covers are. With `width` 1 the column itself.
 */
export function foldColumn(column: Column, width: number): Column {
  if (width === 1) return column;
  const rowCount = Math.ceil(column.average.length / width);
  const folded: Column = {
    average: new Float64Array(rowCount),
    min: new Float64Array(rowCount),
    max: new Float64Array(rowCount),
    count: new Float64Array(rowCount),
  };
  for (let row = 0; row < rowCount; row += 1) foldRow(column, row * width, width, folded, row);
  return folded;
}

function foldRow(from: Column, first: number, width: number, into: Column, row: number): void {
  const end = Math.min(first + width, from.average.length);
  let count = 0;
  let sum = 0;
  let min = Number.NaN;
  let max = Number.NaN;
  for (let index = first; index < end; index += 1) {
    const weight = from.count[index] as number;
    if (weight === 0) continue;
    count += weight;
    sum += (from.average[index] as number) * weight;
    const low = from.min[index] as number;
    const high = from.max[index] as number;
    if (!(min <= low)) min = low;
    if (!(max >= high)) max = high;
  }
  into.count[row] = count;
  into.average[row] = count === 0 ? Number.NaN : sum / count;
  into.min[row] = min;
  into.max[row] = max;
}
