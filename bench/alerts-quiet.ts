/**
 * How quiet the built-in rules are: replayed over a week of the demo's cluster, whose hosts have no faults but those that it gives to five of a
 * hundred, and of an appliance that lost a few datagrams and installed machines. What fires on others is a false alarm; the exit code is 1 then.
 *
 *     node bench/alerts-quiet.ts [--hosts 200] [--days 7]
 */
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { formatTable } from '../cli/output.ts';
import { OwnHistory } from '../collector/alerts/own-history.ts';
import { ownSamples } from '../collector/alerts/own-samples.ts';
import { openRegistry } from '../collector/registry.ts';
import { emptyActivity, isDead, observe } from '../demo/activity.ts';
import { buildCluster } from '../demo/cluster.ts';
import { DEMO_METRICS } from '../demo/metrics.ts';
import { backtest, settingsOver, startOver } from './past.ts';

const { values: options } = parseArgs({
  options: {
    hosts: { type: 'string', default: '200' },
    days: { type: 'string', default: '7' },
  },
});
const BUILT_IN = join(import.meta.dirname, '../collector/alerts/built-in.yml');
const NO_LAG = { bounds: [], counts: [0], sum: 0 };
const untilS = Math.floor(Date.now() / 1000);
const cluster = buildCluster(Number(options.hosts));
const faulty = new Set(cluster.filter(({ fault }) => fault).map(({ name }) => name));
const past = {
  metrics: DEMO_METRICS.map(({ metric }) => metric),
  hosts: cluster.map((host) => {
    const activity = emptyActivity(host);
    return {
      name: host.name,
      labels: host.labels,
      step: (second: number, into: Float64Array) => {
        if (isDead(host, second)) return false;
        observe(host, second, activity);
        for (const [index, { value }] of DEMO_METRICS.entries()) into[index] = value(activity);
        return true;
      },
    };
  }),
  fromS: untilS - Number(options.days) * 86_400,
  untilS,
};

process.stderr.write(`filling ${cluster.length} hosts × ${options.days} days …\n`);
const settings = settingsOver(past);
fillOwnHistory();
const collector = await startOver(settings, past);
let falseAlarms = 0;
try {
  const { rules } = await backtest(collector.url, readFileSync(BUILT_IN, 'utf8'), past);
  const rows = rules.map(({ rule, severity, fires, alerts, error }) => {
    const wrong = alerts.filter(
      ({ labels, firings }) => firings.length > 0 && !faulty.has(labels['host'] ?? ''),
    );
    falseAlarms += wrong.length;
    const hosts = wrong.map(({ labels }) => labels['host']).join(' ');
    return [rule, severity ?? '', error ?? fires, wrong.length, hosts.slice(0, 60)];
  });
  process.stdout.write(formatTable(['RULE', 'SEVERITY', 'FIRED', 'ON SOUND HOSTS', 'WHICH'], rows));
} finally {
  await collector.close();
  rmSync(settings.data, { recursive: true });
}
process.exit(falseAlarms > 0 ? 1 : 0);

/** Each day a burst of 20 datagrams is dropped, and three machines are installed, each silent for up to six minutes. */
function fillOwnHistory(): void {
  const registry = openRegistry(settings.data);
  registry.pragma('synchronous = OFF');
  const history = new OwnHistory(registry);
  for (let second = past.fromS; second < untilS; second += 60) {
    const minute = Math.floor(second / 60);
    const status = { datagrams: minute * 60 * cluster.length, rejected: {}, gaps: 0 };
    const kernelDrops = 20 * Math.floor(minute / 1440);
    const ingest = { ...status, kernelDrops, samples: 0, backfilled: 0, lagSeconds: NO_LAG };
    const installs = minute % 1440 < 25 ? ['n001', 'n002', 'n003'] : [];
    const heardMs = (second - (minute % 7) * 60) * 1000;
    history.note(second * 1000, () =>
      ownSamples(
        { ingest },
        installs.map((node) => ({ node, heardMs })),
        second * 1000,
      ),
    );
  }
  registry.close();
}
