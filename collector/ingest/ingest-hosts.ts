/** The hosts of the ingest thread: found by agent id, numbered for good, told to the other threads, kept in the database. */
import type { AgentKey } from '../../base/authentication.ts';
import type { HostState } from '../../wire/http.ts';
import type { Metric } from '../../wire/metric.ts';
import { agentIdFromHex, agentIdToHex } from '../../wire/packet.ts';
import { Arrivals } from '../hosts/arrivals.ts';
import { HostStates } from '../hosts/host-states.ts';
import type { HostMessage } from '../hosts/messages.ts';
import type { HostStore, StoredHost } from '../store/host-store.ts';
import { type HostDescription, IngestHost } from './ingest-host.ts';
import { MetricTable, type NumberedMetric } from './metric-table.ts';
import { CLOCK_OFFSET, SeriesLayout } from './series-layout.ts';

export interface IngestHostsOptions {
  readonly store: HostStore;
  readonly hostsMax: number;
  /** The key of an agent; undefined when datagrams are not authenticated. */
  readonly keyOf: (agent: string) => AgentKey | undefined;
  readonly publish: (message: HostMessage) => void;
}

export class IngestHosts {
  readonly metrics: MetricTable;
  readonly states: HostStates;
  readonly arrivals = Arrivals.create();
  /** The pseudo-host of the cluster's summaries, number 0. */
  readonly cluster: IngestHost;
  readonly #options: IngestHostsOptions;
  readonly #byAgent = new Map<string, IngestHost>();
  readonly #names = new Map<string, IngestHost>();
  /** Hosts to be saved with the next flush. */
  readonly #changed = new Set<IngestHost>();
  readonly #removed = new Set<number>();
  #savedMetrics: number;
  #publishedMetrics: number;
  #nextNumber = 1;

  /** Takes up the hosts that the database knows; they have the state that they had. */
  constructor(options: IngestHostsOptions) {
    this.#options = options;
    this.states = HostStates.create(options.hostsMax);
    this.metrics = new MetricTable(options.store.metrics());
    this.#savedMetrics = this.metrics.size;
    this.#publishedMetrics = this.metrics.size;
    const hosts = options.store.hosts();
    const cluster = hosts.find(({ number }) => number === 0);
    this.cluster = this.#make(cluster ?? unknownHost({ number: 0, id: 'cluster' }), '', undefined);
    for (const stored of hosts) {
      if (stored.number === 0 || stored.number > options.hostsMax) continue;
      this.#add(stored);
    }
  }

  get size(): number {
    return this.#byAgent.size;
  }

  values(): Iterable<IngestHost> {
    return this.#byAgent.values();
  }

  find(agent: string): IngestHost | undefined {
    return this.#byAgent.get(agent);
  }

  /** True when there is no number left for another host. */
  get isFull(): boolean {
    return this.#nextNumber > this.#options.hostsMax;
  }

  keyOf(agent: string): AgentKey | undefined {
    return this.#options.keyOf(agent);
  }

  /** A host that was never seen. `isFull` must be false. */
  create(agent: string, first: { boot: number; address: string; nowMs: number }): IngestHost {
    const id = agentIdToHex(agent);
    const host = this.#add({
      ...unknownHost({ number: this.#nextNumber, id }),
      address: first.address,
      bootMs: first.boot,
      firstSeenMs: first.nowMs,
      lastSeenMs: first.nowMs,
    });
    this.#changed.add(host);
    this.#options.publish({ kind: 'host', host: host.record() });
    return host;
  }

  #add(stored: StoredHost): IngestHost {
    const agent = agentIdFromHex(stored.id) ?? '';
    const host = this.#make(stored, agent, CLOCK_OFFSET);
    host.name = this.#uniqueName(host, stored.name);
    this.#byAgent.set(agent, host);
    this.#names.set(host.name, host);
    this.#nextNumber = Math.max(this.#nextNumber, host.number + 1);
    this.states.setState(host.number, host.state);
    this.states.setLastSeenMs(host.number, host.lastSeenMs);
    return host;
  }

  #make(stored: StoredHost, agent: string, own: Metric | undefined): IngestHost {
    const { schema, series: metricOf, live } = stored;
    // A schema with series beyond the limit is asked for again.
    const isWhole = !live.includes(-1);
    const layout = new SeriesLayout(this.metrics, {
      schema: isWhole ? schema : -1,
      metricOf,
      live: isWhole ? live : [],
      own,
    });
    const key = agent === '' ? undefined : this.#options.keyOf(agent);
    return new IngestHost(stored, { agent, key, layout });
  }

  /** Two machines may have the same name, as after a disk was copied: the second is shown with digits of its id. */
  #uniqueName(host: IngestHost, name: string): string {
    const holder = this.#names.get(name);
    if (holder === undefined || holder === host) return name;
    for (let digits = 4; digits < host.id.length; digits += 1) {
      const longer = `${name}-${host.id.slice(0, digits)}`;
      if (!this.#names.has(longer) || this.#names.get(longer) === host) return longer;
    }
    return host.id;
  }

  describe(host: IngestHost, description: HostDescription): void {
    const name = this.#uniqueName(host, description.name);
    const facts = Object.keys(description.facts).length > 0 ? description.facts : host.facts;
    const same =
      name === host.name &&
      JSON.stringify(description.labels) === JSON.stringify(host.labels) &&
      JSON.stringify(facts) === JSON.stringify(host.facts);
    if (same) return;
    const before = host.name;
    this.#rename(host, name);
    host.labels = description.labels;
    host.facts = facts;
    this.changed(host);
    // Before its first description a host is known by its id, which nobody waits for.
    if (before !== name && before !== host.id) this.#passOn(before);
  }

  #rename(host: IngestHost, name: string): void {
    this.#names.delete(host.name);
    host.name = name;
    this.#names.set(name, host);
  }

  /** A name that is free goes to a host that is shown with digits because of it. */
  #passOn(name: string): void {
    const start = `${name}-`;
    for (const host of this.#byAgent.values()) {
      if (!host.name.startsWith(start)) continue;
      const digits = host.name.slice(start.length);
      if (digits.length < 4 || !host.id.startsWith(digits)) continue;
      this.#rename(host, name);
      this.changed(host);
      return;
    }
  }

  /**
   * Takes the series of a new schema.
   * @param beforeMove is called when the rows are about to move to new memory, without the series that are gone
   */
  adopt(
    host: IngestHost,
    schema: { readonly number: number; readonly metrics: readonly Metric[] },
    beforeMove: (host: IngestHost) => void,
  ): void {
    const metrics: NumberedMetric[] = schema.metrics.map((metric) => this.metrics.intern(metric));
    if (host.layout.needsMemory(metrics)) beforeMove(host);
    host.layout.adopt(schema.number, metrics);
    this.#changed.add(host);
    this.publishSeries(host);
  }

  publishSeries(host: IngestHost): void {
    const { publish } = this.#options;
    if (this.metrics.size > this.#publishedMetrics) {
      const first = this.#publishedMetrics;
      publish({ kind: 'metrics', first, metrics: this.metrics.from(first) });
      this.#publishedMetrics = this.metrics.size;
    }
    publish({ kind: 'series', series: host.layout.record(host.number) });
  }

  changed(host: IngestHost): void {
    this.#changed.add(host);
    this.#options.publish({ kind: 'host', host: host.record() });
  }

  setState(host: IngestHost, state: HostState): void {
    if (host.state === state) return;
    const previous = host.state;
    host.state = state;
    this.states.setState(host.number, state);
    this.#changed.add(host);
    this.#options.publish({ kind: 'state', number: host.number, previous });
  }

  /** Forgets a host and, with the next flush, its archives; its number is not used again while this process runs. */
  remove(number: number): boolean {
    const host = [...this.#byAgent.values()].find((one) => one.number === number);
    if (!host) return false;
    this.#byAgent.delete(host.agent);
    this.#names.delete(host.name);
    this.#changed.delete(host);
    this.#removed.add(number);
    this.#options.publish({ kind: 'removed', number });
    this.#passOn(host.name);
    return true;
  }

  /** Writes what changed since the last save; to be called inside a transaction, `saved` after it. */
  save(removeBlocks: (host: number) => void): void {
    const { store } = this.#options;
    const unsaved: Metric[] = this.metrics.from(this.#savedMetrics);
    for (const [index, metric] of unsaved.entries()) {
      store.saveMetric(this.#savedMetrics + index, metric);
    }
    for (const host of this.#changed) store.saveHost(host.stored());
    for (const number of this.#removed) {
      store.removeHost(number);
      removeBlocks(number);
    }
  }

  saved(): void {
    this.#savedMetrics = this.metrics.size;
    this.#changed.clear();
    this.#removed.clear();
  }

  /** Everything that a thread must be told first. */
  *snapshot(): Generator<HostMessage> {
    yield { kind: 'states', memory: this.states.memory, arrivals: this.arrivals.memory };
    yield { kind: 'metrics', first: 0, metrics: this.metrics.from(0) };
    yield { kind: 'series', series: this.cluster.layout.record(0) };
    for (const host of this.#byAgent.values()) {
      yield { kind: 'host', host: host.record() };
      yield { kind: 'series', series: host.layout.record(host.number) };
      for (const [series, text] of host.texts) {
        yield { kind: 'text', number: host.number, series, text };
      }
    }
  }
}

function unknownHost({ number, id }: { number: number; id: string }): StoredHost {
  return {
    number,
    id,
    name: id,
    address: '',
    labels: {},
    facts: {},
    bootMs: 0,
    firstSeenMs: 0,
    lastSeenMs: 0,
    state: 'up',
    schema: -1,
    series: [],
    live: [],
  };
}
