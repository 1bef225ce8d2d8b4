/**
 * Compiles the collector's sources into NODE_COMPILE_CACHE, so that its first start finds them there as every later one does: a thread
 * that finds one source missing keeps Node's type stripper in memory, 17 MB each.
 */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { COLLECTOR_NODE_FLAGS } from '../collector/flags.ts';

/** What the threads of the collector begin with. */
const ENTRIES = [
  'main.ts',
  'ingest/worker.ts',
  'ingest/checkpointer.ts',
  'query-worker/worker.ts',
].map((name) => pathToFileURL(join(import.meta.dirname, '../collector', name)).href);

// In a process of its own, because what is kept holds for one set of flags.
execFileSync(process.execPath, [
  ...COLLECTOR_NODE_FLAGS,
  '--input-type=module',
  '--eval',
  ENTRIES.map((entry) => `import ${JSON.stringify(entry)};`).join('\n'),
]);
