/**
 * Compiles the collector's sources into NODE_COMPILE_CACHE, so that its first start finds them there as every later one does: a thread
 * that finds one source missing keeps Node's type stripper in memory, 17 MB each.
 */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { COLLECTOR_NODE_FLAGS } from '../collector/flags.ts';

const COLLECTOR = join(import.meta.dirname, '../collector');
const THREADS = [
  'ingest/worker.ts',
  'ingest/checkpointer.ts',
  'ingest/rebuilder.ts',
  'query-worker/worker.ts',
];

// What is kept holds for one set of flags, and for the main thread or for workers.
if (process.argv[2] === 'here') {
  await import(join(COLLECTOR, 'main.ts'));
  for (const entry of THREADS) {
    // Without data to work on it fails, which is when its sources are compiled.
    new Worker(join(COLLECTOR, entry)).on('error', () => undefined);
  }
} else {
  execFileSync(process.execPath, [...COLLECTOR_NODE_FLAGS, import.meta.filename, 'here']);
}
