import type { MatrixSeries, QueryResult, QueryValue } from './engine.ts';
import { formatSampleValue } from './literal.ts';
import { pointJson, pointsJson } from './points-json.ts';

/** `data` of an answer to a query, in the HTTP API's JSON; `stats` is JSON text or ''. */
export function resultJson(
  value: QueryValue,
  stats: string,
  writePoints: QueryResult['pointsJson'] = (series) => pointsJson(series, 0, series.values.length),
): string {
  const tail = stats === '' ? '' : `,"stats":${stats}`;
  return `{"resultType":"${value.type}","result":${valueJson(value, writePoints)}${tail}}`;
}

function valueJson(value: QueryValue, writePoints: (series: MatrixSeries) => string): string {
  switch (value.type) {
    case 'scalar':
      return pointJson(value.timeMs, value.value);
    case 'string':
      return `[${value.timeMs / 1000},${JSON.stringify(value.value)}]`;
    case 'vector': {
      const seconds = String(value.timeMs / 1000);
      let samples = '';
      for (const { labels, value: number } of value.samples) {
        if (samples !== '') samples += ',';
        samples += `{"metric":${labels.json},"value":[${seconds},"${formatSampleValue(number)}"]}`;
      }
      return `[${samples}]`;
    }
    case 'matrix': {
      const series = value.series.map(
        (one) => `{"metric":${one.labels.json},"values":[${writePoints(one)}]}`,
      );
      return `[${series.join(',')}]`;
    }
  }
}
