import { InputError } from '../../base/errors.ts';
import { drawAlertGraph } from '../alerts/alert-graph.ts';
import { backtest } from '../alerts/backtest-report.ts';
import { explainExpression } from '../alerts/explain.ts';
import { UnionSource } from '../alerts/union-source.ts';
import type { QueryAnswer, QueryTask, RangeFormat } from '../http/ports.ts';
import { answerApi } from '../query/api.ts';
import type { SampleSource } from '../query/source.ts';
import { findChanges } from '../range/changes.ts';
import { formatCsv } from '../range/csv.ts';
import { type RangeSource, readBandRange, readSeriesRange } from '../range/read-range.ts';
import { formatSvg } from '../range/svg.ts';
import { type RangeTable, tableOfBands, tableOfSeries } from '../range/table.ts';
import { federate } from './federate.ts';
import type { QueryData } from './query-data.ts';
import { answerGraph, isGraphPath } from './query-graph.ts';
import { type RecordedSeries, sourceOfRecorded } from './recorded.ts';

const JSON_TYPE = 'application/json; charset=utf-8';

/**
 * Does one task to the end.
 * @param isCancelled becomes true when nobody waits for the answer any more
 * @throws InputError what the task refuses, or `query-canceled`
 */
export function runTask(task: QueryTask, data: QueryData, isCancelled: () => boolean): QueryAnswer {
  const source: RangeSource = {
    hosts: data.hosts,
    store: data.store,
    nowMs: () => data.nowMs(),
    checkWanted: () => {
      if (isCancelled()) throw new InputError('query-canceled', 'the client has gone');
    },
  };
  switch (task.kind) {
    case 'series': {
      const range = readSeriesRange(task.request, source);
      return formatted(task.format, range, () => tableOfSeries(range));
    }
    case 'bands': {
      const range = readBandRange(task.request, source);
      return formatted(task.format, range, () => tableOfBands(range));
    }
    case 'changes':
      return answer(JSON_TYPE, JSON.stringify(findChanges(task.request, source)));
    case 'prometheus':
      return prometheus(task, data, isCancelled);
    case 'federate':
      return federate(task, data.source, data.nowMs());
    case 'alert-graph': {
      const source = withRecorded(task.recorded, data.source);
      return json(drawAlertGraph(task.request, { source, isCanceled: isCancelled }));
    }
    case 'backtest': {
      const source = withRecorded(task.recorded, data.source);
      return json(backtest(task.request, { source, isCanceled: isCancelled }));
    }
    case 'explain':
      return json(explainExpression(task.expr, task, withRecorded(task.recorded, data.source)));
  }
}

function prometheus(
  { path, params, recorded }: Extract<QueryTask, { kind: 'prometheus' }>,
  { source: hosts, cache, nowMs, gate }: QueryData,
  isCanceled: () => boolean,
): QueryAnswer {
  const ports =
    recorded.length === 0
      ? { source: hosts, ...(cache && { cache }) }
      : { source: withRecorded(recorded, hosts) };
  const given = new URLSearchParams(params);
  const apiPorts = { ...ports, nowMs, isCanceled, gate };
  const answered = isGraphPath(path)
    ? answerGraph(path, given, apiPorts)
    : answerApi({ path, params: given }, apiPorts);
  return { type: 'application/json', ...answered };
}

function withRecorded(recorded: readonly RecordedSeries[], hosts: SampleSource): SampleSource {
  return recorded.length === 0 ? hosts : new UnionSource(hosts, sourceOfRecorded(recorded));
}

function formatted(format: RangeFormat, range: object, table: () => RangeTable): QueryAnswer {
  switch (format) {
    case 'json':
      return json(range);
    case 'csv':
      return answer('text/csv; charset=utf-8', formatCsv(table()));
    case 'svg':
      return answer('image/svg+xml; charset=utf-8', formatSvg(table()));
  }
}

function json(value: object | null): QueryAnswer {
  return answer(JSON_TYPE, JSON.stringify(value));
}

function answer(type: string, text: string): QueryAnswer {
  return { status: 200, type, body: text };
}
