/**
 * What rules cost beside the ingest of many hosts, and how long an alert takes from the node's sample to the webhook.
 *
 *     node bench/alerts.ts [--hosts 1000] [--seconds 30]
 *
 * Three collectors, one after the other, get the same load: without rules, with ten rules that look at every host each second and find nothing, and
 * with ten rules that fire on every host. CPU is that of the main thread, which evaluates and notifies. For the way of an alert a further rule fires
 * on each host once a minute; it begins on the second on which the host sent the sample, so that the time includes waiting for the other hosts.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { defaultsOf } from '../base/config.ts';
import { formatTable } from '../cli/output.ts';
import { COLLECTOR_NODE_FLAGS } from '../collector/flags.ts';
import { collectorSettings } from '../collector/settings.ts';
import { usageOf } from './meter.ts';

const { values: options } = parseArgs({
  options: {
    hosts: { type: 'string', default: '1000' },
    seconds: { type: 'string', default: '30' },
  },
});
const HOSTS = Number(options.hosts);
const SECONDS = Number(options.seconds);
/** Until hosts are known, rules have begun and code is compiled. */
const WARM_UP_SECONDS = 15;
const PORT = 18_930;
const COMPILE_CACHE = join(import.meta.dirname, '../node_modules/.cache/clustermon');
const MAIN_THREAD = 'MainThread';
const METRICS = [
  ...['load_one', 'load_five', 'load_fifteen', 'cpu_user', 'cpu_system', 'cpu_idle'],
  ...['mem_free', 'mem_available', 'bytes_in', 'bytes_out'],
];
const ONCE_A_MINUTE = { alert: 'OnceAMinute', expr: 'uptime % 60 == 0' };
const RULES: Readonly<Record<string, readonly object[]>> = {
  'no rules': [],
  '10 rules, quiet': METRICS.map((metric) => ({ alert: `Q_${metric}`, expr: `${metric} < 0` })),
  '10 rules, all firing': METRICS.map((metric) => ({
    alert: `F_${metric}`,
    expr: `${metric} >= 0`,
    annotations: { summary: '{{ $labels.host }} has {{ $value | humanize }}' },
  })),
};

/** Milliseconds from the second of the sample to the POST, of each notification. */
const delaysMs: number[] = [];
const receiver = createServer(async (request, response) => {
  const receivedMs = Date.now();
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  response.end();
  const { alerts } = JSON.parse(Buffer.concat(chunks).toString()) as {
    alerts: readonly { startsAt: string }[];
  };
  for (const { startsAt } of alerts) delaysMs.push(receivedMs - Date.parse(startsAt));
}).listen(0, '127.0.0.1');
await once(receiver, 'listening');
const webhook = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`;

/** Only the probe is told: the others would all be in one notification. */
const ROUTING = {
  route: {
    receiver: 'nobody',
    routes: [
      {
        receiver: 'bench',
        matchers: ['alertname="OnceAMinute"'],
        group_by: ['...'],
        group_wait: '0s',
      },
    ],
  },
  receivers: [
    { name: 'nobody' },
    { name: 'bench', webhook_configs: [{ url: webhook, send_resolved: false }] },
  ],
};

async function run(rules: readonly object[]): Promise<number> {
  const data = mkdtempSync(join(tmpdir(), 'clustermon-bench-alerts-'));
  const file = (name: string, content: string): string => {
    writeFileSync(join(data, name), content, { mode: 0o600 });
    return join(data, name);
  };
  const secret = file('secret', 'ab'.repeat(32));
  const settings = {
    ...defaultsOf(collectorSettings),
    ...{ data, port: PORT, webPort: 0, builtInRules: false },
    ruleFiles: [
      file(
        'rules.yml',
        JSON.stringify({
          groups: [{ name: 'bench', interval: '1s', rules: [...rules, ONCE_A_MINUTE] }],
        }),
      ),
    ],
    routingFile: file('routing.yml', JSON.stringify(ROUTING)),
  };
  const main = join(import.meta.dirname, '../collector/main.ts');
  const collector = spawn(
    process.execPath,
    [...COLLECTOR_NODE_FLAGS, main, JSON.stringify(settings)],
    {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, NODE_COMPILE_CACHE: COMPILE_CACHE },
    },
  );
  try {
    await untilReady(collector);
    return await cpuUnderLoad(collector.pid ?? 0, secret);
  } finally {
    collector.kill('SIGTERM');
    await once(collector, 'exit');
    rmSync(data, { recursive: true, force: true });
  }
}

/** CPU of the main thread, in percent of a core. */
async function cpuUnderLoad(pid: number, secret: string): Promise<number> {
  const load = spawn(process.execPath, [
    join(import.meta.dirname, 'load.ts'),
    ...['--hosts', String(HOSTS), '--seconds', String(WARM_UP_SECONDS + SECONDS)],
    ...['--port', String(PORT), '--secret', secret],
  ]);
  await sleep(WARM_UP_SECONDS * 1000);
  delaysMs.length = 0;
  const before = usageOf(pid, MAIN_THREAD).cpuSeconds;
  await sleep(SECONDS * 1000);
  const cpuSeconds = usageOf(pid, MAIN_THREAD).cpuSeconds - before;
  await once(load, 'exit');
  return (cpuSeconds / SECONDS) * 100;
}

async function untilReady(daemon: ChildProcess): Promise<void> {
  await new Promise<void>((resolve) => {
    daemon.stderr?.on('data', (chunk) => {
      if (String(chunk).includes(' ready ')) resolve();
    });
  });
}

function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.ceil(sorted.length * share) - 1] ?? Number.NaN;
}

const rows: (string | number)[][] = [];
for (const [name, rules] of Object.entries(RULES)) {
  process.stderr.write(`${name}: ${WARM_UP_SECONDS + SECONDS} s …\n`);
  const percent = await run(rules);
  const delays = [0.5, 0.99, 1].map((share) => quantile(delaysMs, share));
  rows.push([name, percent.toFixed(1), delaysMs.length, ...delays]);
}
process.stdout.write(
  formatTable(['RULES', 'MAIN THREAD %', 'ALERTS TOLD', 'P50 MS', 'P99 MS', 'MAX MS'], rows),
);
process.exit(0);
