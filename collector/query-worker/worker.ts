/** A query thread: its own host table and read-only archives, and the tasks that the main thread gives it. */
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { attachHostTable } from '../ingest/start.ts';
import { NodeNames } from '../names/node-names.ts';
import { ClusterSource } from '../query-source/cluster-source.ts';
import { openSampleStore } from '../store/sample-reader.ts';
import { serveTasks } from './serve-tasks.ts';

export interface QueryThreadData {
  /** What `IngestHandle.attach` gave. */
  readonly port: MessagePort;
  /** `samples.db` */
  readonly file: string;
  readonly archives: readonly string[];
}

if (parentPort) {
  const { port, file, archives } = workerData as QueryThreadData;
  const hosts = attachHostTable(port);
  const store = openSampleStore({ file, archives, hosts });
  const natives = new ClusterSource({ hosts, store, nowMs: Date.now });
  const source = new NodeNames(natives, hosts);
  serveTasks(parentPort, { hosts, store, source, nowMs: Date.now });
}
