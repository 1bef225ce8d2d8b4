/**
 * A cluster whose every value is a function of host, series and second: tests know what to expect, and there is history without end.
 * It stands for the ingest thread and the archives.
 */
import { createHash } from 'node:crypto';
import { BAND_FIELDS, type HostState, type StoreStatus } from '../../../wire/http.ts';
import { type Labels, type Metric, seriesKey } from '../../../wire/metric.ts';
import { Arrivals } from '../../hosts/arrivals.ts';
import { ROWS } from '../../hosts/host-rows.ts';
import type { HostChange, HostTable, LiveHost, LiveSeries } from '../../hosts/host-table.ts';
import type {
  ArchiveInfo,
  Column,
  RangeQuery,
  SampleStore,
  SeriesRows,
} from '../../store/sample-store.ts';

type ValueAt = (second: number) => number;

/** Summaries of a larger cluster look at every second, third… host. */
const SUMMARY_HOSTS_MAX = 16;

function metric(name: string, units: string, group: string, labels: Labels = {}): Metric {
  return {
    name,
    type: 'double',
    units,
    slope: 'both',
    tmax: 1,
    dmax: 0,
    group,
    title: name.replaceAll('_', ' '),
    description: `${name} of the host`,
    labels,
  };
}

export class FakeSeries implements LiveSeries {
  readonly id: number;
  readonly key: string;
  readonly metric: Metric;
  readonly host: FakeHost;
  readonly #valueAt: ValueAt;

  constructor(host: FakeHost, id: number, definition: Metric, valueAt: ValueAt) {
    this.host = host;
    this.id = id;
    this.metric = definition;
    this.key = seriesKey(definition.name, definition.labels);
    this.#valueAt = valueAt;
  }

  value(): number {
    return this.host.state === 'up' ? this.history(this.host.cluster.second) : Number.NaN;
  }

  text(): string | undefined {
    return this.metric.type === 'string' && this.host.state === 'up' ? '1.0' : undefined;
  }

  timeMs(): number | undefined {
    return this.host.lastSeenMs;
  }

  at(second: number): number {
    return second > this.host.cluster.second - ROWS ? this.history(second) : Number.NaN;
  }

  /** Unknown in the future and after the host went. */
  history(second: number): number {
    const last = Math.min(this.host.cluster.second, this.host.lastSeenMs / 1000);
    return second > last || this.metric.type === 'string' ? Number.NaN : this.#valueAt(second);
  }
}

export class FakeHost implements LiveHost {
  readonly cluster: FakeCluster;
  readonly id: string;
  readonly number: number;
  readonly name: string;
  readonly labels: Labels;
  readonly address: string;
  readonly facts: Labels = { 'os.release': '12', 'cpu.model': 'Simulated 3000' };
  readonly bootMs = 1_000;
  firstSeenMs = 0;
  readonly clockOffsetMs = 0;
  readonly #series: FakeSeries[] = [];
  state: HostState = 'up';
  #silentSinceMs: number | undefined;

  constructor(cluster: FakeCluster, number: number, name: string, labels: Labels) {
    this.cluster = cluster;
    this.number = number;
    this.name = name;
    this.labels = labels;
    this.id = createHash('md5').update(name).digest('hex');
    this.address = `10.0.${number >> 8}.${number & 255}`;
  }

  get lastSeenMs(): number {
    return this.#silentSinceMs ?? this.cluster.second * 1000;
  }

  /** Marks the host down since now, or up again. */
  setState(state: HostState): void {
    this.state = state;
    this.#silentSinceMs = state === 'up' ? undefined : this.cluster.second * 1000;
  }

  get series(): readonly FakeSeries[] {
    return this.#series;
  }

  add(definition: Metric, valueAt: ValueAt): FakeSeries {
    const series = new FakeSeries(this, this.#series.length, definition, valueAt);
    this.#series.push(series);
    return series;
  }

  remove(key: string): void {
    const index = this.#series.findIndex((series) => series.key === key);
    if (index >= 0) this.#series.splice(index, 1);
  }

  seriesByKey(key: string): FakeSeries | undefined {
    return this.#series.find((series) => series.key === key);
  }

  seriesById(id: number): FakeSeries | undefined {
    return this.#series.find((series) => series.id === id);
  }

  allSeries(): readonly FakeSeries[] {
    return this.#series;
  }
}

export class FakeCluster implements HostTable, SampleStore {
  readonly hosts: FakeHost[] = [];
  readonly cluster: FakeHost;
  readonly archives: readonly ArchiveInfo[] = [
    { name: '1s', stepSeconds: 1, keepSeconds: 6 * 3600 },
    { name: '10s', stepSeconds: 10, keepSeconds: 86_400 },
    { name: '5m', stepSeconds: 300, keepSeconds: 31 * 86_400 },
    { name: '1h', stepSeconds: 3600, keepSeconds: 5 * 365 * 86_400 },
  ];
  readonly problems = [];
  readonly arrivals = Arrivals.create();
  readonly #listeners = new Set<(change: HostChange) => void>();
  second: number;

  constructor(second: number) {
    this.second = second;
    this.cluster = new FakeHost(this, 0, '', {});
  }

  get ingest() {
    return {
      datagrams: 100,
      samples: 6000,
      backfilled: 3,
      rejected: { authentication: 2 },
      kernelDrops: 0,
      gaps: 0,
      lagSeconds: { bounds: [0.01, 0.1], counts: [90, 8, 2], sum: 1.5 },
    };
  }

  list(): readonly FakeHost[] {
    return this.hosts;
  }

  byName(name: string): FakeHost | undefined {
    return this.hosts.find((host) => host.name === name);
  }

  byNumber(number: number): FakeHost | undefined {
    return number === 0 ? this.cluster : this.hosts.find((host) => host.number === number);
  }

  byId(id: string): FakeHost | undefined {
    return this.hosts.find((host) => host.id === id);
  }

  subscribe(listener: (change: HostChange) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  nowMs(): number {
    return this.second * 1000;
  }

  tell(change: HostChange): void {
    for (const listener of this.#listeners) listener(change);
  }

  /** Moves to a second, as the ingest thread does when its samples are in. */
  tick(second = this.second + 1): void {
    this.second = second;
    this.tell({ kind: 'second', second });
  }

  /** A host with the usual metrics, of a size that depends on its number. */
  addHost(name: string, labels: Labels = {}): FakeHost {
    const number = this.hosts.length + 1;
    const host = new FakeHost(this, number, name, labels);
    const wave = (periodSeconds: number, phase: number) => (second: number) =>
      0.5 + 0.5 * Math.sin((2 * Math.PI * second) / periodSeconds + number * phase);
    const day = wave(86_400, 0.01);
    const job = wave(600, 1.7);
    const jitter = wave(7, 2.3);
    const busy = (second: number) => 0.6 * job(second) + 0.3 * day(second) + 0.1 * jitter(second);
    const add = (definition: Metric, valueAt: ValueAt) =>
      host.add(definition, (second) => Math.round(valueAt(second) * 100) / 100);
    add(metric('load_one', '', 'load'), (second) => 16 * busy(second));
    add(metric('load_five', '', 'load'), (second) => 14 * busy(second - 120));
    add(metric('cpu_user', '%', 'cpu'), (second) => 90 * busy(second));
    add(metric('cpu_system', '%', 'cpu'), (second) => 8 * busy(second) + jitter(second));
    add(metric('cpu_idle', '%', 'cpu'), (second) => 98 - 97 * busy(second));
    add(metric('mem_free', 'KB', 'memory'), (second) => Math.round(32e6 * (1 - busy(second - 60))));
    add(metric('mem_available', 'KB', 'memory'), (second) =>
      Math.round(48e6 * (1 - busy(second - 60))),
    );
    add(metric('mem_total', 'KB', 'memory'), () => 64e6);
    add(metric('bytes_in', 'bytes/sec', 'network'), (second) => 1e8 * job(second) * jitter(second));
    add(metric('bytes_out', 'bytes/sec', 'network'), (second) => 5e7 * job(second));
    add(
      metric('temperature', 'C', 'sensors', { sensor: 'cpu' }),
      (second) => 35 + 40 * busy(second),
    );
    for (const device of ['sda', 'sdb']) {
      add(metric('disk_read_bytes', 'bytes/sec', 'disk', { device }), (second) =>
        Math.round(2e8 * job(second + device.length * number)),
      );
    }
    host.add({ ...metric('os_release', '', 'core'), type: 'string' }, () => Number.NaN);
    this.hosts.push(host);
    for (const { metric: definition } of host.series) this.#summarise(definition);
    this.tell({ kind: 'host-added', host });
    return host;
  }

  removeHost(name: string): void {
    const index = this.hosts.findIndex((host) => host.name === name);
    const [host] = this.hosts.splice(index, 1);
    if (host) this.tell({ kind: 'host-removed', host });
  }

  #summarise(definition: Metric): void {
    const { name, type, labels } = definition;
    if (type === 'string' || Object.keys(labels).length > 0) return;
    if (this.cluster.seriesByKey(seriesKey(name, { summary: 'p5' }))) return;
    for (const summary of BAND_FIELDS) {
      this.cluster.add({ ...definition, labels: { summary } }, (second) =>
        summarise(summary, this.#sorted(name, second)),
      );
    }
  }

  #sorted(name: string, second: number): number[] {
    const stride = Math.ceil(this.hosts.length / SUMMARY_HOSTS_MAX);
    return this.hosts
      .filter((_, index) => index % stride === 0)
      .map((host) => host.seriesByKey(name)?.history(second) ?? Number.NaN)
      .filter((value) => !Number.isNaN(value))
      .sort((a, b) => a - b);
  }

  read({ host, series, fromS, toS, archive }: RangeQuery): SeriesRows {
    const { stepSeconds } = archive;
    const startS = Math.floor(fromS / stepSeconds) * stepSeconds;
    const rowCount = Math.ceil((toS - startS) / stepSeconds);
    const all = this.byNumber(host)?.series ?? [];
    const columns = series.map((id) => {
      const found = all.find((one) => one.id === id);
      return foldValues({ startS, rowCount, stepSeconds }, (second) => found?.history(second));
    });
    return { archive, stepSeconds, startS, rowCount, columns };
  }

  together<T>(run: () => T): T {
    return run();
  }

  status(): StoreStatus {
    return { fileBytes: 4096, plannedBytes: 8192, archives: this.archives, writable: true };
  }

  close(): void {}
}

/** Seconds of a row that are looked at: enough for a picture of a year, and all of a short row. */
const SECONDS_PER_ROW_MAX = 10;

function foldValues(
  rows: { startS: number; rowCount: number; stepSeconds: number },
  valueAt: (second: number) => number | undefined,
): Column {
  const empty = () => new Float64Array(rows.rowCount).fill(Number.NaN);
  const column = {
    average: empty(),
    min: empty(),
    max: empty(),
    count: new Float64Array(rows.rowCount),
  };
  const stride = Math.max(1, rows.stepSeconds / SECONDS_PER_ROW_MAX);
  for (let row = 0; row < rows.rowCount; row += 1) {
    const values: number[] = [];
    const start = rows.startS + row * rows.stepSeconds;
    for (let second = start; second < start + rows.stepSeconds; second += stride) {
      const value = valueAt(second);
      if (value !== undefined && !Number.isNaN(value)) values.push(value);
    }
    if (values.length === 0) continue;
    column.average[row] = values.reduce((sum, value) => sum + value, 0) / values.length;
    column.min[row] = Math.min(...values);
    column.max[row] = Math.max(...values);
    column.count[row] = values.length * stride;
  }
  return column;
}

function summarise(field: (typeof BAND_FIELDS)[number], sorted: readonly number[]): number {
  const rank = (share: number) =>
    sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
  switch (field) {
    case 'p5':
      return rank(0.05);
    case 'p50':
      return rank(0.5);
    case 'p95':
      return rank(0.95);
    case 'max':
      return sorted.at(-1) ?? Number.NaN;
    case 'sum':
      return sorted.reduce((sum, value) => sum + value, 0);
    case 'count':
      return sorted.length;
  }
}
