/**
 * How large the archives really become, beside what `store plan` says: simulated hosts are written as fast as it goes, until every slot of
 * the archives is in use.
 *
 *     node bench/archive.ts [--hosts 30] [--archives 1s:40m,10s:20h]
 */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { formatTable } from '../cli/output.ts';
import { type Archive, blockStart, layoutArchives } from '../collector/archive/layout.ts';
import { BlockStore, openSamples } from '../collector/store/block-store.ts';
import { planArchives, planTotal } from '../collector/store/plan.ts';
import { SampleWriter } from '../collector/store/sample-writer.ts';
import { SIMULATED_METRICS, SimulatedHost } from './simulated-host.ts';

const { values: options } = parseArgs({
  options: {
    hosts: { type: 'string', default: '30' },
    archives: { type: 'string', default: '1s:40m,10s:20h' },
  },
});
const HOSTS = Number(options.hosts);
const START = 1_800_000_000;
const METRICS = SIMULATED_METRICS.length;

const archives = layoutArchives(options.archives.split(','));
const finest = archives[0] as Archive;
const coarsest = archives.at(-1) as Archive;
const seconds = (coarsest.slots + 1) * coarsest.spanSeconds;
const folder = mkdtempSync(join(tmpdir(), 'clustermon-bench-archive-'));
const file = join(folder, 'samples.db');
const database = openSamples(file, archives);
const writer = new SampleWriter(database, archives);
const columns = new Map(
  SIMULATED_METRICS.map((_, index) => [index, new Float64Array(finest.rowsPerBlock)]),
);
let storeMs = 0;

for (let host = 0; host < HOSTS; host += 1) {
  const simulated = new SimulatedHost(host, 1);
  const values = new Float64Array(METRICS);
  let start = blockStart(finest, host, START);
  for (; start < START + seconds; start += finest.spanSeconds) {
    for (let row = 0; row < finest.rowsPerBlock; row += 1) {
      simulated.step(values);
      for (const [index, column] of columns) column[row] = valueOnWire(values, index);
    }
    const before = process.cpuUsage();
    writer.put(host, start, columns);
    if (!writer.flush()) throw new Error(writer.failure);
    const { user, system } = process.cpuUsage(before);
    storeMs += (user + system) / 1000;
  }
}

function valueOnWire(values: Float64Array, index: number): number {
  const value = values[index] ?? 0;
  return SIMULATED_METRICS[index]?.type === 'float' ? Math.fround(value) : value;
}

const population = { hosts: HOSTS, seriesPerHost: METRICS };
const plans = planArchives(archives, population);
const blocks = new BlockStore(database, archives);
const rows = plans.map(({ archive, bytes: planned }) => {
  const { blocks: count, bytes } = blocks.totals(archive);
  const perRow = bytes / (count * METRICS * archive.rowsPerBlock);
  return [archive.name, count, bytes, perRow.toFixed(3), planned, (planned / bytes).toFixed(3)];
});
database.pragma('wal_checkpoint(TRUNCATE)');
database.close();
const fileBytes = statSync(file).size;
const kept = HOSTS * METRICS * finest.slots * finest.spanSeconds;
process.stdout.write(
  formatTable(['STEP', 'BLOCKS', 'BYTES', 'BYTES/ROW', 'PLANNED', 'PLANNED/BYTES'], rows),
);
process.stdout.write(
  `file ${fileBytes} bytes, planned ${planTotal(plans, population)} (${(planTotal(plans, population) / fileBytes).toFixed(3)}×); ` +
    `${(fileBytes / kept).toFixed(3)} bytes for each second of each series that the finest archive keeps; ` +
    `${((storeMs / 1000 / (HOSTS * METRICS * seconds)) * 1e6).toFixed(3)} CPU seconds for a million samples\n`,
);
rmSync(folder, { recursive: true });
