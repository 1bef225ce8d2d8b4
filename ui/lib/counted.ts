/** What only grows, as Prometheus' exporters count it: drawn as it is, it says how old the process is. In PromQL it says what happens now. */
import type { SeriesInfo } from '../../wire/http.ts';
import { matcherText } from './matchers.ts';

/** How series are drawn: their values, how fast they grow, or where most of the values of a histogram lie. */
export type Measure = 'values' | 'rates' | 'quantiles';

/** A counter by Prometheus' naming; what merely never falls, such as an uptime, is worth seeing itself. */
const COUNTER = /_(total|sum|count|bucket)$/;

export function measureOf({ metric, slope, labels }: SeriesInfo): Measure {
  if (slope !== 'positive' || !COUNTER.test(metric)) return 'values';
  return metric.endsWith('_bucket') && Object.hasOwn(labels, 'le') ? 'quantiles' : 'rates';
}

/** Of a histogram, by the name of its line. */
export const QUANTILES: ReadonlyMap<string, number> = new Map([
  ['p50', 0.5],
  ['p95', 0.95],
  ['p99', 0.99],
]);

/** Shorter, and an exporter that is asked every 15 s gives too few readings for a rate. */
const SPAN_SECONDS_MIN = 60;
const READINGS = 4;

/** Over how long a rate is taken: some readings, and at least what lies between two points of the chart. */
export function rateSpan(tmaxSeconds: number, stepSeconds: number): number {
  return Math.max(SPAN_SECONDS_MIN, READINGS * tmaxSeconds, stepSeconds);
}

/** @param host absent = of all hosts */
export function rateExpr(metric: string, spanSeconds: number, host?: string): string {
  const matchers = [
    ['__name__', metric] as const,
    ...(host === undefined ? [] : [['host', host] as const]),
  ];
  const text = matchers.map(([name, value]) =>
    matcherText({ name, value, isRegex: false, isEqual: true }),
  );
  return `rate({${text.join(',')}}[${spanSeconds}s])`;
}

/** @param metric that of the buckets */
export function quantileExpr(
  quantile: number,
  metric: string,
  spanSeconds: number,
  host?: string,
): string {
  return `histogram_quantile(${quantile}, sum by (host, le) (${rateExpr(metric, spanSeconds, host)}))`;
}
