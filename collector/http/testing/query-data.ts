import { ClusterSource } from '../../query-source/cluster-source.ts';
import type { QueryData } from '../../query-worker/run-task.ts';
import type { FakeCluster } from './fake-cluster.ts';

/** What query tasks read, over a made-up cluster. */
export function queryData(cluster: FakeCluster): QueryData {
  const nowMs = () => cluster.nowMs();
  const source = new ClusterSource({ hosts: cluster, store: cluster, nowMs });
  return { hosts: cluster, store: cluster, source, nowMs };
}
