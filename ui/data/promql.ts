/** The query API, as Prometheus answers it. */
import { getJson, queryOf } from './api.ts';
import type { Window } from './history.ts';

export interface PromSeries {
  readonly metric: Readonly<Record<string, string>>;
  /** Of a range: seconds since the epoch and the value as text. */
  readonly values: readonly (readonly [number, string])[];
}

/** What one selector of a query read. */
export interface SelectorPlan {
  readonly selector: string;
  readonly archive: string;
  readonly series: number;
  readonly samples: number;
  /** Seconds since the epoch. */
  readonly from: number;
  readonly to: number;
}

export interface RangeResult {
  readonly window: Window;
  readonly series: readonly PromSeries[];
  readonly plan: readonly SelectorPlan[];
  readonly samplesRead: number;
  /** From the request to the parsed answer. */
  readonly tookMs: number;
}

interface RangeAnswer {
  readonly data: {
    readonly result: readonly PromSeries[];
    readonly stats: {
      readonly samples: { readonly samplesRead: number };
      readonly selectors: readonly SelectorPlan[];
    };
  };
}

/** Steps on screen: a point for every third pixel or so. */
const STEPS = 400;

export function stepFor({ fromS, toS }: Window): number {
  return Math.max(1, Math.ceil((toS - fromS) / STEPS));
}

/** @throws ApiFailure with the parser's or evaluator's own words */
export async function queryRange(query: string, window: Window): Promise<RangeResult> {
  const startMs = performance.now();
  const { data } = await getJson<RangeAnswer>('/api/v1/query_range', {
    query,
    start: window.fromS,
    end: window.toS,
    step: stepFor(window),
    stats: 'all',
  });
  const { samples, selectors } = data.stats;
  return {
    window,
    series: data.result,
    plan: selectors,
    samplesRead: samples.samplesRead,
    tookMs: performance.now() - startMs,
  };
}

/** One value per step of the window, null = unknown: a series leaves out the instants at which it has no value. */
export function columnOf(values: PromSeries['values'], window: Window): (number | null)[] {
  const stepSeconds = stepFor(window);
  const rows = Math.floor((window.toS - window.fromS) / stepSeconds) + 1;
  const column = new Array<number | null>(rows).fill(null);
  for (const [time, text] of values) {
    const value = Number(text);
    if (Number.isFinite(value)) column[Math.round((time - window.fromS) / stepSeconds)] = value;
  }
  return column;
}

/** Path of the picture that the server draws of range queries, all in one. */
export function rangePicture(exprs: readonly string[], units: string, window: Window): string {
  const { fromS: start, toS: end } = window;
  const params = { query: exprs, start, end, step: stepFor(window), units };
  return `/api/v1/query_range.svg?${queryOf(params)}`;
}

/** `load_one{host="n001", rack="r01"}` */
export function nameOfSeries(metric: Readonly<Record<string, string>>): string {
  const { __name__: name = '', ...labels } = metric;
  const pairs = Object.entries(labels).map(([label, value]) => `${label}=${JSON.stringify(value)}`);
  return pairs.length === 0 ? name || '{}' : `${name}{${pairs.join(', ')}}`;
}
