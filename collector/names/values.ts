/** The samples of derived series, made from those of native ones. */

import type { Labels } from '../query/labels.ts';
import type { SampleSeries } from '../query/source.ts';
import { staleAfterSeconds } from '../query-source/rows.ts';
import type { DerivedMetric } from './derived-metric.ts';

/** One native series and those that are needed beside it. */
export interface Inputs {
  readonly first: SampleSeries;
  readonly beside: readonly SampleSeries[];
}

/**
 * Samples of a gauge at the times of its first input. Times at which one of the others is unknown have none.
 * @param labels of the derived series
 */
export function deriveGauge(metric: DerivedMetric, labels: Labels, inputs: Inputs): SampleSeries {
  const values = valuesOf(metric, inputs);
  const { timesMs, stale } = inputs.first;
  if (!values.some(Number.isNaN)) return { ...inputs.first, labels, values };
  const isKept = (_: number, index: number) =>
    stale?.[index] === 1 || !Number.isNaN(values[index] as number);
  return {
    ...inputs.first,
    labels,
    timesMs: timesMs.filter(isKept),
    values: values.filter(isKept),
    ...(stale && { stale: stale.filter(isKept) }),
  };
}

/**
 * Samples of a counter: the integral of a rate, each sample standing for the seconds up to its time; what is unknown adds nothing.
 * The counter starts at twice of what all samples add: then rate() and increase(), which never extrapolate a counter to below zero, are not
 * held back at the start of a window.
 * @param inputs     with all known samples, `pointsPerSample` seconds apart
 * @param endsAtMs   until then an instant selector looks at the samples, so that ends of the series are marked; undefined = none is
 */
export function deriveCounter(
  metric: DerivedMetric,
  labels: Labels,
  inputs: Inputs,
  endsAtMs: number | undefined,
): SampleSeries {
  const { first } = inputs;
  const rates = valuesOf(metric, inputs);
  const seconds = first.pointsPerSample ?? 1;
  const isKnown = (_: number, index: number) => !Number.isNaN(rates[index] as number);
  const known = first.timesMs.filter(isKnown);
  const values = rates
    .map((rate, index) => {
      const isLast = index === rates.length - 1;
      return rate * (isLast ? (first.pointsOfLast ?? seconds) : seconds);
    })
    .filter(isKnown);
  let total = 2 * values.reduce((sum, added) => sum + added, 0);
  for (const [index, added] of values.entries()) {
    total += added;
    values[index] = total;
  }
  const series = { labels, timesMs: known, values, pointsPerSample: seconds };
  return endsAtMs === undefined
    ? series
    : withEnds(series, { endsAtMs, silentMs: staleAfterSeconds(seconds, 0) * 1000 });
}

/** Marks where the series was silent for so long that it had ended. */
function withEnds(
  series: SampleSeries,
  { endsAtMs, silentMs }: { readonly endsAtMs: number; readonly silentMs: number },
): SampleSeries {
  const timesMs: number[] = [];
  const values: number[] = [];
  const stale: number[] = [];
  for (const [index, timeMs] of series.timesMs.entries()) {
    timesMs.push(timeMs);
    values.push(series.values[index] as number);
    stale.push(0);
    const nextMs = series.timesMs[index + 1] ?? endsAtMs + 1;
    if (nextMs <= timeMs + silentMs) continue;
    timesMs.push(timeMs + silentMs);
    values.push(0);
    stale.push(1);
  }
  if (timesMs.length === series.timesMs.length) return series;
  return {
    ...series,
    timesMs: Float64Array.from(timesMs),
    values: Float64Array.from(values),
    stale: Uint8Array.from(stale),
  };
}

/** The metric's value at each time of the first input; NaN = unknown. */
function valuesOf({ value }: DerivedMetric, { first, beside }: Inputs): Float64Array {
  if (beside.length === 0) return first.values.map((one) => value(one));
  const readers = beside.map((series) => new ValueAt(series));
  return first.values.map((one, index) => {
    const timeMs = first.timesMs[index] as number;
    const others = readers.map((reader) => reader.at(timeMs));
    return others.some(Number.isNaN) ? Number.NaN : value(one, ...others);
  });
}

/** Reads a series at times that go forward. */
class ValueAt {
  readonly #series: SampleSeries;
  readonly #spanMs: number;
  #next = 0;

  constructor(series: SampleSeries) {
    this.#series = series;
    // A row is dated at its end and stands for the seconds before; other samples stand for their own time alone.
    this.#spanMs = (series.pointsPerSample ?? 0) * 1000 || 1;
  }

  at(timeMs: number): number {
    const { timesMs, values, stale } = this.#series;
    while (this.#next < timesMs.length && (timesMs[this.#next] as number) < timeMs) this.#next += 1;
    const found = timesMs[this.#next];
    const isKnown = found !== undefined && found - this.#spanMs < timeMs && !stale?.[this.#next];
    return isKnown ? (values[this.#next] as number) : Number.NaN;
  }
}
