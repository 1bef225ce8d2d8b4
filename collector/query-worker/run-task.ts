import { InputError } from '../../base/errors.ts';
import type { HostTable } from '../hosts/host-table.ts';
import type { QueryAnswer, QueryTask } from '../http/ports.ts';
import type { SampleSource } from '../query/source.ts';
import { type RangeSource, readBandRange, readSeriesRange } from '../range/read-range.ts';
import type { SampleStore } from '../store/sample-store.ts';
import { federate } from './federate.ts';

/** What tasks read from. */
export interface QueryData {
  readonly hosts: HostTable;
  readonly store: SampleStore;
  readonly source: SampleSource;
  nowMs(): number;
}

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
    case 'series':
      return json(readSeriesRange(task.request, source));
    case 'bands':
      return json(readBandRange(task.request, source));
    case 'federate':
      return federate(task.selectors, data.source, {
        timeMs: data.nowMs(),
        isCanceled: isCancelled,
      });
  }
}

function json(value: unknown): QueryAnswer {
  return {
    status: 200,
    type: 'application/json; charset=utf-8',
    body: Buffer.from(JSON.stringify(value)),
  };
}
