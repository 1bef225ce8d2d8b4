import { firstAfter } from './select.ts';
import type { Window } from './window.ts';

/** What rate, increase and delta have in common and where they differ. */
export interface RateKind {
  /** A decrease is a reset to zero, not a change. */
  readonly isCounter: boolean;
  /** Per second instead of per range. */
  readonly isRate: boolean;
}

/** Extrapolate to an end of the range when the outermost sample is no further from it than 1.1 sample distances. */
const EXTRAPOLATION_REACH = 1.1;

/**
 * rate, increase and delta: the change between the first and the last sample, extrapolated to the range.
 * Source: Prometheus documentation, "rate()"; how far to extrapolate follows its engine.
 */
export function extrapolatedChange(
  window: Window,
  { isCounter, isRate }: RateKind,
): number | undefined {
  const { timesMs, values, from, to } = window;
  const count = to - from;
  const origin = isCounter ? startInside(window) : undefined;
  if (count < 2 && !(count === 1 && origin !== undefined)) return undefined;
  const firstMs = timesMs[from] as number;
  const lastMs = timesMs[to - 1] as number;
  const first = values[from] as number;
  let change = (values[to - 1] as number) - (origin === undefined ? first : 0);
  if (isCounter) change += lostInResets(window);

  const fromMs = origin ?? firstMs;
  const sampledSeconds = (lastMs - fromMs) / 1000;
  const distance = count > 1 ? (lastMs - firstMs) / 1000 / (count - 1) : 0;
  let toStart = (fromMs - window.startMs) / 1000;
  let toEnd = (window.endMs - lastMs) / 1000;
  if (toStart >= distance * EXTRAPOLATION_REACH) toStart = distance / 2;
  if (toEnd >= distance * EXTRAPOLATION_REACH) toEnd = distance / 2;
  if (isCounter && change > 0 && first >= 0) {
    // A counter is never negative: extrapolate no further back than to where it was zero.
    toStart = Math.min(toStart, sampledSeconds * (first / change));
  }
  if (origin !== undefined) toStart = 0;
  const factor = (sampledSeconds + toStart + toEnd) / sampledSeconds;
  return change * (isRate ? factor / (window.rangeMs / 1000) : factor);
}

/** When the first sample's counter began, if that is known and lies inside of the range: a sample of value 0. */
function startInside(window: Window): number | undefined {
  const startMs = window.startTimesMs?.[window.from] ?? 0;
  const isInside = startMs > window.startMs && startMs < (window.timesMs[window.from] as number);
  return startMs !== 0 && isInside ? startMs : undefined;
}

/** What resets inside of the window took from the counter: the sum of the values before each. */
function lostInResets(window: Window): number {
  window.resets ??= findResets(window);
  const { resets, values, from, to } = window;
  let low = 0;
  let high = resets.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((resets[middle] as number) <= from) low = middle + 1;
    else high = middle;
  }
  let lost = 0;
  for (; low < resets.length && (resets[low] as number) < to; low++)
    lost += values[(resets[low] as number) - 1] as number;
  return lost;
}

function findResets({ timesMs, values, startTimesMs }: Window): Uint32Array {
  const resets: number[] = [];
  for (let i = 1; i < values.length; i++) {
    const isReset =
      (values[i] as number) < (values[i - 1] as number) ||
      (startTimesMs !== undefined && isRestart(startTimesMs, timesMs, i));
    if (isReset) resets.push(i);
  }
  return Uint32Array.from(resets);
}

/**
 * True when sample `i` belongs to another run of the counter than the sample before it, judged by its start time.
 * A start that equals the previous sample's time marks a delta, unless the previous sample's own start is unknown or impossible.
 */
export function isRestart(startTimesMs: Float64Array, timesMs: Float64Array, i: number): boolean {
  const start = startTimesMs[i] as number;
  const previousTime = timesMs[i - 1] as number;
  const previousStart = startTimesMs[i - 1] as number;
  if (start === 0 || start === previousStart) return false;
  if (start >= (timesMs[i] as number) || start < previousTime) return false;
  if (start > previousTime) return true;
  return previousStart !== 0 && previousStart < previousTime;
}

/** irate and idelta: the change between the last two samples. */
export function instantChange(window: Window, { isCounter, isRate }: RateKind): number | undefined {
  const { timesMs, values, startTimesMs, from, to } = window;
  if (to - from < 2) return undefined;
  const last = values[to - 1] as number;
  const previous = values[to - 2] as number;
  const seconds = ((timesMs[to - 1] as number) - (timesMs[to - 2] as number)) / 1000;
  if (seconds === 0) return undefined;
  const isReset =
    isCounter && (last < previous || (startTimesMs && isRestart(startTimesMs, timesMs, to - 1)));
  const change = isReset ? last : last - previous;
  return isRate ? change / seconds : change;
}

/**
 * rate, increase and delta of an `anchored` or `smoothed` range: the change between the values at the two ends of the range.
 * The value at an end is the sample before it (anchored), or lies on the line between its neighbours (smoothed).
 */
export function extendedChange(
  window: Window,
  { isCounter, isRate }: RateKind,
  isSmoothed: boolean,
): number | undefined {
  const { values, startMs, endMs } = window;
  const timesMs = window.timesMs.subarray(window.from, window.to);
  const inWindow = values.subarray(window.from, window.to);
  if (timesMs.length === 0) return undefined;
  let last = timesMs.length - 1;
  let first = Math.max(0, Math.min(firstAfter(timesMs, startMs), last) - 1);
  if (isSmoothed) last = Math.min(firstAfter(timesMs, endMs - 1), last);
  if ((timesMs[last] as number) <= startMs) return undefined;
  if (isSmoothed && (timesMs[first] as number) > endMs) return undefined;

  const at = (index: number, timeMs: number): number =>
    interpolate(timesMs, inWindow, index, timeMs, isCounter);
  const left =
    isSmoothed && (timesMs[first] as number) < startMs
      ? at(first, startMs)
      : (inWindow[first] as number);
  const right =
    isSmoothed && last > 0 && (timesMs[last] as number) > endMs
      ? at(last - 1, endMs)
      : (inWindow[last] as number);
  let change = right - left;
  if (isCounter) {
    if ((timesMs[first] as number) <= startMs) first++;
    if ((timesMs[last] as number) >= endMs) last--;
    let previous = left;
    for (let i = first; i <= last; i++) {
      if ((inWindow[i] as number) < previous) change += previous;
      previous = inWindow[i] as number;
    }
    if (right < previous) change += previous;
  }
  return isRate ? change / (window.rangeMs / 1000) : change;
}

/** The value at `timeMs` between samples `index` and `index + 1`; a counter that fell in between began at zero. */
function interpolate(
  timesMs: Float64Array,
  values: Float64Array,
  index: number,
  timeMs: number,
  isCounter: boolean,
): number {
  const fromTime = timesMs[index] as number;
  const to = values[index + 1] as number;
  let from = values[index] as number;
  if (isCounter && to < from) from = 0;
  return from + ((to - from) * (timeMs - fromTime)) / ((timesMs[index + 1] as number) - fromTime);
}
