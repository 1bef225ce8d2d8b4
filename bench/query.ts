/**
 * Queries beside Prometheus and VictoriaMetrics (Debian packages), which hold the same history in the same run, while clustermon takes in
 * a sample of every series a second. The peers rest but for the queries.
 *
 *     node bench/query.ts [--hosts 1000] [--minutes 15] [--peers victoria,prometheus] [--rounds 15]
 *
 * Each query is asked by HTTP on a kept connection, one server after the other and another one first each round, and each round for a second later, as a
 * dashboard asks: first all after the same rest, as one page asks, then back to back, as many do. The column NOW is clustermon's alone: the same query up to the newest second, whose values
 * are in memory; the newest values of the peers, which rest, are those of the history. FASTER compares medians with the
 * fastest of the peers' columns. VictoriaMetrics is asked twice, with its cache of answers and without. At the end the lag of ingest is told:
 * without queries, and while each of the servers, which share the machine, answers all of them each second.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { defaultsOf } from '../base/config.ts';
import { formatTable } from '../cli/output.ts';
import { layoutArchives } from '../collector/archive/layout.ts';
import { COLLECTOR_NODE_FLAGS } from '../collector/flags.ts';
import { collectorSettings } from '../collector/settings.ts';
import { type Peer, startPrometheus, startVictoriaMetrics } from './ingest-peers.ts';
import { feed, type History, LONG_SECONDS, MONTH_SECONDS, writeArchives } from './query-history.ts';
import { type IngestReport, ingestDuring } from './query-lag.ts';
import { SIMULATED_METRICS } from './simulated-host.ts';

const { values: options } = parseArgs({
  options: {
    hosts: { type: 'string', default: '1000' },
    minutes: { type: 'string', default: '15' },
    peers: { type: 'string', default: 'victoria,prometheus' },
    rounds: { type: 'string', default: '15' },
  },
});
const HOSTS = Number(options.hosts);
const ROUNDS = Number(options.rounds);
const PORT = 18_950;
const PANELS = 286;
/** Connections of a browser to one server. */
const CONNECTIONS = 6;
/** Each server answers each query for so long before it is measured: of a server that runs for months the first seconds do not count. */
const WARM_UP_MS = 2000;
/** Before each query: a dashboard asks now and then, and a machine that has just been at work answers sooner. */
const REST_MS = 20;
/** How long the lag of ingest is watched without queries, and with them. */
const LAG_SECONDS = 20;

/** How one server calls a series, and where it is asked. */
interface Server {
  readonly name: string;
  readonly url: string;
  /** What goes after each query's parameters. */
  readonly suffix?: string;
  metric(name: string): string;
  host(index: number): string;
}

interface Range {
  readonly startS: number;
  readonly endS: number;
  readonly stepS: number;
}

function rangePath(query: string, { startS, endS, stepS }: Range): string {
  const params = { query, start: String(startS), end: String(endS), step: String(stepS) };
  return `/api/v1/query_range?${new URLSearchParams(params)}`;
}

function instantPath(query: string, timeS: number): string {
  return `/api/v1/query?${new URLSearchParams({ query, time: String(timeS) })}`;
}

/** What is measured: the requests of one round. @param endS last second that is asked for */
const CASES: Readonly<Record<string, (server: Server, endS: number) => string[]>> = {
  'one series, an hour at 1 s': (server, endS) => [
    rangePath(`${server.metric('load_one')}{host="${server.host(0)}"}`, {
      startS: endS - LONG_SECONDS + 1,
      endS,
      stepS: 1,
    }),
  ],
  'newest value of every host': (server, endS) => [instantPath(server.metric('load_one'), endS)],
  'average of all hosts, 10 min at 1 s': (server, endS) => [
    rangePath(`avg(${server.metric('load_one')})`, { startS: endS - 599, endS, stepS: 1 }),
  ],
  'a month at 1 h': (server, endS) => [
    rangePath(`avg_over_time(${server.metric('load_one')}{host="${server.host(0)}"}[1h])`, {
      startS: endS - MONTH_SECONDS + 3601,
      endS,
      stepS: 3600,
    }),
  ],
  [`dashboard of ${PANELS} expressions`]: (server, endS) =>
    Array.from({ length: PANELS }, (_, index) =>
      rangePath(panel(server, index), { startS: endS - 839, endS, stepS: 15 }),
    ),
};

function panel(server: Server, index: number): string {
  const metric = server.metric(SIMULATED_METRICS[index % SIMULATED_METRICS.length]?.name ?? '');
  const series = `${metric}{host="${server.host(index % 7)}"}`;
  switch (Math.floor(index / SIMULATED_METRICS.length)) {
    case 0:
      return series;
    case 1:
      return `avg_over_time(${series}[1m])`;
    case 2:
      return `${series} / 1024 + 1`;
    case 3:
      return `max_over_time(${series}[5m]) - min_over_time(${series}[5m])`;
    case 4:
      return `sum by (host) (${series})`;
    default:
      return `deriv(${series}[2m])`;
  }
}

const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });

/** @throws Error when the answer holds no series: a peer that lacks the data would be quick */
function ask(url: string): Promise<void> {
  return new Promise((resolve, reject) => {
    get(url, { agent }, (response) => {
      let head = '';
      response.on('data', (chunk: Buffer) => {
        head ||= chunk.toString('latin1');
      });
      response.on('end', () => {
        if (response.statusCode === 200 && !head.includes('"result":[]')) resolve();
        else reject(new Error(`${url}: ${response.statusCode} ${head}`));
      });
    }).on('error', reject);
  });
}

/** Milliseconds until all answers are there. */
async function measure(server: Server, paths: readonly string[]): Promise<number> {
  const beganMs = performance.now();
  await Promise.all(paths.map((path) => ask(server.url + path + (server.suffix ?? ''))));
  return performance.now() - beganMs;
}

interface Clustermon extends Server {
  close(): Promise<void>;
}

async function startCollector(folder: string): Promise<ChildProcess> {
  writeFileSync(join(folder, 'secret'), 'ab'.repeat(32), { mode: 0o600 });
  const settings = {
    ...defaultsOf(collectorSettings),
    data: folder,
    port: PORT,
    webPort: PORT + 1,
  };
  const main = join(import.meta.dirname, '../collector/main.ts');
  const daemon = spawn(
    process.execPath,
    [...COLLECTOR_NODE_FLAGS, main, JSON.stringify(settings)],
    {
      stdio: ['ignore', 'ignore', 'pipe'],
    },
  );
  await new Promise<void>((resolve, reject) => {
    let log = '';
    daemon.stderr?.on('data', (chunk) => {
      log += chunk;
      if (log.includes(' ready ')) resolve();
    });
    daemon.once('exit', () => reject(new Error(`the collector has ended: ${log}`)));
  });
  return daemon;
}

async function stop(child: ChildProcess): Promise<void> {
  const exit = once(child, 'exit');
  child.kill('SIGTERM');
  await exit;
}

function startLoad(folder: string, seconds: number): ChildProcess {
  return spawn(
    process.execPath,
    [
      join(import.meta.dirname, 'load.ts'),
      ...['--hosts', String(HOSTS), '--seconds', String(seconds)],
      ...['--port', String(PORT), '--secret', join(folder, 'secret'), '--seed', '1'],
    ],
    { stdio: 'ignore' },
  );
}

/** A collector that knows all hosts, has their history and receives their samples. */
async function startClustermon(folder: string, history: History): Promise<Clustermon> {
  const archives = layoutArchives(defaultsOf(collectorSettings).archives);
  const first = await startCollector(folder);
  await once(startLoad(folder, 3), 'exit');
  await stop(first);
  writeArchives(join(folder, 'samples.db'), archives, history);
  const daemon = await startCollector(folder);
  const load = startLoad(folder, 86_400);
  await sleep(5000);
  return {
    name: 'clustermon',
    url: `http://127.0.0.1:${PORT + 1}`,
    metric: (name) => name,
    host: (index) => `h${String(index).padStart(5, '0')}`,
    async close() {
      await stop(load);
      await stop(daemon);
    },
  };
}

const PEERS: Readonly<Record<string, (folder: string) => Promise<Peer>>> = {
  victoria: (folder) => startVictoriaMetrics(folder, PORT + 2),
  prometheus: (folder) => startPrometheus(folder, PORT + 3),
};

/** How each peer is asked. VictoriaMetrics keeps answers, and of a range that moved on evaluates the end alone; `nocache=1` turns that off. */
const SERVERS: Readonly<Record<string, readonly Server[]>> = {
  victoria: ['', '&nocache=1'].map((suffix) => ({
    name: suffix === '' ? 'VictoriaMetrics' : 'VictoriaMetrics nocache=1',
    url: `http://127.0.0.1:${PORT + 2}`,
    suffix,
    metric: (name) => `m_${name}`,
    host: (index) => `h${index}`,
  })),
  prometheus: [
    {
      name: 'Prometheus',
      url: `http://127.0.0.1:${PORT + 3}`,
      metric: (name) => name,
      host: (index) => `h${index}`,
    },
  ],
};

function progress(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** Median and least milliseconds of one query, server by server, and of clustermon up to the newest second. */
interface Row {
  readonly name: string;
  readonly times: readonly (readonly number[])[];
  readonly now: readonly number[];
}

interface Pace {
  readonly rounds: number;
  readonly restMs: number;
  /** Before each query of the column NOW. */
  readonly nowRestMs: number;
}

/** How often one page asks. */
const ONE_PAGE: Pace = { rounds: ROUNDS, restMs: REST_MS, nowRestMs: 1000 / 3 };
const BACK_TO_BACK: Pace = { rounds: 4 * ROUNDS, restMs: 0, nowRestMs: 0 };

async function measureCase(
  name: string,
  servers: readonly Server[],
  endS: number,
  { rounds, restMs, nowRestMs }: Pace,
): Promise<Row> {
  const requests = CASES[name] as (typeof CASES)[string];
  const times = servers.map(() => [] as number[]);
  const now: number[] = [];
  const [own] = servers as [Server];
  for (const server of servers) {
    for (const untilMs = Date.now() + WARM_UP_MS; Date.now() < untilMs; )
      await measure(server, requests(server, endS - rounds - 1));
  }
  for (let round = 0; round < rounds; round += 1) {
    for (let turn = 0; turn < servers.length; turn += 1) {
      const index = (round + turn) % servers.length;
      const server = servers[index] as Server;
      if (restMs > 0) await sleep(restMs);
      times[index]?.push(await measure(server, requests(server, endS - rounds + round)));
    }
  }
  for (let round = 0; round < rounds; round += 1) {
    if (nowRestMs > 0) await sleep(nowRestMs);
    now.push(await measure(own, requests(own, newestS())));
  }
  return { name, times, now };
}

function newestS(): number {
  return Math.floor(Date.now() / 1000) - 1;
}

/** All queries, dashboard included, again and again, begun at ever another part of a second. */
async function askForAll(server: Server, endS: () => number): Promise<void> {
  for (const untilMs = Date.now() + LAG_SECONDS * 1000; Date.now() < untilMs; ) {
    const beganMs = Date.now();
    for (const requests of Object.values(CASES)) await measure(server, requests(server, endS()));
    await sleep(beganMs + 900 - Date.now());
  }
}

function describeIngest(
  what: string,
  { samples, gaps, drops, lagP50, lagP99 }: IngestReport,
): string {
  const ms = (seconds: number) => `${(seconds * 1000).toFixed(0)} ms`;
  return `ingest ${what}: ${samples} samples, ${gaps} gaps, ${drops} datagrams dropped, lag p50 ${ms(lagP50)}, p99 ${ms(lagP99)}\n`;
}

const folder = mkdtempSync(join(tmpdir(), 'clustermon-bench-query-'));
/** Further back than values are in memory, which those that are written to the archives are not. */
const endS = Math.floor(Date.now() / 60_000) * 60 - 240;
const history: History = { hosts: HOSTS, seconds: Number(options.minutes) * 60, endS };
const peers: Peer[] = [];
let own: Clustermon | undefined;
try {
  const servers: Server[] = [];
  progress('clustermon: writing the history …');
  const clustermon = await startClustermon(folder, history);
  own = clustermon;
  servers.push(clustermon);
  for (const name of options.peers.split(',').filter(Boolean)) {
    const [start, ways] = [PEERS[name], SERVERS[name]];
    if (!start || !ways) throw new Error(`no peer ${name}`);
    progress(`${name}: writing the history …`);
    const peer = await start(mkdtempSync(join(folder, name)));
    peers.push(peer);
    servers.push(...ways);
    await feed(peer, history);
    if (name === 'victoria') await peer.flush();
  }
  const { url } = clustermon;
  const names = [...servers.map((server) => server.name), 'NOW', 'FASTER', 'NOW'];
  const measured = await ingestDuring(url, async () => {
    for (const [what, pace] of [
      ['ONE PAGE', ONE_PAGE],
      ['BACK TO BACK', BACK_TO_BACK],
    ] as const) {
      const rows: Row[] = [];
      for (const name of Object.keys(CASES))
        rows.push(await measureCase(name, servers, endS, pace));
      process.stdout.write(formatTable([`${what}: LEAST, MEDIAN MS`, ...names], rows.map(cells)));
    }
  });
  const resting = await ingestDuring(url, () => sleep(LAG_SECONDS * 1000));
  process.stdout.write(describeIngest('beside the peers', measured));
  process.stdout.write(describeIngest('without queries', resting));
  for (const server of servers) {
    const end = server === clustermon ? newestS : () => endS - 1;
    const asked = await ingestDuring(url, () => askForAll(server, end));
    process.stdout.write(
      describeIngest(`while ${server.name} answers all queries each second`, asked),
    );
  }
} finally {
  await own?.close();
  for (const peer of peers) peer.process.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
}
process.exit(0);

/** Times, then how much faster than the best of the peers clustermon's median is. */
function cells({ name, times, now }: Row): string[] {
  const [own, ...others] = times.map(median) as [number, ...number[]];
  const best = Math.min(...others);
  const ratios = [own, median(now)].map((ms) => `${(best / ms).toPrecision(2)} x`);
  return [name, ...times.map(cell), cell(now), ...ratios];
}

function cell(times: readonly number[]): string {
  return [Math.min(...times), median(times)].map((ms) => ms.toPrecision(3)).join(', ');
}

function median(times: readonly number[]): number {
  return times.toSorted((a, b) => a - b)[times.length >> 1] ?? Number.NaN;
}
