/** A data folder with a past that nobody recorded: the blocks of the 5 min archive that hosts would have left. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { defaultsOf } from '../base/config.ts';
import { BlockEncoder } from '../collector/archive/block.ts';
import { type Archive, blockStart, layoutArchives } from '../collector/archive/layout.ts';
import { type RunningCollector, startCollector } from '../collector/collector.ts';
import { type CollectorSettings, collectorSettings } from '../collector/settings.ts';
import { BlockStore, openSamples } from '../collector/store/block-store.ts';
import { encodeFolded, type Folded, rowsOf } from '../collector/store/folding.ts';
import { HostStore } from '../collector/store/host-store.ts';
import { SampleWriter } from '../collector/store/sample-writer.ts';
import type { BacktestReport } from '../wire/http.ts';
import type { Labels, Metric } from '../wire/metric.ts';

const STEP_SECONDS = 300;

export interface PastHost {
  readonly name: string;
  readonly labels: Labels;
  /** The values of one second, in the order of the metrics; false = the host was down. */
  step(second: number, into: Float64Array): boolean;
}

export interface Past {
  readonly metrics: readonly Metric[];
  readonly hosts: readonly PastHost[];
  readonly fromS: number;
  readonly untilS: number;
}

/** Settings of a collector over a new folder with this past; each row is as if its 300 samples had been the same. */
export function settingsOver(past: Past): CollectorSettings {
  const data = mkdtempSync(join(tmpdir(), 'clustermon-bench-past-'));
  const settings = {
    ...defaultsOf(collectorSettings),
    ...{ data, port: 0, webPort: 0, open: true, queryTimeoutSeconds: 600 },
  };
  const archives = layoutArchives(settings.archives);
  const archive = archives.find(({ stepSeconds }) => stepSeconds === STEP_SECONDS) as Archive;
  const database = openSamples(join(data, 'samples.db'), archives);
  const blocks = new BlockStore(database, archives);
  const hosts = new HostStore(database);
  const encoder = new BlockEncoder();
  const writer = new SampleWriter(database, archives);
  for (const [number, metric] of past.metrics.entries()) hosts.saveMetric(number, metric);
  for (const [index, host] of past.hosts.entries()) {
    const number = index + 1;
    database
      .transaction(() => {
        saveHost(hosts, number, host, past);
        for (const block of blocksOf(archive, number, host, past)) {
          const bytes = encodeFolded(block, encoder);
          if (bytes) blocks.write(archive, number, block.start, bytes);
        }
        writer.catchUp(number, past.untilS);
      })
      .immediate();
  }
  database.close();
  return settings;
}

function saveHost(hosts: HostStore, number: number, host: PastHost, past: Past): void {
  const series = past.metrics.map((_, index) => index);
  hosts.saveHost({
    number,
    id: number.toString(16).padStart(32, '0'),
    name: host.name,
    address: '127.0.0.1',
    labels: host.labels,
    facts: {},
    bootMs: past.fromS * 1000,
    firstSeenMs: past.fromS * 1000,
    lastSeenMs: past.untilS * 1000,
    state: 'up',
    schema: 1,
    series,
    live: series,
  });
}

function* blocksOf(
  archive: Archive,
  number: number,
  host: PastHost,
  { metrics, fromS, untilS }: Past,
): Generator<Folded> {
  const values = new Float64Array(metrics.length);
  const { spanSeconds, stepSeconds: step, rowsPerBlock: rowCount } = archive;
  for (let start = blockStart(archive, number, fromS); start < untilS; start += spanSeconds) {
    const folded: Folded = { start, step, rowCount, series: new Map() };
    for (let row = 0; row < rowCount && start + (row + 1) * step <= untilS; row += 1) {
      if (!host.step(start + row * step, values)) continue;
      for (const [id, value] of values.entries()) {
        const rows = rowsOf(folded, id);
        rows.count[row] = step;
        rows.sum[row] = value * step;
        rows.min[row] = value;
        rows.max[row] = value;
      }
    }
    yield folded;
  }
}

/** Starts a collector and waits until a query thread knows the hosts. */
export async function startOver(
  settings: CollectorSettings,
  past: Past,
): Promise<RunningCollector> {
  const collector = await startCollector(settings);
  for (let tries = 0; tries < 100; tries += 1) {
    const query = encodeURIComponent('count(up)');
    const answer = await fetch(`${collector.url}/api/v1/query?query=${query}`);
    if ((await answer.text()).includes(`"${past.hosts.length}"]`)) return collector;
    await sleep(100);
  }
  throw new Error('the collector does not know the hosts');
}

/** @param rules a rule file */
export async function backtest(url: string, rules: string, past: Past): Promise<BacktestReport> {
  const answer = await fetch(`${url}/api/alerts/backtest`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ rules, fromMs: past.fromS * 1000, toMs: past.untilS * 1000 }),
  });
  if (!answer.ok) throw new Error(await answer.text());
  return (await answer.json()) as BacktestReport;
}
