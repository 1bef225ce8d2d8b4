import { NodeNames } from '../../names/node-names.ts';
import { ClusterSource } from '../../query-source/cluster-source.ts';
import type { QueryData } from '../../query-worker/query-data.ts';
import type { FakeCluster } from './fake-cluster.ts';

/** What query tasks read, over a made-up cluster. */
export function queryData(cluster: FakeCluster): QueryData {
  const nowMs = () => cluster.nowMs();
  const natives = new ClusterSource({ hosts: cluster, store: cluster, nowMs });
  const source = new NodeNames(natives, cluster);
  return { hosts: cluster, store: cluster, source, nowMs };
}
