/** A query thread: its own host table and read-only archives, and the tasks that the main thread gives it. */
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import type { HostTable } from '../hosts/host-table.ts';
import { attachHostTable } from '../ingest/start.ts';
import { openSampleStore } from '../store/sample-reader.ts';
import { openQueryData } from './query-data.ts';
import { serveTasks } from './serve-tasks.ts';

export interface QueryThreadData {
  /** What `IngestHandle.attach` gave. */
  readonly port: MessagePort;
  /** `samples.db` */
  readonly file: string;
  readonly archives: readonly string[];
}

/** Until then an ingest thread at work has told the time. */
const FILLED_MS_MAX = 3000;

if (parentPort) {
  const { port, file, archives } = workerData as QueryThreadData;
  const hosts = attachHostTable(port);
  const store = openSampleStore({ file, archives, hosts });
  await untilFilled(hosts);
  serveTasks(parentPort, openQueryData(hosts, store));
}

/** The ingest thread tells all hosts and then, once a second, the time: before that a query would find nothing. */
function untilFilled(hosts: HostTable): Promise<void> {
  return new Promise((resolve) => {
    const finish = () => {
      clearTimeout(timer);
      unsubscribe();
      resolve();
    };
    const timer = setTimeout(finish, FILLED_MS_MAX);
    const unsubscribe = hosts.subscribe(({ kind }) => {
      if (kind === 'second') finish();
    });
  });
}
