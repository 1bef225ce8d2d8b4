/** Results of one range query in parts of its time, put together and cut. */
import { type Annotation, united } from './annotations.ts';
import type { MatrixSeries, QueryResult, QueryValue } from './engine.ts';
import { Labels } from './labels.ts';
import { firstAfter } from './select.ts';

export interface MatrixPart {
  readonly series: readonly MatrixSeries[];
  readonly annotations: readonly Annotation[];
  /** First and last evaluation time of the part; the series may go on beyond. */
  readonly firstMs: number;
  readonly lastMs: number;
}

/** What is kept with what was evaluated before and after it. */
export function joined(kept: MatrixPart, evaluated: readonly QueryResult[]): QueryResult {
  const parts = [keptPart(kept), ...evaluated.map(({ value }) => matrixOf(value))];
  const byKey = new Map<string, MatrixSeries>();
  for (const one of parts.flat()) {
    const other = byKey.get(one.labels.key);
    byKey.set(one.labels.key, other ? inOrder(other, one) : one);
  }
  const series = [...byKey.values()].sort((a, b) => Labels.compare(a.labels, b.labels));
  const sumOf = (what: 'seriesRead' | 'samplesRead') =>
    evaluated.reduce((sum, { stats }) => sum + stats[what], 0);
  return {
    value: { type: 'matrix', series },
    annotations: evaluated.reduce<readonly Annotation[]>(
      (all, { annotations }) => united(all, annotations),
      kept.annotations,
    ),
    stats: { seriesRead: sumOf('seriesRead'), samplesRead: sumOf('samplesRead') },
  };
}

function keptPart({ series, firstMs, lastMs }: MatrixPart): readonly MatrixSeries[] {
  return matrixOf(between({ type: 'matrix', series }, firstMs, lastMs));
}

function matrixOf(value: QueryValue): readonly MatrixSeries[] {
  return value.type === 'matrix' ? value.series : [];
}

/** The values of times from `fromMs` to `toMs` inclusive. */
export function between(value: QueryValue, fromMs: number, toMs: number): QueryValue {
  const series = matrixOf(value)
    .map(({ labels, timesMs, values }) => {
      const first = firstAfter(timesMs, fromMs - 1);
      const end = firstAfter(timesMs, toMs);
      return {
        labels,
        timesMs: timesMs.subarray(first, end),
        values: values.subarray(first, end),
      };
    })
    .filter(({ values }) => values.length > 0);
  return { type: 'matrix', series };
}

/** One series of two parts that do not overlap. */
function inOrder(one: MatrixSeries, other: MatrixSeries): MatrixSeries {
  const isFirst = (one.timesMs[0] as number) < (other.timesMs[0] as number);
  const [first, second] = isFirst ? [one, other] : [other, one];
  return {
    labels: one.labels,
    timesMs: concat(first.timesMs, second.timesMs),
    values: concat(first.values, second.values),
  };
}

function concat(first: Float64Array, second: Float64Array): Float64Array {
  const both = new Float64Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}
