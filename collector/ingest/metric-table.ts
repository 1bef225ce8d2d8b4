/** Every definition of a metric that any host has, once: a thousand equal machines share their fifty. */
import { type Metric, seriesKey } from '../../wire/metric.ts';

export interface NumberedMetric {
  readonly number: number;
  readonly metric: Metric;
  /** `seriesKey` of the metric. */
  readonly key: string;
}

export class MetricTable {
  readonly #entries: NumberedMetric[] = [];
  readonly #byDefinition = new Map<string, NumberedMetric>();

  /** @param metrics in the order of their numbers */
  constructor(metrics: readonly Metric[]) {
    for (const metric of metrics) this.intern(metric);
  }

  get size(): number {
    return this.#entries.length;
  }

  intern(metric: Metric): NumberedMetric {
    const definition = JSON.stringify(metric);
    const known = this.#byDefinition.get(definition);
    if (known) return known;
    const key = seriesKey(metric.name, metric.labels);
    const entry: NumberedMetric = { number: this.#entries.length, metric, key };
    this.#entries.push(entry);
    this.#byDefinition.set(definition, entry);
    return entry;
  }

  /** @param number of a metric that was interned */
  get(number: number): NumberedMetric {
    const entry = this.#entries[number];
    if (!entry) throw new Error(`no metric ${number}`);
    return entry;
  }

  from(first: number): Metric[] {
    return this.#entries.slice(first).map(({ metric }) => metric);
  }
}
