import type { HostTable } from '../hosts/host-table.ts';
import { NodeNames } from '../names/node-names.ts';
import type { QueryGate } from '../query/api.ts';
import { RangeCache } from '../query/range-cache.ts';
import type { SampleSource } from '../query/source.ts';
import { ClusterSource } from '../query-source/cluster-source.ts';
import { SETTLED_SECONDS } from '../query-source/rows.ts';
import type { SampleStore } from '../store/sample-store.ts';

/** What tasks read from. */
export interface QueryData {
  readonly hosts: HostTable;
  readonly store: SampleStore;
  readonly source: SampleSource;
  readonly cache?: RangeCache;
  nowMs(): number;
  readonly gate?: QueryGate;
}

/** Everything that the archives and the memory of one collector hold, under all of its names. */
export function openQueryData(hosts: HostTable, store: SampleStore): QueryData {
  const natives = new ClusterSource({ hosts, store, nowMs: Date.now });
  const cache = new RangeCache({
    nowMs: Date.now,
    unsettled: () => [hosts.second - SETTLED_SECONDS + 1, hosts.second],
    arrivals: (second) => hosts.arrivals.newest(second),
    generation: () => natives.generation,
    lateValues: () => hosts.ingest.backfilled,
  });
  return { hosts, store, source: new NodeNames(natives, hosts), cache, nowMs: Date.now };
}
