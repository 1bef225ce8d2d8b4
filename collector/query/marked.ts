import type { SampleSeries } from './source.ts';

/** The series without the samples whose mark is 1. */
export function withoutMarked(marks: Uint8Array, series: SampleSeries): SampleSeries {
  const keep = (_: number, index: number): boolean => !marks[index];
  return {
    labels: series.labels,
    timesMs: series.timesMs.filter(keep),
    values: series.values.filter(keep),
    ...(series.stale && { stale: series.stale.filter(keep) }),
    ...(series.histogram && { histogram: series.histogram.filter(keep) }),
    ...(series.startTimesMs && { startTimesMs: series.startTimesMs.filter(keep) }),
  };
}
