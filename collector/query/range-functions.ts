import { extendedChange, extrapolatedChange, instantChange, isRestart } from './counter.ts';
import { executionError } from './errors.ts';
import { correctionAfter, KahanMeans, KahanSum } from './kahan.ts';
import { quantileOf } from './quantile.ts';
import { firstAfter } from './select.ts';
import type { RangeFunction, Window } from './window.ts';

/** Range functions on plain ranges, by name. A window always holds at least one sample. */
export const RANGE_FUNCTIONS: ReadonlyMap<string, RangeFunction> = new Map<string, RangeFunction>([
  ['rate', (window) => extrapolatedChange(window, { isCounter: true, isRate: true })],
  ['increase', (window) => extrapolatedChange(window, { isCounter: true, isRate: false })],
  ['delta', (window) => extrapolatedChange(window, { isCounter: false, isRate: false })],
  ['irate', (window) => instantChange(window, { isCounter: true, isRate: true })],
  ['idelta', (window) => instantChange(window, { isCounter: false, isRate: false })],
  ['changes', changes],
  ['resets', resets],
  ['avg_over_time', average],
  ['sum_over_time', sum],
  ['min_over_time', (window) => window.values[extremeIndex(window, isLess)]],
  ['max_over_time', (window) => window.values[extremeIndex(window, isGreater)]],
  ['ts_of_min_over_time', (window) => secondsAt(window, extremeIndex(window, isLessOrEqual))],
  ['ts_of_max_over_time', (window) => secondsAt(window, extremeIndex(window, isGreaterOrEqual))],
  ['first_over_time', (window) => window.values[window.from]],
  ['last_over_time', (window) => window.values[window.to - 1]],
  ['ts_of_first_over_time', (window) => secondsAt(window, window.from)],
  ['ts_of_last_over_time', (window) => secondsAt(window, window.to - 1)],
  ['count_over_time', count],
  ['present_over_time', () => 1],
  ['absent_over_time', () => 1],
  ['quantile_over_time', (window, [quantile]) => quantileOf(quantile as number, copyOf(window))],
  ['mad_over_time', medianDeviation],
  ['stdvar_over_time', variance],
  ['stddev_over_time', (window) => Math.sqrt(variance(window))],
  ['deriv', (window) => regression(window, window.timesMs[window.from] as number)?.slope],
  ['predict_linear', predictLinear],
  ['integral', integral],
  ['double_exponential_smoothing', smooth],
  ['holt_winters', smooth],
]);

/** The functions that take an `anchored` range; the samples before it are in the window. */
export const ANCHORED_FUNCTIONS: ReadonlyMap<string, RangeFunction> = new Map<
  string,
  RangeFunction
>([
  ['changes', (window) => anchor(window) && changes(window)],
  ['delta', (window) => extendedChange(window, { isCounter: false, isRate: false }, false)],
  ['increase', (window) => extendedChange(window, { isCounter: true, isRate: false }, false)],
  ['rate', (window) => extendedChange(window, { isCounter: true, isRate: true }, false)],
  ['resets', (window) => anchor(window) && resets(window)],
]);

/** The functions that take a `smoothed` range; the samples around it are in the window. */
export const SMOOTHED_FUNCTIONS: ReadonlyMap<string, RangeFunction> = new Map<
  string,
  RangeFunction
>([
  ['delta', (window) => extendedChange(window, { isCounter: false, isRate: false }, true)],
  ['increase', (window) => extendedChange(window, { isCounter: true, isRate: false }, true)],
  ['rate', (window) => extendedChange(window, { isCounter: true, isRate: true }, true)],
]);

/** Moves the window's beginning to the last sample at or before the range. @returns undefined when no sample lies in the range */
function anchor(window: Window): Window | undefined {
  if ((window.timesMs[window.to - 1] as number) <= window.startMs) return undefined;
  const inRange = firstAfter(window.timesMs.subarray(0, window.to), window.startMs);
  window.from = Math.max(window.from, inRange - 1);
  return window;
}

function changes({ values, from, to }: Window): number {
  let count = 0;
  for (let i = from + 1; i < to; i++) {
    const value = values[i] as number;
    const previous = values[i - 1] as number;
    if (value !== previous && !(Number.isNaN(value) && Number.isNaN(previous))) count++;
  }
  return count;
}

function resets({ timesMs, values, startTimesMs, from, to }: Window): number {
  let count = 0;
  for (let i = from + 1; i < to; i++) {
    if (
      (values[i] as number) < (values[i - 1] as number) ||
      (startTimesMs && isRestart(startTimesMs, timesMs, i))
    )
      count++;
  }
  return count;
}

/** The plain mean with compensated sum; KahanMeans takes over where the sum would overflow. */
function average({ values, from, to }: Window): number {
  let sum = values[from] as number;
  let correction = 0;
  for (let i = from + 1; i < to; i++) {
    const value = values[i] as number;
    const total = sum + value;
    if (total === Number.POSITIVE_INFINITY || total === Number.NEGATIVE_INFINITY)
      return slowAverage(values, from, to);
    correction = correctionAfter(sum, value, total, correction);
    sum = total;
  }
  return sum / (to - from) + correction / (to - from);
}

function slowAverage(values: Float64Array, from: number, to: number): number {
  const means = new KahanMeans(1);
  for (let i = from; i < to; i++) means.add(0, values[i] as number);
  return means.mean(0);
}

function count(window: Window): number {
  return (window.to - window.from) * window.pointsPerSample - missingOfLast(window);
}

function sum(window: Window): number {
  const { values, from, to, pointsPerSample } = window;
  const total = new KahanSum();
  for (let i = from; i < to; i++) total.add(values[i] as number);
  const missing = missingOfLast(window);
  if (missing === 0) return total.total * pointsPerSample;
  return total.total * pointsPerSample - (values[to - 1] as number) * missing;
}

/** Points that the last sample of the window lacks, when it is a row under way. */
function missingOfLast({ timesMs, to, pointsPerSample, pointsOfLast }: Window): number {
  return to === timesMs.length ? pointsPerSample - pointsOfLast : 0;
}

const isLess = (value: number, best: number): boolean => value < best;
const isGreater = (value: number, best: number): boolean => value > best;
const isLessOrEqual = (value: number, best: number): boolean => value <= best;
const isGreaterOrEqual = (value: number, best: number): boolean => value >= best;

/** Any number beats NaN. */
function extremeIndex(
  { values, from, to }: Window,
  beats: (value: number, best: number) => boolean,
): number {
  let best = from;
  for (let i = from; i < to; i++) {
    if (beats(values[i] as number, values[best] as number) || Number.isNaN(values[best])) best = i;
  }
  return best;
}

function secondsAt(window: Window, index: number): number {
  return (window.timesMs[index] as number) / 1000;
}

function copyOf({ values, from, to }: Window): Float64Array {
  return values.slice(from, to);
}

function medianDeviation(window: Window): number {
  const values = copyOf(window);
  if (values.some(Number.isNaN)) return Number.NaN;
  const median = quantileOf(0.5, values);
  return quantileOf(
    0.5,
    values.map((value) => Math.abs(value - median)),
  );
}

function variance({ values, from, to }: Window): number {
  const mean = new KahanSum();
  const squares = new KahanSum();
  for (let i = from; i < to; i++) {
    const value = values[i] as number;
    const delta = value - mean.total;
    mean.add(delta / (i - from + 1));
    squares.add(delta * (value - mean.total));
  }
  return squares.total / (to - from);
}

/** Least squares over the window; x in seconds from `originMs`. Undefined for fewer than two samples. */
function regression(
  { timesMs, values, from, to }: Window,
  originMs: number,
): { readonly slope: number; readonly intercept: number } | undefined {
  const count = to - from;
  if (count < 2) return undefined;
  const first = values[from] as number;
  const [sumX, sumY, sumXY, sumXX] = [
    new KahanSum(),
    new KahanSum(),
    new KahanSum(),
    new KahanSum(),
  ];
  let isConstant = true;
  for (let i = from; i < to; i++) {
    const x = ((timesMs[i] as number) - originMs) / 1000;
    const y = values[i] as number;
    if (y !== first) isConstant = false;
    sumX.add(x);
    sumY.add(y);
    sumXY.add(x * y);
    sumXX.add(x * x);
  }
  if (isConstant) {
    return Number.isFinite(first)
      ? { slope: 0, intercept: first }
      : { slope: Number.NaN, intercept: Number.NaN };
  }
  const covariance = sumXY.total - (sumX.total * sumY.total) / count;
  const slope = covariance / (sumXX.total - (sumX.total * sumX.total) / count);
  return { slope, intercept: sumY.total / count - (slope * sumX.total) / count };
}

function predictLinear(window: Window, [seconds]: readonly number[]): number | undefined {
  const line = regression(window, window.timeMs);
  return line && line.slope * (seconds as number) + line.intercept;
}

/**
 * The area under the samples, in value × seconds: what lies before the first and after the last one is not part of it.
 * @param strategy which value stands for the time between two samples: 0 = the first of both, 1 = the second, 2 = their mean
 */
function integral(
  { timesMs, values, from, to }: Window,
  [strategy = 2]: readonly number[],
): number | undefined {
  const between = BETWEEN[strategy];
  if (!between) throw executionError(`integral strategy must be 0, 1 or 2, got: ${strategy}`);
  if (to - from < 2) return undefined;
  const area = new KahanSum();
  for (let i = from + 1; i < to; i++) {
    const seconds = ((timesMs[i] as number) - (timesMs[i - 1] as number)) / 1000;
    area.add(seconds * between(values[i - 1] as number, values[i] as number));
  }
  return area.total;
}

/** The strategies of `integral`. */
const BETWEEN: readonly ((first: number, second: number) => number)[] = [
  (first) => first,
  (_, second) => second,
  (first, second) => (first + second) / 2,
];

/** Holt's double exponential smoothing. */
function smooth(
  { values, from, to }: Window,
  [smoothing, trending]: readonly number[],
): number | undefined {
  checkFactor('smoothing factor', 'sf', smoothing as number);
  checkFactor('trend factor', 'tf', trending as number);
  if (to - from < 2) return undefined;
  let previous = 0;
  let level = values[from] as number;
  let trend = (values[from + 1] as number) - level;
  for (let i = from + 1; i < to; i++) {
    if (i > from + 1)
      trend = (trending as number) * (level - previous) + (1 - (trending as number)) * trend;
    const next =
      (smoothing as number) * (values[i] as number) + (1 - (smoothing as number)) * (level + trend);
    previous = level;
    level = next;
  }
  return level;
}

function checkFactor(name: string, symbol: string, factor: number): void {
  if (factor <= 0 || factor >= 1)
    // NaN passes, as in Prometheus
    throw executionError(`invalid ${name}. Expected: 0 < ${symbol} < 1, got: ${factor.toFixed(6)}`);
}
