/**
 * `alert backtest` over a long past of many hosts: a data folder is filled with the 5 min archive that 50 metrics of each host would have left,
 * a collector started on it, and rules replayed through its API, as the command does.
 *
 *     node bench/alerts-past.ts [--hosts 200] [--days 30] [--runs 3]
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { defaultsOf } from '../base/config.ts';
import { formatTable } from '../cli/output.ts';
import { BlockEncoder } from '../collector/archive/block.ts';
import { type Archive, blockStart, layoutArchives } from '../collector/archive/layout.ts';
import { startCollector } from '../collector/collector.ts';
import { collectorSettings } from '../collector/settings.ts';
import { BlockStore, openSamples } from '../collector/store/block-store.ts';
import { encodeFolded, type Folded, rowsOf } from '../collector/store/folding.ts';
import { HostStore } from '../collector/store/host-store.ts';
import { SampleWriter } from '../collector/store/sample-writer.ts';
import type { BacktestReport } from '../wire/http.ts';
import { SIMULATED_METRICS, SimulatedHost } from './simulated-host.ts';

const { values: options } = parseArgs({
  options: {
    hosts: { type: 'string', default: '200' },
    days: { type: 'string', default: '30' },
    runs: { type: 'string', default: '3' },
  },
});
const HOSTS = Number(options.hosts);
const DAYS = Number(options.days);
const RUNS = Number(options.runs);
const NOW_S = Math.floor(Date.now() / 1000);
const START_S = NOW_S - DAYS * 86_400;

const RULES = [
  { alert: 'Busy', expr: 'load_one > 8', for: '10m' },
  { alert: 'MemoryLow', expr: 'mem_available / mem_total < 0.05', for: '10m' },
  { alert: 'Errors', expr: 'avg_over_time(cpu_wio[1h]) > 20', for: '1h' },
  { alert: 'Unlike', expr: 'cpu_idle - on () group_left () avg(cpu_idle) > 30', for: '1h' },
];

const settings = {
  ...defaultsOf(collectorSettings),
  data: mkdtempSync(join(tmpdir(), 'clustermon-bench-alerts-')),
  port: 0,
  webPort: 0,
  open: true,
};
const archives = layoutArchives(settings.archives);
const archive = archives.find(({ stepSeconds }) => stepSeconds === 300) as Archive;

function fill(): void {
  const database = openSamples(join(settings.data, 'samples.db'), archives);
  const blocks = new BlockStore(database, archives);
  const hosts = new HostStore(database);
  const encoder = new BlockEncoder();
  const writer = new SampleWriter(database, archives);
  for (const [number, metric] of SIMULATED_METRICS.entries()) hosts.saveMetric(number, metric);
  for (let number = 1; number <= HOSTS; number += 1) {
    database
      .transaction(() => {
        saveHost(hosts, number);
        for (const block of pastOf(number)) {
          const data = encodeFolded(block, encoder);
          if (data) blocks.write(archive, number, block.start, data);
        }
        writer.catchUp(number, NOW_S);
      })
      .immediate();
  }
  database.close();
}

function saveHost(hosts: HostStore, number: number): void {
  const series = SIMULATED_METRICS.map((_, index) => index);
  hosts.saveHost({
    number,
    id: number.toString(16).padStart(32, '0'),
    name: `h${String(number).padStart(4, '0')}`,
    address: '127.0.0.1',
    labels: {},
    facts: {},
    bootMs: START_S * 1000,
    firstSeenMs: START_S * 1000,
    lastSeenMs: NOW_S * 1000,
    state: 'up',
    schema: 1,
    series,
    live: series,
  });
}

/** Each row as if 300 samples had been the same. */
function* pastOf(number: number): Generator<Folded> {
  const host = new SimulatedHost(number, 1);
  const values = new Float64Array(SIMULATED_METRICS.length);
  const { spanSeconds, stepSeconds: step, rowsPerBlock: rowCount } = archive;
  for (let start = blockStart(archive, number, START_S); start < NOW_S; start += spanSeconds) {
    const folded: Folded = { start, step, rowCount, series: new Map() };
    for (let row = 0; row < rowCount && start + (row + 1) * step <= NOW_S; row += 1) {
      host.step(values);
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

/** A query thread learns of the hosts while it starts. */
async function untilHostsKnown(url: string): Promise<void> {
  for (let tries = 0; tries < 100; tries += 1) {
    const answer = await fetch(`${url}/api/v1/query?query=${encodeURIComponent('count(up)')}`);
    if ((await answer.text()).includes(`"${HOSTS}"]`)) return;
    await sleep(100);
  }
  throw new Error('the collector does not know the hosts');
}

async function backtest(url: string, rule: (typeof RULES)[number]): Promise<BacktestReport> {
  const answer = await fetch(`${url}/api/alerts/backtest`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      rules: JSON.stringify({ groups: [{ name: 'bench', rules: [rule] }] }),
      fromMs: START_S * 1000,
      toMs: NOW_S * 1000,
    }),
  });
  if (!answer.ok) throw new Error(await answer.text());
  const report = (await answer.json()) as BacktestReport;
  const [first] = report.rules;
  if (first?.error) throw new Error(first.error);
  return report;
}

process.stderr.write(`filling ${HOSTS} hosts × ${DAYS} days …\n`);
fill();
const collector = await startCollector(settings);
try {
  await untilHostsKnown(collector.url);
  const rows: (string | number)[][] = [];
  for (const rule of RULES) {
    for (let run = 1; run <= RUNS; run += 1) {
      const startedMs = performance.now();
      const before = process.cpuUsage();
      const report = await backtest(collector.url, rule);
      const { user, system } = process.cpuUsage(before);
      const seconds = ((performance.now() - startedMs) / 1000).toFixed(2);
      const cpuSeconds = ((user + system) / 1e6).toFixed(2);
      rows.push([
        rule.expr,
        run,
        seconds,
        cpuSeconds,
        report.stepSeconds,
        report.rules[0]?.fires ?? 0,
      ]);
    }
  }
  process.stdout.write(
    formatTable(['RULE', 'RUN', 'SECONDS', 'CPU SECONDS', 'STEP', 'FIRES'], rows),
  );
} finally {
  await collector.close();
  rmSync(settings.data, { recursive: true });
}
process.exit(0);
