/** How one metric spreads over the hosts of a cluster at one moment. */
import { BAND_FIELDS } from '../../wire/http.ts';
import type { Metric } from '../../wire/metric.ts';
import { selectRank } from './quantile.ts';

const HOSTS_AT_FIRST = 64;

export class Spread {
  readonly metric: Metric;
  #values = new Float64Array(HOSTS_AT_FIRST);
  #count = 0;

  constructor(metric: Metric) {
    this.metric = metric;
  }

  get count(): number {
    return this.#count;
  }

  clear(): void {
    this.#count = 0;
  }

  /** Takes the value of one host. @param value NaN = unknown, which counts for nothing */
  add(value: number): void {
    if (Number.isNaN(value)) return;
    if (this.#count === this.#values.length) {
      const larger = new Float64Array(this.#count * 2);
      larger.set(this.#values);
      this.#values = larger;
    }
    this.#values[this.#count] = value;
    this.#count += 1;
  }

  /** In the order of BAND_FIELDS; NaN for all but the count when no host has the metric. */
  summary(): number[] {
    const values = this.#values;
    const count = this.#count;
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
    if (min === max) return [min, min, min, min, withoutNoise(sum, this.metric), count];
    const rank = (share: number) => Math.round(share * (count - 1));
    const p50 = selectRank(values, rank(0.5), { from: 0, count });
    // What lies below the median is now to its left, what lies above to its right.
    const p5 = selectRank(values, rank(0.05), { from: 0, count: rank(0.5) + 1 });
    const p95 = selectRank(values, rank(0.95), { from: rank(0.5), count });
    return [p5, p50, p95, max, withoutNoise(sum, this.metric), count];
  }
}

/** The metric of a host that is summarised: of those with text or labels there is no spread. */
export function isSummarised({ type, labels }: Metric): boolean {
  return type !== 'string' && Object.keys(labels).length === 0;
}

/** The series of the cluster that summarise a metric, in the order of BAND_FIELDS. */
export function summaryMetrics(metric: Metric): Metric[] {
  return BAND_FIELDS.map((field) => ({
    ...metric,
    type: 'double',
    labels: { summary: field },
    units: field === 'count' ? 'hosts' : metric.units,
  }));
}

/** Sums of decimal numbers are decimal numbers again, which the archives keep in fewer bytes. */
function withoutNoise(sum: number, { type }: Metric): number {
  return type === 'float' ? Number(sum.toPrecision(7)) : Math.round(sum * 1e6) / 1e6;
}
