/**
 * Compiles the sources of collector and agent into NODE_COMPILE_CACHE, so that the first start finds them there as every later one does: a
 * thread that finds one source missing keeps Node's type stripper in memory, 17 MB each.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { AGENT_NODE_FLAGS } from '../base/agent-flags.ts';
import { COLLECTOR_NODE_FLAGS } from '../collector/flags.ts';

const AGENT = join(import.meta.dirname, '../agent/main.ts');
/** No settings: an agent that gets them ends when it has loaded its sources. */
const NO_SETTINGS = '!';
const COLLECTOR = join(import.meta.dirname, '../collector');
const THREADS = [
  'ingest/worker.ts',
  '../base/checkpoint-thread.ts',
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
  spawnSync(process.execPath, [...AGENT_NODE_FLAGS, AGENT, NO_SETTINGS]);
}
