/**
 * `alert backtest` over a long past of many hosts: rules are replayed through the API of a collector whose 5 min archive holds 50 metrics of each
 * host.
 *
 *     node bench/alerts-past.ts [--hosts 200] [--days 30] [--runs 3]
 */
import { rmSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { formatTable } from '../cli/output.ts';
import { backtest, settingsOver, startOver } from './past.ts';
import { SIMULATED_METRICS, SimulatedHost } from './simulated-host.ts';

const { values: options } = parseArgs({
  options: {
    hosts: { type: 'string', default: '200' },
    days: { type: 'string', default: '30' },
    runs: { type: 'string', default: '3' },
  },
});
const RUNS = Number(options.runs);
const RULES = [
  { alert: 'Busy', expr: 'load_one > 8', for: '10m' },
  { alert: 'MemoryLow', expr: 'mem_available / mem_total < 0.05', for: '10m' },
  { alert: 'Waiting', expr: 'avg_over_time(cpu_wio[1h]) > 20', for: '1h' },
  { alert: 'Unlike', expr: 'cpu_idle - on () group_left () avg(cpu_idle) > 30', for: '1h' },
];
const untilS = Math.floor(Date.now() / 1000);
const past = {
  metrics: SIMULATED_METRICS,
  hosts: Array.from({ length: Number(options.hosts) }, (_, index) => {
    const host = new SimulatedHost(index, 1);
    return {
      name: `h${String(index).padStart(4, '0')}`,
      labels: {},
      step: (_second: number, into: Float64Array) => {
        host.step(into);
        return true;
      },
    };
  }),
  fromS: untilS - Number(options.days) * 86_400,
  untilS,
};

process.stderr.write(`filling ${past.hosts.length} hosts × ${options.days} days …\n`);
const settings = settingsOver(past);
const collector = await startOver(settings, past);
try {
  const rows: (string | number)[][] = [];
  for (const rule of RULES) {
    const file = JSON.stringify({ groups: [{ name: 'bench', rules: [rule] }] });
    for (let run = 1; run <= RUNS; run += 1) {
      const startedMs = performance.now();
      const before = process.cpuUsage();
      const { stepSeconds, rules } = await backtest(collector.url, file, past);
      const { user, system } = process.cpuUsage(before);
      const seconds = ((performance.now() - startedMs) / 1000).toFixed(2);
      const cpuSeconds = ((user + system) / 1e6).toFixed(2);
      const result = rules[0]?.error ?? rules[0]?.fires ?? 0;
      rows.push([rule.expr, run, seconds, cpuSeconds, stepSeconds, result]);
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
