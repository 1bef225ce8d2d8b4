/**
 * The HTTP API of the collector, served from the fake cluster: for working on the page alone, and for tests of what the page does when
 * the server fails. `node ui/testing/fake-appliance.ts [hosts] [port]`
 */
import { createReadStream, existsSync, statSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import { type WebSocket, WebSocketServer } from 'ws';
import {
  type AlertDetail,
  type AlertInfo,
  BAND_FIELDS,
  type BandRange,
  type EventInfo,
  type HostSummary,
  type LiveMessage,
  type LiveRequest,
  type MetricInfo,
  type Problem,
  type RuleInfo,
  type SeriesRange,
} from '../../wire/http.ts';
import type { PxeNode } from '../../wire/pxe.ts';
import { buildHosts, CATALOGUE, type FakeSeries, valueAt } from './fake-cluster.ts';
import { buildMachines, explain } from './fake-machines.ts';

const DIST = join(import.meta.dirname, '../dist');
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
};
const ARCHIVES = [
  ['1s', 1],
  ['10s', 10],
  ['5m', 300],
  ['1h', 3_600],
] as const;

export class FakeAppliance {
  hosts: HostSummary[];
  alerts: AlertInfo[];
  problems: Problem[] = [];
  events: EventInfo[] = [];
  rules: RuleInfo[] = [];
  machines: PxeNode[] = buildMachines();
  /** Answers of paths that fail: status and message. */
  readonly failures = new Map<string, readonly [status: number, message: string]>();
  /** Paths of all requests that change something. */
  readonly posted: string[] = [];
  /** False = no value is known, as for some frames after a page was opened. */
  knowsValues = true;
  /** Seconds told to the pages so far. */
  ticks = 0;
  readonly #server = createServer((request, response) => this.#answer(request, response));
  readonly #sockets = new WebSocketServer({ noServer: true });
  readonly #requests = new Map<WebSocket, LiveRequest>();
  #timer: NodeJS.Timeout | undefined;

  readonly #catalogue: readonly FakeSeries[];

  constructor(hostCount: number, catalogue: readonly FakeSeries[] = CATALOGUE) {
    this.#catalogue = catalogue;
    this.hosts = buildHosts(hostCount);
    this.alerts =
      hostCount > 10
        ? [alert('n003', 'critical', 'firing'), alert('n007', 'warning', 'pending')]
        : [];
    this.#server.on('upgrade', (request, socket, head) =>
      this.#sockets.handleUpgrade(request, socket, head, (page) => this.#attach(page)),
    );
  }

  /** @returns the base URL */
  async start(port = 0): Promise<string> {
    await new Promise<void>((ready) => this.#server.listen(port, '127.0.0.1', ready));
    this.#timer = setInterval(() => this.tick(), 1_000);
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.dropConnections();
    this.#sockets.close();
    await new Promise((closed) => this.#server.close(closed));
  }

  /** Ends all live streams, as a restart of the collector does. */
  dropConnections(): void {
    for (const page of this.#requests.keys()) page.terminate();
    this.#server.closeAllConnections();
  }

  tell(message: LiveMessage): void {
    for (const page of this.#requests.keys()) page.send(JSON.stringify(message));
  }

  tick(): void {
    this.ticks += 1;
    const second = Math.floor(Date.now() / 1000);
    this.hosts = this.hosts.map((host) =>
      host.state === 'up' ? { ...host, lastSeenMs: second * 1000 } : host,
    );
    for (const [page, request] of this.#requests) page.send(this.#frame(request, second));
  }

  #attach(page: WebSocket): void {
    const send = (message: LiveMessage) => page.send(JSON.stringify(message));
    send({ kind: 'hosts', hosts: this.hosts });
    send({ kind: 'alerts', alerts: this.alerts });
    send({ kind: 'problems', problems: this.problems });
    this.#requests.set(page, { id: 0, metrics: [], series: [], bands: [] });
    page.on('message', (text) => {
      const request = JSON.parse(String(text)) as LiveRequest;
      this.#requests.set(page, request);
      send({ kind: 'layout', id: request.id, hosts: this.hosts.map((host) => host.name) });
    });
    page.on('close', () => this.#requests.delete(page));
  }

  #frame(request: LiveRequest, second: number): Float64Array {
    const values = this.#values(request, second);
    if (!this.knowsValues) values.fill(Number.NaN);
    return Float64Array.from([request.id, second * 1000, ...values]);
  }

  #values(request: LiveRequest, second: number): number[] {
    return [
      ...request.metrics.flatMap((metric) =>
        this.hosts.map((host) => liveValue(host, this.#find(metric), second)),
      ),
      ...request.series.map(({ host, key }) =>
        liveValue(this.#host(host), this.#find(key), second),
      ),
      ...request.bands.flatMap((metric) => {
        const band = this.#band(metric, second);
        return BAND_FIELDS.map((field) => band[field]);
      }),
    ];
  }

  #host(name: string): HostSummary | undefined {
    return this.hosts.find((host) => host.name === name);
  }

  #find(key: string): FakeSeries | undefined {
    return this.#catalogue.find((one) => one.key === key);
  }

  #band(metric: string, second: number): Record<(typeof BAND_FIELDS)[number], number> {
    const values = this.hosts
      .map((host) => liveValue(host, this.#find(metric), second))
      .filter((value) => !Number.isNaN(value))
      .sort((a, b) => a - b);
    const at = (share: number) => values[Math.round(share * (values.length - 1))] ?? Number.NaN;
    const sum = values.reduce((total, value) => total + value, 0);
    return { p5: at(0.05), p50: at(0.5), p95: at(0.95), max: at(1), sum, count: values.length };
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? '/', 'http://fake');
    if (request.method !== 'GET') this.posted.push(url.pathname);
    const failure = this.failures.get(url.pathname);
    if (failure) json(response, failure[0], { code: 'fake-failure', message: failure[1] });
    else if (!url.pathname.startsWith('/api/')) sendFile(response, url.pathname);
    else {
      const body = this.#api(url);
      if (body === undefined) json(response, 404, { code: 'not-found', message: url.pathname });
      else json(response, 200, body);
    }
  }

  #api({ pathname, searchParams }: URL): unknown {
    const nowMs = Date.now();
    const second = Math.floor(nowMs / 1000);
    const [, , area, name] = pathname.split('/');
    switch (area) {
      case 'hosts': {
        if (name === undefined) return { nowMs, hosts: this.hosts };
        const host = this.#host(decodeURIComponent(name));
        return (
          host && {
            ...host,
            nowMs,
            facts: { os_release: 'Debian 12', cpu_model: 'EPYC 7763', kernel: '6.1.0' },
            bootMs: nowMs - 1e9,
            series: this.#catalogue.map((one) => ({
              ...one,
              value: nullable(liveValue(host, one, second)),
              timeMs: nowMs,
            })),
          }
        );
      }
      case 'metrics':
        return this.#metrics();
      case 'series':
        return this.#series(searchParams);
      case 'bands':
        return this.#bands(searchParams);
      case 'alerts':
        return name === 'history' ? [] : this.alerts.map(detailOf);
      case 'events':
        return this.events;
      case 'notify':
        return [{ name: 'default', integrations: [] }];
      case 'rules':
        return this.rules;
      case 'v2':
        return [];
      case 'pxe':
        return this.#pxe(name, pathname.split('/')[4]);
      case 'status':
        return {
          ...{ version: '0.1.0', nowMs, startedMs: nowMs - 1e7 },
          ...{ timeZone: 'Asia/Kathmandu', problems: this.problems },
        };
      default:
        return undefined;
    }
  }

  #pxe(area: string | undefined, name: string | undefined): unknown {
    if (area === 'status') {
      const one = {
        interface: 'eth1',
        address: '10.1.0.1',
        mode: 'proxy',
        packets: 420,
        foreignServers: [],
      };
      return { interfaces: [one], httpPort: 8642, hasInstaller: true };
    }
    if (area === 'nodes') return name === undefined ? { nodes: this.machines } : { lines: [] };
    const node = this.machines.find((machine) => machine.name === name);
    return area === 'explain' && node ? explain(node) : undefined;
  }

  #metrics(): MetricInfo[] {
    return this.#catalogue.map((one) => ({
      name: one.metric,
      type: one.type,
      slope: one.slope,
      units: one.units,
      group: one.group,
      title: one.title,
      description: one.description,
      hostCount: this.hosts.length,
      labelNames: Object.keys(one.labels),
    }));
  }

  #series(params: URLSearchParams): SeriesRange {
    const names = params.getAll('host');
    const hosts = this.hosts.filter((host) => names.length === 0 || names.includes(host.name));
    const metrics = params.getAll('metric');
    const { archive, stepSeconds, seconds } = rows(params);
    return {
      archive,
      stepSeconds,
      startS: seconds[0] ?? 0,
      series: hosts.flatMap((host) =>
        this.#catalogue
          .filter((one) => metrics.includes(one.metric))
          .map((one) => {
            const average = seconds.map((second) => nullable(liveValue(host, one, second)));
            return {
              host: host.name,
              metric: one.metric,
              labels: one.labels,
              units: one.units,
              average,
              min: average,
              max: average,
            };
          }),
      ),
    };
  }

  #bands(params: URLSearchParams): BandRange {
    const metric = params.get('metric') ?? '';
    const { archive, stepSeconds, seconds } = rows(params);
    const bands = seconds.map((second) => this.#band(metric, second));
    const column = (field: (typeof BAND_FIELDS)[number]) =>
      bands.map((band) => nullable(band[field]));
    return {
      archive,
      stepSeconds,
      startS: seconds[0] ?? 0,
      metric,
      units: this.#find(metric)?.units ?? '',
      p5: column('p5'),
      p50: column('p50'),
      p95: column('p95'),
      max: column('max'),
      sum: column('sum'),
      count: column('count'),
    };
  }
}

/** NaN where a host that is down has said nothing. */
function liveValue(
  host: HostSummary | undefined,
  one: FakeSeries | undefined,
  second: number,
): number {
  if (!host || !one || (host.state !== 'up' && second * 1000 > host.lastSeenMs)) return Number.NaN;
  return valueAt(host, one, second);
}

function nullable(value: number): number | null {
  return Number.isNaN(value) ? null : value;
}

function rows(params: URLSearchParams): {
  archive: string;
  stepSeconds: number;
  seconds: number[];
} {
  const from = Number(params.get('from'));
  const to = Number(params.get('to'));
  const points = Number(params.get('points') ?? 1000);
  const [archive, stepSeconds] =
    ARCHIVES.find(([, step]) => (to - from) / step <= points * 1.2) ?? ARCHIVES[3];
  const first = Math.ceil(from / stepSeconds) * stepSeconds;
  const count = Math.max(0, Math.floor((to - first) / stepSeconds));
  return {
    archive,
    stepSeconds,
    seconds: Array.from({ length: count }, (_, row) => first + row * stepSeconds),
  };
}

function detailOf(info: AlertInfo, index: number): AlertDetail {
  return {
    ...info,
    fingerprint: index.toString(16).padStart(16, '0'),
    annotations: { summary: `${info.rule} of ${info.labels['host']}` },
    receivers: ['default'],
    silencedBy: [],
    inhibitedBy: [],
    mutedBy: [],
    acknowledged: null,
  };
}

function alert(
  host: string,
  severity: 'critical' | 'warning',
  state: 'firing' | 'pending',
): AlertInfo {
  return {
    rule: severity === 'critical' ? 'DiskFillsUp' : 'LoadHigh',
    severity,
    state,
    labels: { host, rack: 'r01' },
    value: 42,
    activeAtMs: Date.now() - 400_000,
    firedAtMs: state === 'firing' ? Date.now() - 300_000 : null,
    resolvedAtMs: null,
  };
}

function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

/** Files of the built page; every other path is a page of the application. */
function sendFile(response: ServerResponse, path: string): void {
  const wanted = join(DIST, normalize(path));
  const file = existsSync(wanted) && statSync(wanted).isFile() ? wanted : join(DIST, 'index.html');
  response.writeHead(200, {
    'content-type': TYPES[extname(file)] ?? 'application/octet-stream',
    'content-security-policy': "default-src 'self'",
  });
  createReadStream(file).pipe(response);
}

if (import.meta.main) {
  const [hosts = '200', port = '8650'] = process.argv.slice(2);
  console.log(await new FakeAppliance(Number(hosts)).start(Number(port)));
}
