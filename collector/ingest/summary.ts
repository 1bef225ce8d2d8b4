/** How each unlabelled metric spreads over all hosts that are up, each second: the values of the cluster's pseudo-host. */
import { BAND_FIELDS } from '../../wire/http.ts';
import type { Metric } from '../../wire/metric.ts';
import type { HostRows } from '../hosts/host-rows.ts';
import type { IngestHost } from './ingest-host.ts';
import type { IngestHosts } from './ingest-hosts.ts';
import { selectRank } from './quantile.ts';
import type { SampleSink } from './sample-sink.ts';

/** Metrics that are summarised; a cluster with more different ones gets the first. */
const METRICS_MAX = 2000;
const HOSTS_AT_FIRST = 64;

/** The values of one metric on all hosts, of the second that is being summarised. */
interface Spread {
  readonly metric: Metric;
  values: Float64Array;
  count: number;
}

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

  /** Writes the summaries of `second` into the rows of the cluster. */
  add(second: number): void {
    for (const spread of this.#spreads.values()) spread.count = 0;
    for (const host of this.#hosts.values()) if (host.state === 'up') this.#collect(host, second);
    if (this.#spreads.size === 0) return;
    if (this.#spreads.size > this.#laidOut) this.#layOut();
    const { layout } = this.#hosts.cluster;
    const at = layout.rows.open(second);
    let index = 0;
    for (const spread of this.#spreads.values()) {
      for (const value of summarise(spread)) {
        layout.rows.cells[at + (layout.slots[index] ?? 0)] = value;
        index += 1;
      }
    }
    this.#hosts.states.setSecond(0, second);
  }

  #collect(host: IngestHost, second: number): void {
    const { slots, spreads, rows } = this.#planOf(host);
    const at = rows.find(second);
    if (at < 0) return;
    for (let index = 0; index < slots.length; index += 1) {
      const value = rows.cells[at + (slots[index] ?? 0)] ?? Number.NaN;
      const spread = spreads[index];
      if (spread && !Number.isNaN(value)) append(spread, value);
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
    if (metric.type === 'string' || Object.keys(metric.labels).length > 0) return undefined;
    const known = this.#spreads.get(metric.name);
    if (known || this.#spreads.size >= METRICS_MAX) return known;
    const spread = { metric, values: new Float64Array(HOSTS_AT_FIRST), count: 0 };
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

function append(spread: Spread, value: number): void {
  if (spread.count === spread.values.length) {
    const larger = new Float64Array(spread.count * 2);
    larger.set(spread.values);
    spread.values = larger;
  }
  spread.values[spread.count] = value;
  spread.count += 1;
}

function summaryMetrics(metric: Metric): Metric[] {
  return BAND_FIELDS.map((field) => ({
    ...metric,
    type: 'double',
    labels: { summary: field },
    units: field === 'count' ? 'hosts' : metric.units,
  }));
}

/** In the order of BAND_FIELDS; NaN for all but the count when no host has the metric. */
function summarise({ metric, values, count }: Spread): number[] {
  if (count === 0) return BAND_FIELDS.map((field) => (field === 'count' ? 0 : Number.NaN));
  const first = values[0] ?? 0;
  let sum = 0;
  let min = first;
  let max = first;
  for (let index = 0; index < count; index += 1) {
    const value = values[index] ?? 0;
    sum += value;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  if (min === max) return [min, min, min, min, withoutNoise(sum, metric), count];
  const rank = (share: number) => Math.round(share * (count - 1));
  const p50 = selectRank(values, rank(0.5), { from: 0, count });
  // What lies below the median is now to its left, what lies above to its right.
  const p5 = selectRank(values, rank(0.05), { from: 0, count: rank(0.5) + 1 });
  const p95 = selectRank(values, rank(0.95), { from: rank(0.5), count });
  return [p5, p50, p95, max, withoutNoise(sum, metric), count];
}

/** Sums of decimal numbers are decimal numbers again, which the archives keep in fewer bytes. */
function withoutNoise(sum: number, { type }: Metric): number {
  return type === 'float' ? Number(sum.toPrecision(7)) : Math.round(sum * 1e6) / 1e6;
}
