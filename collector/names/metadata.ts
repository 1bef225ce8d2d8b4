import type { MetricMetadata } from '../query/http.ts';
import { NODE_METRICS } from './node-exporter.ts';

/**
 * What is told of the derived metrics whose native ones are there.
 * @param natives by name
 */
export function nodeMetadata(
  natives: Readonly<Record<string, readonly MetricMetadata[]>>,
): Record<string, readonly MetricMetadata[]> {
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
