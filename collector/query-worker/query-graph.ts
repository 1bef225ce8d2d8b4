/** Range queries as a table or a picture: `query_range.csv` and `.svg`, a column or line for each series of each `query` parameter. */

import { seriesKey } from '../../wire/metric.ts';
import { type ApiAnswer, type ApiPorts, answerApi } from '../query/api.ts';
import { durationParameter, timeParameter } from '../query/api-request.ts';
import { formatCsv } from '../range/csv.ts';
import { formatSvg } from '../range/svg.ts';
import type { RangeColumn, RangeTable } from '../range/table.ts';

const FORMATS = {
  'query_range.csv': { type: 'text/csv; charset=utf-8', format: formatCsv },
  'query_range.svg': { type: 'image/svg+xml; charset=utf-8', format: formatSvg },
} as const;

export function isGraphPath(path: string): path is keyof typeof FORMATS {
  return path in FORMATS;
}

/** The matrix of a range query's answer. */
interface Matrix {
  readonly data: {
    readonly result: readonly {
      readonly metric: Readonly<Record<string, string>>;
      readonly values: readonly (readonly [seconds: number, value: string])[];
    }[];
  };
}

/** @returns the first answer that is an error, in the API's envelope, else the graph */
export function answerGraph(
  path: keyof typeof FORMATS,
  params: URLSearchParams,
  ports: ApiPorts,
): ApiAnswer {
  const columns: RangeColumn[] = [];
  for (const query of params.getAll('query')) {
    const one = new URLSearchParams(params);
    one.set('query', query);
    const answer = answerApi({ path: 'query_range', params: one }, ports);
    if (answer.status !== 200) return answer;
    columns.push(...columnsOf(JSON.parse(answer.body) as Matrix, gridOf(params)));
  }
  if (columns.length === 0 && !params.has('query'))
    return answerApi({ path: 'query_range', params }, ports);
  const { startS, stepSeconds } = gridOf(params);
  const table: RangeTable = { startS, stepSeconds, units: params.get('units') ?? '', columns };
  const { type, format } = FORMATS[path];
  return { status: 200, type, body: format(table) };
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

function columnsOf({ data }: Matrix, { startS, stepSeconds, rowCount }: Grid): RangeColumn[] {
  return data.result.map(({ metric, values }) => {
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
