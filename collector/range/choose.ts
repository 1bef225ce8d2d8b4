import type { ArchiveInfo } from '../store/sample-store.ts';

/** Rows read for one answer, over all its series: about 0.2 s of decoding. */
const ROWS_MAX = 2_000_000;
/** Rows of one series read at once, as the store allows. */
const ROWS_PER_SERIES_MAX = 90_000;

/** Which rows answer a range. */
export interface RangeChoice {
  readonly archive: ArchiveInfo;
  /** Rows of the archive that one row of the answer stands for. */
  readonly width: number;
  /** Of the answer: the archive's step times `width`. */
  readonly stepSeconds: number;
  /** Seconds since the epoch; a multiple of `stepSeconds`, so that the rows of a moving range stay where they are. */
  readonly startS: number;
  /** Exclusive. */
  readonly endS: number;
}

/**
 * Takes the finest archive that still holds the range's start and is not too much to read, and folds its rows to at most about
 * `points`. When none reaches back that far, the one that reaches furthest.
 * @param archives from the finest to the coarsest
 */
export function chooseRange(
  archives: readonly ArchiveInfo[],
  range: {
    readonly fromMs: number;
    readonly toMs: number;
    readonly nowMs: number;
    readonly points: number;
    readonly seriesCount: number;
  },
): RangeChoice {
  const fromS = Math.floor(range.fromMs / 1000);
  const toS = Math.ceil(range.toMs / 1000);
  const ageS = Math.floor(range.nowMs / 1000) - fromS;
  const rowsIn = ({ stepSeconds }: ArchiveInfo) => (range.toMs - range.fromMs) / 1000 / stepSeconds;
  const holding = archives.filter(({ keepSeconds }) => keepSeconds >= ageS);
  const archive =
    holding.find((one) => {
      const rows = rowsIn(one);
      return rows <= ROWS_PER_SERIES_MAX && rows * range.seriesCount <= ROWS_MAX;
    }) ??
    holding.at(-1) ??
    (archives.at(-1) as ArchiveInfo);
  const width = Math.max(1, Math.ceil(rowsIn(archive) / range.points));
  const stepSeconds = archive.stepSeconds * width;
  return {
    archive,
    width,
    stepSeconds,
    startS: Math.floor(fromS / stepSeconds) * stepSeconds,
    endS: Math.ceil(toS / stepSeconds) * stepSeconds,
  };
}
