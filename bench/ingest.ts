/**
 * The ingest side beside rrdcached, Prometheus and VictoriaMetrics (Debian packages): the same values of the same hosts, second by second in
 * real time, one peer after the other in one run.
 *
 *     node bench/ingest.ts [--hosts 1000] [--seconds 240] [--peers clustermon,victoria,prometheus,rrdcached] [--journal]
 *
 * CPU is that of the peer's process from the tenth second on, divided by the samples of that time; of clustermon that of the ingest
 * thread, which authenticates, consolidates into every archive and stores, while other threads evaluate rules and serve the page. Bytes are those on
 * disk after the peer was made to write all that it holds, memory that of the whole process. Ten thousand hosts need net.core.rmem_max=8388608:
 *
 *     node bench/ingest.ts --hosts 10000 --seconds 300 --journal --peers clustermon
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { defaultsOf } from '../base/config.ts';
import { formatTable } from '../cli/output.ts';
import { COLLECTOR_NODE_FLAGS } from '../collector/flags.ts';
import { kernelDrops } from '../collector/ingest/kernel-drops.ts';
import { collectorSettings } from '../collector/settings.ts';
import {
  type Peer,
  startPrometheus,
  startRrdcached,
  startVictoriaMetrics,
} from './ingest-peers.ts';
import { folderBytes, type Usage, usageOf } from './meter.ts';
import { SIMULATED_METRICS, SimulatedHost } from './simulated-host.ts';

const { values: options } = parseArgs({
  options: {
    hosts: { type: 'string', default: '1000' },
    seconds: { type: 'string', default: '240' },
    peers: { type: 'string', default: 'clustermon,victoria,prometheus,rrdcached' },
    journal: { type: 'boolean', default: false },
  },
});
const HOSTS = Number(options.hosts);
const SECONDS = Number(options.seconds);
const WARM_UP_SECONDS = 10;
const COMPILE_CACHE = join(import.meta.dirname, '../node_modules/.cache/clustermon');
const PORT = 18_900;
const SEED = 1;

interface Result {
  readonly name: string;
  readonly cpuPerMillion: number;
  readonly bytesPerSample: number;
  readonly writtenPerSample: number;
  readonly rssMb: number;
}

/** @param bytes on disk, of `seconds` */
function resultOf(name: string, before: Usage, after: Usage, bytes: number): Result {
  const perSecond = HOSTS * SIMULATED_METRICS.length;
  const measured = perSecond * (SECONDS - WARM_UP_SECONDS);
  return {
    name,
    cpuPerMillion: ((after.cpuSeconds - before.cpuSeconds) / measured) * 1e6,
    bytesPerSample: bytes / (perSecond * SECONDS),
    writtenPerSample: (after.writtenBytes - before.writtenBytes) / measured,
    rssMb: after.rssBytes / 1e6,
  };
}

async function runClustermon(folder: string): Promise<Result> {
  const secretFile = join(folder, 'secret');
  writeFileSync(secretFile, 'ab'.repeat(32), { mode: 0o600 });
  const ports = { port: PORT, webPort: 0 };
  const settings = {
    ...defaultsOf(collectorSettings),
    data: folder,
    journal: options.journal,
    ...ports,
  };
  const main = join(import.meta.dirname, '../collector/main.ts');
  const daemon = spawn(
    process.execPath,
    [...COLLECTOR_NODE_FLAGS, main, JSON.stringify(settings)],
    {
      stdio: ['ignore', 'ignore', 'pipe'],
      // As the `clustermon` script sets it.
      env: { ...process.env, NODE_COMPILE_CACHE: COMPILE_CACHE },
    },
  );
  await untilReady(daemon);
  const load = spawn(process.execPath, [
    join(import.meta.dirname, 'load.ts'),
    ...['--hosts', String(HOSTS), '--seconds', String(SECONDS)],
    ...['--port', String(PORT), '--secret', secretFile, '--seed', String(SEED)],
  ]);
  const pid = daemon.pid ?? 0;
  await sleep((WARM_UP_SECONDS + 2) * 1000);
  const before = usageOf(pid, 'ingest');
  await once(load, 'exit');
  const after = usageOf(pid, 'ingest');
  process.stderr.write(
    `clustermon: ${kernelDrops(PORT, false)} datagrams dropped by the kernel, memory ${Math.round(after.rssBytesMax / 1e6)} MB at most\n`,
  );
  daemon.kill('SIGTERM');
  await once(daemon, 'exit');
  return resultOf('clustermon', before, after, statSync(join(folder, 'samples.db')).size);
}

async function untilReady(daemon: ChildProcess): Promise<void> {
  await new Promise<void>((resolve) => {
    daemon.stderr?.on('data', (chunk) => {
      if (String(chunk).includes(' ready ')) resolve();
    });
  });
}

async function runPeer(start: (folder: string, startS: number) => Promise<Peer>, folder: string) {
  const hosts = Array.from({ length: HOSTS }, (_, index) => new SimulatedHost(index, SEED));
  const values = new Float64Array(HOSTS * SIMULATED_METRICS.length);
  const peer = await start(folder, Math.floor(Date.now() / 1000));
  const pid = peer.process.pid ?? 0;
  let before = usageOf(pid);
  const first = Math.floor(Date.now() / 1000) + 2;
  for (let second = first; second < first + SECONDS; second += 1) {
    for (const [index, host] of hosts.entries()) {
      const at = index * SIMULATED_METRICS.length;
      host.step(values.subarray(at, at + SIMULATED_METRICS.length));
    }
    await sleep(Math.max(0, second * 1000 - Date.now()));
    await peer.write(second, values);
    if (second - first === WARM_UP_SECONDS - 1) before = usageOf(pid);
  }
  await peer.flush();
  const after = usageOf(pid);
  const bytes = folderBytes(peer.folder);
  peer.process.kill('SIGKILL');
  return resultOf(peer.name, before, after, bytes);
}

const RUNS: Readonly<Record<string, (folder: string) => Promise<Result>>> = {
  clustermon: runClustermon,
  victoria: (folder) => runPeer((data) => startVictoriaMetrics(data, PORT + 1), folder),
  prometheus: (folder) => runPeer((data) => startPrometheus(data, PORT + 2), folder),
  rrdcached: (folder) =>
    runPeer((data, startS) => startRrdcached(data, { hosts: HOSTS, startS }), folder),
};

const results: Result[] = [];
for (const name of options.peers.split(',')) {
  const run = RUNS[name];
  if (!run) throw new Error(`no peer ${name}; there are ${Object.keys(RUNS).join(', ')}`);
  process.stderr.write(`${name}: ${SECONDS} s …\n`);
  const folder = mkdtempSync(join(tmpdir(), `clustermon-bench-${name}-`));
  try {
    results.push(await run(folder));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const [own] = results;
const ratio = (value: number, of: number | undefined) =>
  `${value.toPrecision(3)} (${(value / (of ?? value)).toFixed(1)}×)`;
process.stdout.write(
  formatTable(
    ['PEER', 'CPU S/1M SAMPLES', 'BYTES/SAMPLE', 'WRITTEN/SAMPLE', 'RSS MB'],
    results.map((one) => [
      one.name,
      ratio(one.cpuPerMillion, own?.cpuPerMillion),
      ratio(one.bytesPerSample, own?.bytesPerSample),
      ratio(one.writtenPerSample, own?.writtenPerSample),
      ratio(one.rssMb, own?.rssMb),
    ]),
  ),
);
process.exit(0);
