import type { MetricInfo } from '../../wire/http.ts';
import type { HostTable } from '../hosts/host-table.ts';
import { listedSeries } from './host-json.ts';

/** Every metric over all hosts; put together on demand and kept until a series comes or goes. */
export class MetricCatalogue {
  readonly #hosts: HostTable;
  #list: readonly MetricInfo[] | undefined;
  /** Some series has a dmax: whether it is listed depends on the time. */
  #hasDmax = false;

  constructor(hosts: HostTable) {
    this.#hosts = hosts;
    hosts.subscribe(({ kind }) => {
      if (kind === 'event' || (kind === 'second' && !this.#hasDmax)) return;
      this.#list = undefined;
    });
  }

  /** In order of their names. */
  list(): readonly MetricInfo[] {
    this.#list ??= this.#collect(Date.now());
    return this.#list;
  }

  #collect(nowMs: number): readonly MetricInfo[] {
    this.#hasDmax = false;
    const found = new Map<string, { info: MetricInfo; hosts: Set<number>; labels: Set<string> }>();
    for (const host of this.#hosts.list()) {
      this.#hasDmax ||= host.series.some(({ metric }) => metric.dmax > 0);
      for (const { metric } of listedSeries(host, nowMs)) {
        const { name, type, slope, units, group, title, description } = metric;
        let entry = found.get(name);
        if (!entry) {
          const info = {
            name,
            type,
            slope,
            units,
            group,
            title,
            description,
            hostCount: 0,
            labelNames: [],
          };
          entry = { info, hosts: new Set(), labels: new Set() };
          found.set(name, entry);
        }
        entry.hosts.add(host.number);
        for (const label of Object.keys(metric.labels)) entry.labels.add(label);
      }
    }
    return [...found.values()]
      .map(({ info, hosts, labels }) => ({
        ...info,
        hostCount: hosts.size,
        labelNames: [...labels].sort(),
      }))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }
}
