/** Ways to look at all hosts at once: one number per host, from one or more of its metrics. */
import type { MetricInfo } from '../../wire/http.ts';

export interface Lens {
  /** In the URL; for most, the name of the metric. */
  readonly id: string;
  readonly title: string;
  readonly units: string;
  readonly metrics: readonly string[];
  /** @param values of `metrics` for one host, NaN = unknown */
  value(values: readonly number[]): number;
}

/** What operators ask for and agents send only in parts. */
const DERIVED: readonly Lens[] = [
  {
    id: 'cpu',
    title: 'CPU busy',
    units: '%',
    metrics: ['cpu_idle'],
    value: ([idle]) => 100 - idle!,
  },
  {
    id: 'memory',
    title: 'Memory used',
    units: '%',
    metrics: ['mem_available', 'mem_total'],
    value: ([available, total]) => 100 * (1 - available! / total!),
  },
  {
    id: 'network',
    title: 'Network in + out',
    units: 'bytes/sec',
    metrics: ['bytes_in', 'bytes_out'],
    value: ([received, sent]) => received! + sent!,
  },
];

/** Lenses that the catalogue allows: the derived ones first, then every metric that has one number per host and can move. */
export function lensesOf(catalogue: readonly MetricInfo[]): Lens[] {
  const plain = catalogue.filter(
    (metric) => metric.type !== 'string' && metric.labelNames.length === 0,
  );
  const names = new Set(plain.map((metric) => metric.name));
  const derived = DERIVED.filter((lens) => lens.metrics.every((metric) => names.has(metric)));
  return [...derived, ...plain.map(plainLens)];
}

function plainLens(metric: MetricInfo): Lens {
  return {
    id: metric.name,
    title: metric.title || metric.name,
    units: metric.units,
    metrics: [metric.name],
    value: ([value]) => value!,
  };
}

/** Lenses of the four lists on the overview, in order of preference. */
const FAVOURITES = [
  'cpu',
  'memory',
  'network',
  'load_one',
  'part_max_used',
  'cpu_user',
  'mem_free',
  'bytes_in',
];

/** `count` lenses: those `wanted` by id, filled up with favourites, then with whatever there is. */
export function chooseLenses(
  lenses: readonly Lens[],
  wanted: readonly string[],
  count: number,
): Lens[] {
  const ids = [...wanted, ...FAVOURITES, ...lenses.map((lens) => lens.id)];
  const found = ids.flatMap((id) => lenses.find((lens) => lens.id === id) ?? []);
  return [...new Set(found)].slice(0, count);
}
