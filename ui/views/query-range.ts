/** The queries of a panel over a range. */
import type { ViewQuery } from '../../wire/views.ts';
import { getJson } from '../data/api.ts';
import type { Window } from '../data/history.ts';
import { nameOfSeries, type PromSeries } from '../data/promql.ts';
import type { Named } from './series-names.ts';

/** A series with its rows, one per step from `startS` on; null = unknown. */
export interface SeriesOfQuery extends Named {
  readonly values: readonly (number | null)[];
}

export interface RangeOfQueries {
  readonly startS: number;
  readonly stepSeconds: number;
  readonly series: readonly SeriesOfQuery[];
}

interface RangeAnswer {
  readonly data: { readonly result: readonly PromSeries[] };
}

/**
 * @param points about how many rows are wanted
 * @throws ApiFailure with the words of parser or evaluator
 */
export async function queryRanges(
  queries: readonly ViewQuery[],
  window: Window,
  points: number,
): Promise<RangeOfQueries> {
  const stepSeconds = Math.max(1, Math.ceil((window.toS - window.fromS) / points));
  // Steps are whole multiples, so that those of a moving range stay the same ones.
  const startS = Math.ceil(window.fromS / stepSeconds) * stepSeconds;
  const rows = Math.max(1, Math.floor((window.toS - startS) / stepSeconds) + 1);
  const answers = await Promise.all(
    queries.map(({ expr }) =>
      getJson<RangeAnswer>('/api/v1/query_range', {
        query: expr,
        start: startS,
        end: startS + (rows - 1) * stepSeconds,
        step: stepSeconds,
      }),
    ),
  );
  const series = answers.flatMap(({ data }, query) =>
    data.result.map(({ metric, values }) => {
      const column = new Array<number | null>(rows).fill(null);
      for (const [time, text] of values) {
        const value = Number(text);
        if (Number.isFinite(value)) column[Math.round((time - startS) / stepSeconds)] = value;
      }
      return { query, labels: metric, values: column };
    }),
  );
  return { startS, stepSeconds, series };
}

/** What a series is found by again in another answer of the same queries. */
export function placeOf({ query, labels }: Named): string {
  return `${query} ${nameOfSeries(labels)}`;
}

/** Units that a panel is written in: those that its file names, else those of its only metric. */
export function unitsOf(
  query: ViewQuery,
  labels: readonly Readonly<Record<string, string>>[],
  catalogue: readonly { readonly name: string; readonly units: string }[],
): string {
  if (query.units !== null) return query.units;
  const names = new Set(labels.map((one) => one['__name__']));
  const [name] = names;
  return names.size === 1 ? (catalogue.find((metric) => metric.name === name)?.units ?? '') : '';
}
