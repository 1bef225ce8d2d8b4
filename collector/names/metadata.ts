import type { MetricInfo } from '../../wire/http.ts';
import type { MetricMetadata } from '../query/http.ts';
import { NODE_METRICS } from './node-exporter.ts';

type Metadata = Record<string, readonly MetricMetadata[]>;

const PART = /^(.+)_(bucket|count|sum)$/;

/** What is told of stored metrics. As in Prometheus, the parts of a histogram or summary are told of together, under its own name. */
export function nativeMetadata(metrics: readonly MetricInfo[]): Metadata {
  const numbers = metrics.filter(({ type }) => type !== 'string');
  const counters = new Set(numbers.filter(isCounter).map(({ name }) => name));
  const distribution = (stem: string): 'histogram' | 'summary' | undefined => {
    if (!counters.has(`${stem}_count`) || !counters.has(`${stem}_sum`)) return undefined;
    return counters.has(`${stem}_bucket`) ? 'histogram' : 'summary';
  };
  return Object.fromEntries(
    numbers.map((metric) => {
      const { name, title, description, units: unit } = metric;
      const stem = PART.exec(name)?.[1] ?? name;
      const whole = distribution(stem);
      if (whole) return [stem, [{ type: whole, help: description, unit }]] as const;
      return [name, [{ type: typeOf(metric), help: description || title, unit }]] as const;
    }),
  );
}

function isCounter({ slope }: MetricInfo): boolean {
  return slope === 'positive';
}

/** Where a protocol does not tell whether a value is a counter, neither do we. */
function typeOf({ slope }: MetricInfo): MetricMetadata['type'] {
  if (slope === 'positive') return 'counter';
  return slope === 'unspecified' ? 'unknown' : 'gauge';
}

/**
 * What is told of the derived metrics whose native ones are there.
 * @param natives by name
 */
export function nodeMetadata(natives: Readonly<Metadata>): Metadata {
  const present = NODE_METRICS.filter(
    ({ from, beside }) => from === 'up' || [from, ...beside].every((name) => natives[name]),
  );
  return Object.fromEntries(
    present.map(({ name, kind, from }) => {
      const help = natives[from]?.[0]?.help ?? '';
      return [name, [{ type: kind, help, unit: '' }]] as const;
    }),
  );
}
