import type { BandRange, SeriesRange } from '../../wire/http.ts';
import { seriesKey } from '../../wire/metric.ts';

/** What CSV and SVG are made from: named columns over one row of times. */
export interface RangeTable {
  /** Seconds since the epoch of row 0. */
  readonly startS: number;
  readonly stepSeconds: number;
  readonly units: string;
  readonly columns: readonly RangeColumn[];
}

export interface RangeColumn {
  readonly title: string;
  /** null = unknown */
  readonly values: readonly (number | null)[];
}

export function tableOfSeries({ startS, stepSeconds, series }: SeriesRange): RangeTable {
  const columns = series.map(({ host, metric, labels, average }) => ({
    title: `${host} ${seriesKey(metric, labels)}`,
    values: average,
  }));
  return { startS, stepSeconds, units: series[0]?.units ?? '', columns };
}

export function tableOfBands({ startS, stepSeconds, units, ...bands }: BandRange): RangeTable {
  const columns = (['p5', 'p50', 'p95', 'max'] as const).map((field) => ({
    title: `${bands.metric} ${field}`,
    values: bands[field],
  }));
  return { startS, stepSeconds, units, columns };
}
