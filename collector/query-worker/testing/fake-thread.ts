/** A query thread over a made-up cluster; reading its host `slow` takes 100 ms, reading `crash` ends the thread. */
import { parentPort } from 'node:worker_threads';
import { FakeCluster } from '../../http/testing/fake-cluster.ts';
import { queryData } from '../../http/testing/query-data.ts';
import type { RangeQuery } from '../../store/sample-store.ts';
import { serveTasks } from '../serve-tasks.ts';

class TreacherousCluster extends FakeCluster {
  override read(query: RangeQuery) {
    const name = this.byNumber(query.host)?.name;
    if (name === 'crash') process.exit(1);
    if (name === 'slow') Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100);
    return super.read(query);
  }
}

const cluster = new TreacherousCluster(1_767_225_600);
for (const name of ['n001', 'slow', 'crash']) cluster.addHost(name);
if (parentPort) {
  serveTasks(parentPort, queryData(cluster));
}
