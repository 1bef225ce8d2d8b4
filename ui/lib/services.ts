/** What a host says of its services: every series that names one, a line per service. */
import type { SeriesInfo } from '../../wire/http.ts';
import { natural } from './rack-map.ts';

/** Labels by which agents and scripts name a service. */
const NAMING = ['service', 'unit'] as const;

export interface ServiceTable {
  readonly metrics: readonly SeriesInfo[];
  readonly services: readonly {
    readonly name: string;
    /** By metric. */
    readonly values: ReadonlyMap<string, SeriesInfo>;
  }[];
}

export function servicesOf(series: readonly SeriesInfo[]): ServiceTable {
  const named = series.flatMap((one) => {
    const name = NAMING.flatMap((label) => one.labels[label] ?? [])[0];
    return name === undefined ? [] : [{ name, one }];
  });
  // Of a metric that has several series per service, none is the value of the service.
  const counts = Map.groupBy(named, ({ name, one }) => JSON.stringify([name, one.metric]));
  const several = new Set(
    [...counts.values()].flatMap(([first, second]) => (second ? first!.one.metric : [])),
  );
  const plain = named.filter(({ one }) => !several.has(one.metric));
  const byName = Map.groupBy(plain, ({ name }) => name);
  const metrics = new Map(plain.map(({ one }) => [one.metric, one]));
  return {
    metrics: [...metrics.values()],
    services: [...byName]
      .map(([name, members]) => ({
        name,
        values: new Map(members.map(({ one }) => [one.metric, one])),
      }))
      .sort((a, b) => natural(a.name, b.name)),
  };
}
