/** The host table of a thread other than the ingest thread: kept up to date by its messages, values read from shared memory. */
import type { IngestStatus, Problem } from '../../wire/http.ts';
import { type Metric, seriesKey } from '../../wire/metric.ts';
import { Arrivals } from './arrivals.ts';
import { HostRows, ROWS } from './host-rows.ts';
import { HostStates } from './host-states.ts';
import type { HostChange, HostTable, LiveHost, LiveSeries } from './host-table.ts';
import type { HostMessage, HostRecord, SeriesRecord } from './messages.ts';

export const CLUSTER: HostRecord = {
  number: 0,
  id: '',
  name: '',
  address: '',
  labels: {},
  facts: {},
  bootMs: 0,
  firstSeenMs: 0,
};

const NOTHING_YET: IngestStatus = {
  datagrams: 0,
  samples: 0,
  backfilled: 0,
  rejected: {},
  kernelDrops: 0,
  gaps: 0,
  lagSeconds: { bounds: [], counts: [0], sum: 0 },
};

export class HostReplica implements HostTable {
  readonly cluster: ReplicaHost;
  #second = 0;
  #ingest = NOTHING_YET;
  #problems: readonly Problem[] = [];
  #states = HostStates.create(0);
  #arrivals = Arrivals.create();
  readonly #metrics: Metric[] = [];
  readonly #byNumber = new Map<number, ReplicaHost>();
  readonly #byName = new Map<string, ReplicaHost>();
  readonly #byId = new Map<string, ReplicaHost>();
  #sorted: readonly ReplicaHost[] | undefined;
  readonly #listeners = new Set<(change: HostChange) => void>();

  constructor() {
    this.cluster = new ReplicaHost(CLUSTER, this.#metrics, () => this.#states);
    this.#byNumber.set(0, this.cluster);
  }

  get second(): number {
    return this.#second;
  }

  get arrivals(): Arrivals {
    return this.#arrivals;
  }

  get ingest(): IngestStatus {
    return this.#ingest;
  }

  get problems(): readonly Problem[] {
    return this.#problems;
  }

  list(): readonly LiveHost[] {
    this.#sorted ??= [...this.#byId.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
    return this.#sorted;
  }

  byName(name: string): LiveHost | undefined {
    return this.#byName.get(name);
  }

  byNumber(number: number): LiveHost | undefined {
    return this.#byNumber.get(number);
  }

  byId(id: string): LiveHost | undefined {
    return this.#byId.get(id);
  }

  subscribe(listener: (change: HostChange) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  apply(message: HostMessage): void {
    switch (message.kind) {
      case 'states':
        this.#states = new HostStates(message.memory);
        this.#arrivals = new Arrivals(message.arrivals);
        break;
      case 'metrics':
        for (const [index, metric] of message.metrics.entries()) {
          this.#metrics[message.first + index] = metric;
        }
        break;
      case 'host':
        this.#setHost(message.host);
        break;
      case 'series':
        this.#with(message.series.number, (host) => {
          host.setSeries(message.series);
          this.#tell({ kind: 'series-changed', host });
        });
        break;
      case 'text':
        this.#with(message.number, (host) => host.setText(message.series, message.text));
        break;
      case 'state':
        this.#with(message.number, (host) =>
          this.#tell({ kind: 'state', host, previous: message.previous }),
        );
        break;
      case 'removed':
        this.#with(message.number, (host) => this.#remove(host));
        break;
      case 'event':
        this.#tell({ kind: 'event', event: message.event });
        break;
      case 'second':
        this.#second = message.second;
        this.#ingest = message.ingest;
        this.#problems = message.problems;
        this.#tell({ kind: 'second', second: message.second });
    }
  }

  #with(number: number, action: (host: ReplicaHost) => void): void {
    const host = this.#byNumber.get(number);
    if (host) action(host);
  }

  #setHost(record: HostRecord): void {
    const known = this.#byNumber.get(record.number);
    const host = known ?? new ReplicaHost(record, this.#metrics, () => this.#states);
    this.#byName.delete(host.name);
    host.setRecord(record);
    this.#byNumber.set(host.number, host);
    this.#byName.set(host.name, host);
    this.#byId.set(host.id, host);
    this.#sorted = undefined;
    this.#tell({ kind: known ? 'host-changed' : 'host-added', host });
  }

  #remove(host: ReplicaHost): void {
    this.#byNumber.delete(host.number);
    this.#byName.delete(host.name);
    this.#byId.delete(host.id);
    this.#sorted = undefined;
    this.#tell({ kind: 'host-removed', host });
  }

  #tell(change: HostChange): void {
    for (const listener of this.#listeners) listener(change);
  }
}

class ReplicaHost implements LiveHost {
  #record: HostRecord;
  readonly #metrics: readonly Metric[];
  readonly #states: () => HostStates;
  #layout: SeriesRecord | undefined;
  #rows: HostRows | undefined;
  /** Built when somebody asks: most threads look at few hosts. */
  #all: readonly ReplicaSeries[] | undefined;
  #live: readonly LiveSeries[] | undefined;
  #byKey: ReadonlyMap<string, LiveSeries> | undefined;
  readonly #texts = new Map<number, string>();

  constructor(record: HostRecord, metrics: readonly Metric[], states: () => HostStates) {
    this.#record = record;
    this.#metrics = metrics;
    this.#states = states;
  }

  get id() {
    return this.#record.id;
  }
  get number() {
    return this.#record.number;
  }
  get name() {
    return this.#record.name;
  }
  get state() {
    return this.#states().state(this.number);
  }
  get address() {
    return this.#record.address;
  }
  get labels() {
    return this.#record.labels;
  }
  get facts() {
    return this.#record.facts;
  }
  get bootMs() {
    return this.#record.bootMs;
  }
  get firstSeenMs() {
    return this.#record.firstSeenMs;
  }
  get lastSeenMs() {
    return this.#states().lastSeenMs(this.number);
  }
  get clockOffsetMs() {
    return this.#states().clockOffsetMs(this.number);
  }

  /** The newest second whose values are all there; 0 before the first. */
  get second(): number {
    return this.#states().second(this.number);
  }

  get series(): readonly LiveSeries[] {
    this.#live ??= (this.#layout?.live ?? []).flatMap((id) => this.allSeries()[id] ?? []);
    return this.#live;
  }

  allSeries(): readonly ReplicaSeries[] {
    this.#all ??= (this.#layout?.metrics ?? []).map((metric, id) => {
      const definition = this.#metrics[metric] as Metric; // told before any series that has it
      return new ReplicaSeries(this, id, definition, this.#layout?.slots[id] ?? -1);
    });
    return this.#all;
  }

  seriesByKey(key: string): LiveSeries | undefined {
    this.#byKey ??= new Map(this.series.map((series) => [series.key, series]));
    return this.#byKey.get(key);
  }

  seriesById(id: number): LiveSeries | undefined {
    return this.allSeries()[id];
  }

  value(second: number, slot: number): number {
    return slot < 0 ? Number.NaN : (this.#rows?.value(second, slot) ?? Number.NaN);
  }

  text(series: number): string | undefined {
    return this.#texts.get(series);
  }

  setRecord(record: HostRecord): void {
    this.#record = record;
  }

  setSeries(layout: SeriesRecord): void {
    this.#layout = layout;
    this.#rows = new HostRows(layout.rows, layout.shape);
    this.#all = undefined;
    this.#live = undefined;
    this.#byKey = undefined;
  }

  setText(series: number, text: string | undefined): void {
    if (text === undefined) this.#texts.delete(series);
    else this.#texts.set(series, text);
  }
}

class ReplicaSeries implements LiveSeries {
  readonly host: ReplicaHost;
  readonly id: number;
  readonly metric: Metric;
  readonly slot: number;
  #key: string | undefined;

  constructor(host: ReplicaHost, id: number, metric: Metric, slot: number) {
    this.host = host;
    this.id = id;
    this.metric = metric;
    this.slot = slot;
  }

  get key(): string {
    this.#key ??= seriesKey(this.metric.name, this.metric.labels);
    return this.#key;
  }

  value(): number {
    if (this.host.state !== 'up') return Number.NaN;
    return this.host.value(this.host.second, this.slot);
  }

  text(): string | undefined {
    return this.host.state === 'up' ? this.host.text(this.id) : undefined;
  }

  timeMs(): number | undefined {
    const newest = this.host.second;
    if (this.metric.type === 'string') {
      return this.host.text(this.id) === undefined ? undefined : newest * 1000;
    }
    for (let second = newest; second > newest - ROWS; second -= 1) {
      if (!Number.isNaN(this.host.value(second, this.slot))) return second * 1000;
    }
    return undefined;
  }

  at(second: number): number {
    return this.host.value(second, this.slot);
  }
}
