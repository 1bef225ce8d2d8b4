/** Archives as a month of samples would have left them, written through the store's own encoders. */
import { join } from 'node:path';
import { BlockEncoder } from '../../collector/archive/block.ts';
import { type Archive, blockStart, layoutArchives } from '../../collector/archive/layout.ts';
import { BlockStore, openSamples } from '../../collector/store/block-store.ts';
import { encodeFolded, type Folded, rowsOf } from '../../collector/store/folding.ts';
import { HostStore } from '../../collector/store/host-store.ts';
import { SampleWriter } from '../../collector/store/sample-writer.ts';
import { SIMULATED_METRICS, SimulatedHost } from '../simulated-host.ts';

/** Number of the one series that each host has. */
const SERIES = 0;

interface PastSettings {
  readonly data: string;
  readonly archives: readonly string[];
}

interface PastExtent {
  /** One of the simulated hosts'. */
  readonly metric: string;
  readonly hosts: number;
  readonly days: number;
}

/** Fills the 5 min archive of one metric of `hosts` hosts for the last `days` days, and folds it into the coarser ones. */
export function fillPast(
  settings: PastSettings,
  { metric, hosts: hostCount, days }: PastExtent,
): void {
  const nowS = Math.floor(Date.now() / 1000);
  const startS = nowS - days * 86_400;
  const archives = layoutArchives(settings.archives);
  const archive = archives.find(({ stepSeconds }) => stepSeconds === 300) as Archive;
  const database = openSamples(join(settings.data, 'samples.db'), archives);
  const blocks = new BlockStore(database, archives);
  const hosts = new HostStore(database);
  const encoder = new BlockEncoder();
  const writer = new SampleWriter(database, archives);
  const column = SIMULATED_METRICS.findIndex(({ name }) => name === metric);
  hosts.saveMetric(SERIES, SIMULATED_METRICS[column]!);
  for (let number = 1; number <= hostCount; number += 1) {
    database
      .transaction(() => {
        hosts.saveHost({
          ...{ number, id: number.toString(16).padStart(32, '0'), address: '127.0.0.1' },
          ...{ name: `h${String(number).padStart(4, '0')}`, labels: {}, facts: {} },
          ...{ bootMs: startS * 1000, firstSeenMs: startS * 1000, lastSeenMs: nowS * 1000 },
          ...{ state: 'up', schema: 1, series: [SERIES], live: [SERIES] },
        });
        for (const block of pastOf(number, { column, archive, startS, nowS })) {
          const data = encodeFolded(block, encoder);
          if (data) blocks.write(archive, number, block.start, data);
        }
        writer.catchUp(number, nowS);
      })
      .immediate();
  }
  database.close();
}

interface Past {
  /** Of the simulated values. */
  readonly column: number;
  readonly archive: Archive;
  readonly startS: number;
  readonly nowS: number;
}

/** Each row as if 300 samples had been the same. */
function* pastOf(number: number, { column, archive, startS, nowS }: Past): Generator<Folded> {
  const host = new SimulatedHost(number, 1);
  const values = new Float64Array(SIMULATED_METRICS.length);
  const { spanSeconds, stepSeconds: step, rowsPerBlock: rowCount } = archive;
  for (let start = blockStart(archive, number, startS); start < nowS; start += spanSeconds) {
    const folded: Folded = { start, step, rowCount, series: new Map() };
    for (let row = 0; row < rowCount && start + (row + 1) * step <= nowS; row += 1) {
      host.step(values);
      const value = values[column]!;
      const rows = rowsOf(folded, SERIES);
      rows.count[row] = step;
      rows.sum[row] = value * step;
      rows.min[row] = value;
      rows.max[row] = value;
    }
    yield folded;
  }
}
