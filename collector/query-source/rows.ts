/** Rows of an archive as samples of a series: gaps are left out, and ends are marked. */
import type { Labels } from '../query/labels.ts';
import type { SampleSeries, SelectHints } from '../query/source.ts';

/** Values of one series, row by row; NaN = unknown. */
export interface Rows {
  readonly values: Float64Array;
  /** Seconds since the epoch of the first row. */
  readonly startS: number;
  readonly stepSeconds: number;
}

/** A series that is unknown for longer than this has ended, until its next sample: 5 s for samples, three rows of an archive. */
export function staleAfterMs(stepSeconds: number): number {
  return Math.max(5, 3 * stepSeconds) * 1000;
}

/** A row is dated at its last second, so that it is never seen before its samples were taken. */
function timeOf({ startS, stepSeconds }: Rows, row: number): number {
  return (startS + (row + 1) * stepSeconds - 1) * 1000;
}

/** What range functions get: every known row. */
export function allSamples(labels: Labels, rows: Rows): SampleSeries {
  const { values, stepSeconds } = rows;
  const timesMs = new Float64Array(values.length);
  const known = new Float64Array(values.length);
  let count = 0;
  for (let row = 0; row < values.length; row += 1) {
    const value = values[row] as number;
    if (Number.isNaN(value)) continue;
    timesMs[count] = timeOf(rows, row);
    known[count] = value;
    count += 1;
  }
  return {
    labels,
    timesMs: timesMs.subarray(0, count),
    values: known.subarray(0, count),
    pointsPerSample: stepSeconds,
  };
}

/**
 * What instant selectors get: for each evaluation time the newest known row, or the mark that the series has ended. Rows longer than a
 * second count for the whole time that they cover.
 */
export function newestSamples(labels: Labels, rows: Rows, hints: SelectHints): SampleSeries {
  const rowMs = rows.stepSeconds * 1000;
  const startMs = rows.startS * 1000;
  const stepMs = hints.stepMs || 1;
  const gridCount =
    hints.stepMs === 0 ? 1 : Math.floor((hints.untilMs - hints.afterMs) / hints.stepMs) + 1;
  const firstMs = hints.untilMs - (gridCount - 1) * stepMs;
  const timesMs = new Float64Array(gridCount);
  const values = new Float64Array(gridCount);
  const stale = new Uint8Array(gridCount);
  const rowsBack = Math.ceil(staleAfterMs(rows.stepSeconds) / rowMs);
  let count = 0;
  let lastMs = Number.NEGATIVE_INFINITY;
  for (let step = 0; step < gridCount; step += 1) {
    const atMs = firstMs + step * stepMs;
    const row = newestRow(rows.values, Math.floor((atMs - startMs) / rowMs), rowsBack);
    // A row under way is dated now rather than at its end, which is still to come.
    const timeMs = row < 0 ? atMs : Math.min(atMs, startMs + (row + 1) * rowMs - 1000);
    if (timeMs <= lastMs) continue;
    lastMs = timeMs;
    timesMs[count] = timeMs;
    if (row < 0) stale[count] = 1;
    else values[count] = rows.values[row] as number;
    count += 1;
  }
  return {
    labels,
    timesMs: timesMs.subarray(0, count),
    values: values.subarray(0, count),
    stale: stale.subarray(0, count),
  };
}

/** @returns index of the newest known row up to `last`, at most `rowsBack` rows back, or -1 */
function newestRow(values: Float64Array, last: number, rowsBack: number): number {
  const newest = Math.min(values.length - 1, last);
  for (let row = newest; row >= 0 && row > newest - rowsBack; row -= 1) {
    if (!Number.isNaN(values[row] as number)) return row;
  }
  return -1;
}
