/** The query API, as Prometheus answers it. */
import { getJson } from './api.ts';
import type { Window } from './history.ts';

export interface PromSeries {
  readonly metric: Readonly<Record<string, string>>;
  /** Of a range: seconds since the epoch and the value as text. */
  readonly values: readonly (readonly [number, string])[];
}

interface RangeAnswer {
  readonly data: { readonly result: readonly PromSeries[] };
}

/** Steps on screen: a point for every third pixel or so. */
const STEPS = 400;

export function stepFor({ fromS, toS }: Window): number {
  return Math.max(1, Math.ceil((toS - fromS) / STEPS));
}

/** @throws ApiFailure with the parser's or evaluator's own words */
export async function queryRange(query: string, window: Window): Promise<readonly PromSeries[]> {
  const { data } = await getJson<RangeAnswer>('/api/v1/query_range', {
    query,
    start: window.fromS,
    end: window.toS,
    step: stepFor(window),
  });
  return data.result;
}

/** `load_one{host="n001", rack="r01"}` */
export function nameOfSeries(metric: Readonly<Record<string, string>>): string {
  const { __name__: name = '', ...labels } = metric;
  const pairs = Object.entries(labels).map(([label, value]) => `${label}=${JSON.stringify(value)}`);
  return pairs.length === 0 ? name || '{}' : `${name}{${pairs.join(', ')}}`;
}
