/** Rows of an archive as samples of a series: gaps are left out, and ends are marked. */
import type { Metric } from '../../wire/metric.ts';
import type { Labels } from '../query/labels.ts';
import type { SampleSeries, SelectHints } from '../query/source.ts';

/** What is known of a second may change until it is this old: until then samples still arrive. */
export const SETTLED_SECONDS = 20;

/** Values of one series, row by row; NaN = unknown. */
export interface Rows {
  readonly values: Float64Array;
  /** How long the series is taken to go on after a sample. */
  readonly staleAfterSeconds: number;
  /** Seconds since the epoch of the first row. */
  readonly startS: number;
  readonly stepSeconds: number;
}

/** Prometheus' look-back. */
const LOOKBACK_SECONDS = 300;

/**
 * A series that is unknown for longer than this has ended, until its next sample: 5 s, or three rows of an archive, or as long as its metric
 * may be silent.
 * @param tmaxSeconds of the metric
 * @param holdMs      counts alone when the caller of the query has given it
 */
export function staleAfterSeconds(
  stepSeconds: number,
  tmaxSeconds: number,
  holdMs?: number,
): number {
  if (holdMs !== undefined) return Math.max(stepSeconds, holdMs / 1000);
  return Math.max(5, 3 * stepSeconds, Math.min(tmaxSeconds, LOOKBACK_SECONDS));
}

const COUNTER_FUNCTIONS: ReadonlySet<string> = new Set(['rate', 'irate', 'increase']);

/**
 * How long rows of one and the same value stand for one sample: the time between two measurements. A counter that is measured every 15 s is
 * held in between, once a second: to functions on counters it has grown when it was measured, not in 14 of 15 seconds not at all. What may
 * be a counter (`unspecified`) is one to whom asks for its rate.
 */
export function heldSecondsOf({ slope, tmax }: Metric, operation: string): number {
  const mayGrow = slope === 'positive' || slope === 'unspecified';
  const isHeld = mayGrow && tmax > 1 && COUNTER_FUNCTIONS.has(operation);
  return isHeld ? Math.min(tmax, LOOKBACK_SECONDS) : 0;
}

/** Values that are allocated together at most. */
const CHUNK_SIZE = 16_384;

/**
 * Makes the sample series of one selector. A thousand series mostly have their samples at the same times: these are kept once, and
 * values lie in common chunks, because what costs is not the loop but a thousand small arrays.
 */
export class SampleMaker {
  #timesMs = new Float64Array(0);
  #stale = new Uint8Array(0);
  #count = 0;
  /** Values go to its begin; what a series has taken is cut off. */
  #chunk = new Float64Array(0);
  /** Values that were made: a chunk is as large as all before, so that one series does not take the memory of many. */
  #made = 0;
  /** Times of the series before. */
  #lastTimesMs = new Float64Array(0);

  /**
   * What range functions get: every known row. A row is dated at its last second, so that it is never seen before its samples were taken, and
   * one that is under way at the first of the seconds that are still coming in: a month counts its last minutes, too.
   * @param heldSeconds rows that repeat the value of a sample at most so long before them are left out: see `heldSecondsOf`. A measurement may
   *   come late by a third of that: only then is it sure that the value was measured again and has not changed.
   * @param newestS     the newest second there is
   */
  allSamples(
    labels: Labels,
    { values, startS, stepSeconds }: Rows,
    { heldSeconds, newestS }: { readonly heldSeconds: number; readonly newestS: number },
  ): SampleSeries {
    const heldRows = Math.floor(heldSeconds / stepSeconds);
    const lateRows = Math.ceil(heldRows / 3);
    let lastRow = Number.NEGATIVE_INFINITY;
    let lastValue = Number.NaN;
    this.#begin(values.length);
    const timesMs = this.#timesMs;
    const kept = this.#chunk;
    const wholeRows = Math.floor((newestS + 1 - startS) / stepSeconds);
    let count = 0;
    for (let row = 0; row < values.length; row += 1) {
      const value = values[row] as number;
      if (Number.isNaN(value)) continue;
      let sampleRow = row;
      if (value === lastValue && heldRows > 0) {
        if (row - lastRow <= heldRows + lateRows) continue;
        if (values[lastRow + heldRows] === value) sampleRow = lastRow + heldRows;
      }
      lastRow = sampleRow;
      lastValue = value;
      timesMs[count] = (startS + (sampleRow + 1) * stepSeconds - 1) * 1000;
      kept[count] = value;
      count += 1;
    }
    const secondsOfLast = newestS + 1 - startS - lastRow * stepSeconds;
    const isUnderWay = lastRow === wholeRows && secondsOfLast < stepSeconds;
    if (isUnderWay) {
      const firstS = startS + lastRow * stepSeconds;
      timesMs[count - 1] = Math.max(firstS, newestS - SETTLED_SECONDS + 1) * 1000;
    }
    this.#count = count;
    return {
      labels,
      timesMs: this.#finishTimes(),
      values: this.#finishValues(),
      pointsPerSample: stepSeconds,
      ...(isUnderWay && { pointsOfLast: secondsOfLast }),
    };
  }

  /**
   * What instant selectors get: for each evaluation time the newest known row, or the mark that the series has ended. Rows longer than a
   * second count for the whole time that they cover.
   */
  newestSamples(labels: Labels, rows: Rows, hints: SelectHints): SampleSeries {
    const { values, startS, stepSeconds } = rows;
    const rowMs = stepSeconds * 1000;
    const startMs = startS * 1000;
    const stepMs = hints.stepMs || 1;
    const gridCount =
      hints.stepMs === 0 ? 1 : Math.floor((hints.untilMs - hints.afterMs) / hints.stepMs) + 1;
    const firstMs = hints.untilMs - (gridCount - 1) * stepMs;
    const rowsBack = Math.ceil(rows.staleAfterSeconds / stepSeconds);
    this.#begin(gridCount);
    if (this.#stale.length < gridCount) this.#stale = new Uint8Array(gridCount);
    let lastMs = Number.NEGATIVE_INFINITY;
    let hasStale = false;
    for (let step = 0; step < gridCount; step += 1) {
      const atMs = firstMs + step * stepMs;
      const row = newestRow(values, Math.floor((atMs - startMs) / rowMs), rowsBack);
      // A row under way is dated now rather than at its end, which is still to come.
      const timeMs = row < 0 ? atMs : Math.min(atMs, startMs + (row + 1) * rowMs - 1000);
      if (timeMs <= lastMs) continue;
      lastMs = timeMs;
      hasStale ||= row < 0;
      this.#timesMs[this.#count] = timeMs;
      this.#chunk[this.#count] = row < 0 ? 0 : (values[row] as number);
      this.#stale[this.#count] = row < 0 ? 1 : 0;
      this.#count += 1;
    }
    const stale = hasStale ? { stale: this.#stale.slice(0, this.#count) } : {};
    return { labels, timesMs: this.#finishTimes(), values: this.#finishValues(), ...stale };
  }

  #begin(countMax: number): void {
    this.#count = 0;
    const isTaken = this.#timesMs.buffer === this.#lastTimesMs.buffer;
    if (isTaken || this.#timesMs.length < countMax) this.#timesMs = new Float64Array(countMax);
    if (this.#chunk.length < countMax)
      this.#chunk = new Float64Array(Math.max(countMax, Math.min(CHUNK_SIZE, this.#made)));
  }

  /** Without a copy where most of the memory is used: one series over a month is all that many queries read. */
  #finishTimes(): Float64Array {
    const count = this.#count;
    if (this.#lastTimesMs.length !== count || !startsWith(this.#timesMs, this.#lastTimesMs)) {
      const isMostlyUsed = count * 2 > this.#timesMs.length;
      this.#lastTimesMs = isMostlyUsed
        ? this.#timesMs.subarray(0, count)
        : this.#timesMs.slice(0, count);
    }
    return this.#lastTimesMs;
  }

  #finishValues(): Float64Array {
    this.#made += this.#count;
    const values = this.#chunk.subarray(0, this.#count);
    this.#chunk = this.#chunk.subarray(this.#count);
    return values;
  }
}

/** @returns index of the newest known row up to `last`, at most `rowsBack` rows back, or -1 */
export function newestRow(values: Float64Array, last: number, rowsBack: number): number {
  const newest = Math.min(values.length - 1, last);
  for (let row = newest; row >= 0 && row > newest - rowsBack; row -= 1) {
    if (!Number.isNaN(values[row] as number)) return row;
  }
  return -1;
}

function startsWith(values: Float64Array, start: Float64Array): boolean {
  for (let index = 0; index < start.length; index += 1) {
    if (values[index] !== start[index]) return false;
  }
  return true;
}
