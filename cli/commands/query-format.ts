import { Labels } from '../../collector/query/labels.ts';
import { formatTable } from '../output.ts';
import type { Metric, Point, QueryData } from './query-answer.ts';
import { drawGraph } from './query-graph.ts';

/** For people: a value, a table of series, or series with their points below. */
export function formatText(data: QueryData): string {
  switch (data.resultType) {
    case 'scalar':
    case 'string':
      return `${data.result[1]}\n`;
    case 'vector':
      if (data.result.length === 0) return 'no series\n';
      return formatTable(
        ['SERIES', 'VALUE'],
        data.result.map(({ metric, value }) => [nameOf(metric), shown(value)]),
      );
    case 'matrix':
      if (data.result.length === 0) return 'no series\n';
      return data.result
        .map(
          ({ metric, values }) =>
            `${nameOf(metric)}\n${values.map((point) => `  ${timeOf(point)}  ${point[1]}\n`).join('')}`,
        )
        .join('');
  }
}

/** `time,series,value` lines, one per value. */
export function formatCsv(data: QueryData): string {
  const rows = rowsOf(data).map(([point, metric]) =>
    [timeOf(point), nameOf(metric), point[1]].map(quoted).join(','),
  );
  return `${['time,series,value', ...rows].join('\n')}\n`;
}

function rowsOf(data: QueryData): (readonly [Point, Metric])[] {
  switch (data.resultType) {
    case 'scalar':
    case 'string':
      return [[data.result, {}]];
    case 'vector':
      return data.result.map(({ metric, value }) => [value, metric]);
    case 'matrix':
      return data.result.flatMap(({ metric, values }) =>
        values.map((point) => [point, metric] as const),
      );
  }
}

/** Curves of a range query, with their series named below. */
export function formatGraph(data: QueryData, width: number): string {
  if (data.resultType !== 'matrix' || data.result.length === 0) return 'no series\n';
  const curves = data.result.map(({ metric, values }) => ({
    name: nameOf(metric),
    points: values.map(([seconds, value]) => ({
      seconds,
      value: Number(value.replace('Inf', 'Infinity')),
    })),
  }));
  return drawGraph(curves, width);
}

export function nameOf(metric: Metric): string {
  return Labels.from(metric).toString();
}

function timeOf([seconds]: Point): string {
  return new Date(seconds * 1000).toISOString();
}

/** Numbers stand to the right in a table; what is no number stays text. */
function shown([, value]: Point): string | number {
  const number = Number(value);
  return String(number) === value ? number : value;
}

function quoted(text: string): string {
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
