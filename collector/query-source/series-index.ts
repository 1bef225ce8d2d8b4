import type { HostTable, LiveHost, LiveSeries } from '../hosts/host-table.ts';
import { Labels, METRIC_NAME } from '../query/labels.ts';
import { type Matcher, matchesAll } from '../query/matcher.ts';

/** The label that holds the host's name. */
const HOST = 'host';
/** 1 while the host is heard from, 0 while it is down, absent when it was stopped as planned. */
export const UP = 'up';

/** One series as queries see it. */
export interface IndexedSeries {
  readonly host: LiveHost;
  /** Undefined for `up`, which is made from the others. */
  readonly series: LiveSeries | undefined;
  readonly labels: Labels;
}

/** Series of one host by their metric; looked up and given their labels when a query first asks for the metric. */
class HostSeries {
  readonly host: LiveHost;
  readonly #byMetric = new Map<string, readonly IndexedSeries[]>();

  constructor(host: LiveHost) {
    this.host = host;
  }

  metrics(): ReadonlySet<string> {
    return new Set([...this.host.allSeries().map(({ metric }) => metric.name), UP]);
  }

  of(metric: string): readonly IndexedSeries[] {
    const known = this.#byMetric.get(metric);
    if (known) return known;
    const indexed = metric === UP ? [this.#up()] : this.#numbersOf(metric);
    // Names that no series has are not kept: queries could ask for any number of them.
    if (indexed.length > 0) this.#byMetric.set(metric, indexed);
    return indexed;
  }

  #numbersOf(name: string): readonly IndexedSeries[] {
    return this.host
      .allSeries()
      .filter(({ metric }) => metric.name === name && metric.type !== 'string')
      .map((series) => this.#index(series));
  }

  #index(series: LiveSeries): IndexedSeries {
    const { name, labels } = series.metric;
    return { host: this.host, series, labels: this.#labels(name, labels) };
  }

  #up(): IndexedSeries {
    return { host: this.host, series: undefined, labels: this.#labels(UP, {}) };
  }

  /** The series' own labels go before the host's. */
  #labels(metric: string, own: Readonly<Record<string, string>>): Labels {
    return Labels.from({
      ...this.host.labels,
      ...withoutReserved(own),
      [HOST]: this.host.name,
      [METRIC_NAME]: metric,
    });
  }
}

/**
 * A label that means something else in queries is called `exported_…` there, as Prometheus does it: left out, it would leave two series
 * with the same labels, and such a query fails.
 */
function withoutReserved(own: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  if (own[HOST] === undefined && own[METRIC_NAME] === undefined) return own;
  const pairs = Object.entries(own).map(([name, value]) =>
    name === HOST || name === METRIC_NAME ? [`exported_${name}`, value] : [name, value],
  );
  return Object.fromEntries(pairs);
}

/** Series in all answers that are kept. */
const KEPT_SERIES_MAX = 500_000;

/** Finds series by matchers; follows the host table. The answer to the same matchers is the same list until hosts or series change. */
export class SeriesIndex {
  readonly #hosts: HostTable;
  readonly #found = new Map<string, readonly IndexedSeries[]>();
  #foundSeries = 0;
  #generation = 0;
  readonly #byNumber = new Map<number, HostSeries>();
  /** Series of all hosts by their metric, until a host changes: rules ask for the same ones each second. */
  readonly #byMetric = new Map<string, readonly IndexedSeries[]>();
  readonly #unsubscribe: () => void;

  constructor(hosts: HostTable) {
    this.#hosts = hosts;
    this.#unsubscribe = hosts.subscribe((change) => {
      switch (change.kind) {
        case 'host-added':
        case 'host-changed':
        case 'series-changed':
        case 'host-removed':
          this.#byNumber.delete(change.host.number);
          this.#byMetric.clear();
          this.#forget();
          this.#generation += 1;
          break;
        case 'state':
        case 'event':
        case 'second':
          break;
      }
    });
  }

  /** Another one after hosts or series have changed. */
  get generation(): number {
    return this.#generation;
  }

  find(matchers: readonly Matcher[]): readonly IndexedSeries[] {
    const key = matchers.join();
    const known = this.#found.get(key);
    if (known) return known;
    const found = this.#search(matchers);
    this.#foundSeries += found.length + 1;
    if (this.#foundSeries > KEPT_SERIES_MAX) this.#forget();
    this.#found.set(key, found);
    return found;
  }

  #forget(): void {
    this.#found.clear();
    this.#foundSeries = 0;
  }

  #search(matchers: readonly Matcher[]): readonly IndexedSeries[] {
    const byName = exact(METRIC_NAME, matchers);
    const byHost = exact(HOST, matchers);
    if (byName && !byHost) {
      const others = matchers.filter((matcher) => matcher !== byName);
      const found = byName.alternatives.flatMap((name) => this.#everywhere(name));
      return others.length === 0 ? found : found.filter(({ labels }) => matchesAll(others, labels));
    }
    const found: IndexedSeries[] = [];
    for (const host of byHost ? this.#named(byHost.alternatives) : this.#hosts.list()) {
      const series = this.#seriesOf(host);
      for (const name of byName?.alternatives ?? series.metrics()) {
        for (const one of series.of(name)) if (matchesAll(matchers, one.labels)) found.push(one);
      }
    }
    return found;
  }

  #everywhere(metric: string): readonly IndexedSeries[] {
    const known = this.#byMetric.get(metric);
    if (known) return known;
    const found = this.#hosts.list().flatMap((host) => this.#seriesOf(host).of(metric));
    if (found.length > 0) this.#byMetric.set(metric, found);
    return found;
  }

  close(): void {
    this.#unsubscribe();
  }

  #named(names: readonly string[]): readonly LiveHost[] {
    return names.flatMap((name) => this.#hosts.byName(name) ?? []);
  }

  #seriesOf(host: LiveHost): HostSeries {
    let series = this.#byNumber.get(host.number);
    if (!series || series.host !== host) {
      series = new HostSeries(host);
      this.#byNumber.set(host.number, series);
    }
    return series;
  }
}

/** The matcher that names all values that a label may have, if there is one. */
function exact(label: string, matchers: readonly Matcher[]): ExactMatcher | undefined {
  return matchers.find(
    (matcher): matcher is ExactMatcher =>
      matcher.name === label && matcher.alternatives !== undefined,
  );
}

type ExactMatcher = Matcher & { readonly alternatives: readonly string[] };
