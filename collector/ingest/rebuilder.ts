/** The thread that makes the summaries of the time before a start: seconds of work that the ingest thread must not wait for. */
import { parentPort, workerData } from 'node:worker_threads';
import { layoutArchives } from '../archive/layout.ts';
import { openSamplesReadonly } from '../store/block-store.ts';
import { type RebuildRange, rebuildSummaries } from './rebuild.ts';

/** `workerData` of the thread. */
export interface RebuildData {
  /** `samples.db` */
  readonly file: string;
  /** As in the settings. */
  readonly archives: readonly string[];
  readonly range: RebuildRange;
}

if (parentPort) {
  const { file, archives, range } = workerData as RebuildData;
  const database = openSamplesReadonly(file);
  for (const block of rebuildSummaries(database, layoutArchives(archives), range)) {
    parentPort.postMessage(block);
  }
  database.close();
}
