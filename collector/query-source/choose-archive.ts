import type { SelectHints } from '../query/source.ts';
import { type ArchiveInfo, ROWS_PER_READ_MAX } from '../store/sample-store.ts';

/** Rows that one selector may read before a coarser archive is taken: about 0.2 s of decoding, 64 MB held. */
const ROWS_MAX = 4_000_000;
/** A window of this many rows is fine enough for functions that a fold does not falsify. */
const ROWS_PER_WINDOW = 500;

/** Their result over folded rows is the same as over the samples, but for the ends of the window. */
const FOLDABLE: ReadonlySet<string> = new Set([
  'avg_over_time',
  'min_over_time',
  'max_over_time',
  'sum_over_time',
  'count_over_time',
]);

/**
 * The finest archive that still holds the range, so that values are those that were sampled; a coarser one when a window is so long
 * that it makes no difference, or when there would be too much to read.
 * @param archives from the finest to the coarsest
 */
export function chooseArchive(
  archives: readonly ArchiveInfo[],
  hints: SelectHints,
  { nowMs, seriesCount }: { readonly nowMs: number; readonly seriesCount: number },
): ArchiveInfo {
  const ageMs = nowMs - hints.afterMs;
  const holding = archives.filter(({ keepSeconds }) => keepSeconds * 1000 >= ageMs);
  const usable = holding.filter((archive) => isCheap(archive, hints, seriesCount));
  const coarsest = archives.at(-1) as ArchiveInfo;
  if (FOLDABLE.has(hints.operation)) {
    const stepMsMax = hints.rangeMs / ROWS_PER_WINDOW;
    const folded = usable.findLast(({ stepSeconds }) => stepSeconds * 1000 <= stepMsMax);
    if (folded) return folded;
  }
  return usable[0] ?? holding.at(-1) ?? coarsest;
}

/** Rows of one series that the range covers. */
export function rowsOf(archive: ArchiveInfo, { afterMs, untilMs }: SelectHints): number {
  return Math.ceil((untilMs - afterMs) / 1000 / archive.stepSeconds) + 1;
}

function isCheap(archive: ArchiveInfo, hints: SelectHints, seriesCount: number): boolean {
  const rows = rowsOf(archive, hints);
  return rows <= ROWS_PER_READ_MAX && rows * seriesCount <= ROWS_MAX;
}
