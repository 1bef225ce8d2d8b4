/** Range queries as one graph: `query_range.json`, `.csv` and `.svg` have the series of each `query` parameter, as a matrix, columns or lines. */

import { seriesKey } from '../../wire/metric.ts';
import { type ApiAnswer, type ApiPorts, answerApi } from '../query/api.ts';
import { durationParameter, timeParameter } from '../query/api-request.ts';
import { formatCsv } from '../range/csv.ts';
import { formatSvg } from '../range/svg.ts';
import type { RangeColumn, RangeTable } from '../range/table.ts';

const TYPES = {
  'query_range.json': 'application/json',
  'query_range.csv': 'text/csv; charset=utf-8',
  'query_range.svg': 'image/svg+xml; charset=utf-8',
} as const;

export function isGraphPath(path: string): path is keyof typeof TYPES {
  return Object.hasOwn(TYPES, path);
}

/** The matrix of a range query's answer. */
type Matrix = readonly {
  readonly metric: Readonly<Record<string, string>>;
  readonly values: readonly (readonly [seconds: number, value: string])[];
}[];

/** @returns the first answer that is an error, in the API's envelope, else the graph */
export function answerGraph(
  path: keyof typeof TYPES,
  params: URLSearchParams,
  ports: ApiPorts,
): ApiAnswer {
  const matrix: Matrix[number][] = [];
  for (const query of params.getAll('query')) {
    const one = new URLSearchParams(params);
    one.set('query', query);
    const answer = answerApi({ path: 'query_range', params: one }, ports);
    if (answer.status !== 200) return answer;
    matrix.push(...(JSON.parse(answer.body) as { data: { result: Matrix } }).data.result);
  }
  if (!params.has('query')) return answerApi({ path: 'query_range', params }, ports);
  return { status: 200, type: TYPES[path], body: drawn(path, params, matrix) };
}

function drawn(path: keyof typeof TYPES, params: URLSearchParams, matrix: Matrix): string {
  if (path === 'query_range.json')
    return JSON.stringify({ status: 'success', data: { resultType: 'matrix', result: matrix } });
  const grid = gridOf(params);
  const table: RangeTable = {
    startS: grid.startS,
    stepSeconds: grid.stepSeconds,
    units: params.get('units') ?? '',
    columns: columnsOf(matrix, grid),
  };
  return path === 'query_range.csv' ? formatCsv(table) : formatSvg(table);
}

interface Grid {
  readonly startS: number;
  readonly stepSeconds: number;
  readonly rowCount: number;
}

/** The instants of a query that was answered. */
function gridOf(params: URLSearchParams): Grid {
  const [startMs = 0, endMs = 0] = [timeParameter(params, 'start'), timeParameter(params, 'end')];
  const stepMs = Math.floor(durationParameter(params, 'step') ?? 1);
  const rowCount = Math.floor((endMs - startMs) / stepMs) + 1;
  return { startS: startMs / 1000, stepSeconds: stepMs / 1000, rowCount };
}

function columnsOf(matrix: Matrix, { startS, stepSeconds, rowCount }: Grid): RangeColumn[] {
  return matrix.map(({ metric, values }) => {
    const { __name__: name = '', ...labels } = metric;
    const column = new Array<number | null>(rowCount).fill(null);
    for (const [seconds, value] of values) {
      const number = Number(value);
      // NaN and the infinities have no place on an axis.
      if (Number.isFinite(number)) column[Math.round((seconds - startS) / stepSeconds)] = number;
    }
    return { title: seriesKey(name, labels) || '{}', values: column };
  });
}
