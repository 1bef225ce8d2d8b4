/** How each unlabelled metric spreads over all hosts, each second: the values of the cluster's pseudo-host. */
import type { Metric } from '../../wire/metric.ts';
import type { HostRows } from '../hosts/host-rows.ts';
import type { IngestHost } from './ingest-host.ts';
import type { IngestHosts } from './ingest-hosts.ts';
import type { SampleSink } from './sample-sink.ts';
import { isSummarised, Spread, summaryMetrics } from './spread.ts';

/** Metrics that are summarised; a cluster with more different ones gets the first. */
const METRICS_MAX = 2000;

/** Which slots of a host go to which spreads; holds as long as the host's schema and memory stay. */
interface Plan {
  readonly rows: HostRows;
  readonly schema: number;
  readonly slots: readonly number[];
  readonly spreads: readonly Spread[];
}

export class Summary {
  readonly #hosts: IngestHosts;
  readonly #samples: SampleSink;
  readonly #spreads = new Map<string, Spread>();
  readonly #plans = new WeakMap<IngestHost, Plan>();
  #laidOut = 0;

  constructor(hosts: IngestHosts, samples: SampleSink) {
    this.#hosts = hosts;
    this.#samples = samples;
  }

  /** Writes the summaries of `second` into the rows of the cluster, out of what memory has of it. */
  add(second: number): void {
    for (const spread of this.#spreads.values()) spread.clear();
    for (const host of this.#hosts.values()) this.#collect(host, second);
    if (this.#spreads.size === 0) return;
    if (this.#spreads.size > this.#laidOut) this.#layOut();
    const { layout } = this.#hosts.cluster;
    const row = layout.rows.open(second);
    let index = 0;
    for (const spread of this.#spreads.values()) {
      for (const value of spread.summary()) {
        layout.rows.set(row, layout.slots[index] ?? 0, value);
        index += 1;
      }
    }
    const { states } = this.#hosts;
    if (second > states.second(0)) states.setSecond(0, second);
  }

  /** Summarises `second` again, also when it is stored already. */
  repair(second: number, nowMs: number): void {
    this.add(second);
    this.#samples.storeRow(this.#hosts.cluster, second, nowMs);
  }

  #collect(host: IngestHost, second: number): void {
    const row = host.layout.rows.find(second);
    if (row < 0) return;
    const { slots, spreads, rows } = this.#planOf(host);
    for (let index = 0; index < slots.length; index += 1) {
      spreads[index]?.add(rows.get(row, slots[index] ?? 0));
    }
  }

  #planOf(host: IngestHost): Plan {
    const { rows, schema, metrics, slots } = host.layout;
    const known = this.#plans.get(host);
    if (known?.rows === rows && known.schema === schema) return known;
    const plan = { rows, schema, slots: [] as number[], spreads: [] as Spread[] };
    for (const [index, metric] of metrics.entries()) {
      const slot = slots[index] ?? -1;
      const spread = slot < 0 ? undefined : this.#spreadOf(metric);
      if (!spread) continue;
      plan.slots.push(slot);
      plan.spreads.push(spread);
    }
    this.#plans.set(host, plan);
    return plan;
  }

  #spreadOf(metric: Metric): Spread | undefined {
    if (!isSummarised(metric)) return undefined;
    const known = this.#spreads.get(metric.name);
    if (known || this.#spreads.size >= METRICS_MAX) return known;
    const spread = new Spread(metric);
    this.#spreads.set(metric.name, spread);
    return spread;
  }

  #layOut(): void {
    const { cluster } = this.#hosts;
    const metrics = [...this.#spreads.values()].flatMap(({ metric }) => summaryMetrics(metric));
    const number = cluster.layout.schema + 1;
    this.#hosts.adopt(cluster, { number, metrics }, () => this.#samples.store(cluster));
    this.#laidOut = this.#spreads.size;
  }
}
