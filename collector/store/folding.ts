/** Blocks of a coarser archive out of the blocks of the next finer one. */
import type { Block, BlockEncoder } from '../archive/block.ts';
import { dropNoise, foldRows, foldSamples, type Rows, unknownRows } from '../archive/fold.ts';
import { type Archive, FOLD_FIELDS } from '../archive/layout.ts';

/** Rows of several series over one range. */
export interface Folded {
  /** First second. */
  readonly start: number;
  readonly step: number;
  readonly rowCount: number;
  /** By series id. */
  readonly series: Map<number, Rows>;
}

/** Column of a folded block: each series has one for each of FOLD_FIELDS. */
export function foldedColumn(series: number, field: number): number {
  return series * FOLD_FIELDS.length + field;
}

/** Series of which the block has something. */
export function seriesIn(block: Block, isFinest: boolean): readonly number[] {
  if (isFinest) return block.ids;
  return [...new Set(block.ids.map((id) => Math.floor(id / FOLD_FIELDS.length)))];
}

/** The rows of one series of a folded block; undefined when it has none. */
export function readFolded(block: Block, series: number): Rows | undefined {
  const columns = FOLD_FIELDS.map(() => new Float64Array(block.rowCount));
  const [count, sum, min, max] = columns;
  const isThere = columns.every((column, field) => block.read(foldedColumn(series, field), column));
  return isThere && count && sum && min && max ? { count, sum, min, max } : undefined;
}

/**
 * Adds what a block of the archive `finer` holds of the series `ids` to `into`.
 * @param start first second of the block
 */
export function foldBlock(
  into: Folded,
  block: Block,
  { finer, start, ids }: { finer: Archive; start: number; ids: readonly number[] },
): void {
  const isFinest = finer.stepSeconds === 1;
  const samples = new Float64Array(isFinest ? block.rowCount : 0);
  for (const id of ids) {
    if (isFinest) {
      if (!block.read(id, samples, { decimals: true })) continue;
      foldSamples(rowsOf(into, id), samples, { offset: start - into.start, step: into.step });
    } else {
      const rows = readFolded(block, id);
      const offset = (start - into.start) / finer.stepSeconds;
      const ratio = into.step / finer.stepSeconds;
      if (rows) foldRows(rowsOf(into, id), rows, { offset, ratio });
    }
  }
}

/** The rows of a series, made when it has none yet. */
export function rowsOf({ series, rowCount }: Folded, id: number): Rows {
  const known = series.get(id);
  if (known) return known;
  const rows = unknownRows(rowCount);
  series.set(id, rows);
  return rows;
}

/** @returns undefined when no row of any series is known */
export function encodeFolded(folded: Folded, encoder: BlockEncoder): Uint8Array | undefined {
  const columns: [number, Float64Array][] = [];
  for (const id of [...folded.series.keys()].sort((a, b) => a - b)) {
    const rows = folded.series.get(id);
    if (!rows?.count.some((count) => count > 0)) continue;
    dropNoise(rows.sum);
    for (const [row, count] of rows.count.entries()) {
      if (count === 0) rows.sum[row] = Number.NaN;
    }
    for (const [field, name] of FOLD_FIELDS.entries()) {
      columns.push([foldedColumn(id, field), rows[name]]);
    }
  }
  return encoder.encode(columns);
}
