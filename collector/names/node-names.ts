import type { HostTable } from '../hosts/host-table.ts';
import { Labels, METRIC_NAME } from '../query/labels.ts';
import { Matcher, matchesAll } from '../query/matcher.ts';
import type {
  EvaluationTimes,
  SampleSeries,
  SampleSource,
  SelectHints,
  SelectPlan,
} from '../query/source.ts';
import type { Column } from '../query/value.ts';
import type { DerivedMetric } from './derived-metric.ts';
import { Listings } from './listings.ts';
import { NODE_METRICS } from './node-exporter.ts';
import { StoredNames } from './stored-names.ts';
import { findsNative, HOST, INSTANCE, JOB, JOB_VALUE, translate } from './translate.ts';
import { deriveCounter, deriveGauge } from './values.ts';

/** A derived metric and what to ask of its native ones. */
interface Wanted {
  readonly metric: DerivedMetric;
  readonly from: readonly Matcher[];
  readonly beside: readonly (readonly Matcher[])[];
}

/** What the listing of a derived metric is made from. */
interface DerivedListing {
  readonly metric: DerivedMetric;
  readonly from: readonly Labels[];
  readonly beside: readonly (readonly Labels[])[];
}

const BY_NAME: ReadonlyMap<string, readonly DerivedMetric[]> = Map.groupBy(
  NODE_METRICS,
  ({ name }) => name,
);

/**
 * A source of native series that also answers to node_exporter's names (docs/names.md). Nothing is stored for it. A selector that finds the
 * native series finds these alone; listings have both. What a host has stored under such a name goes before what would be derived.
 */
export class NodeNames implements SampleSource {
  readonly #natives: SampleSource;
  readonly #hosts: Pick<HostTable, 'byName'>;
  readonly #listings = new Listings();
  /** Label sets by those that they are made from, which the native source keeps. */
  readonly #labels = new Map<DerivedMetric, WeakMap<Labels, Labels>>();

  constructor(natives: SampleSource, hosts: Pick<HostTable, 'byName'>) {
    this.#natives = natives;
    this.#hosts = hosts;
  }

  plan(matchers: readonly Matcher[], hints: SelectHints): SelectPlan {
    const plans = [this.#natives.plan(matchers, hints)];
    const wanted = selected(matchers);
    for (const { metric, from, beside } of wanted) {
      const own = nativeHints(metric, hints);
      plans.push(...[from, ...beside].map((natives) => this.#natives.plan(natives, own)));
    }
    if (wanted.length > 0) {
      const stored = storedMatchers(wanted, matchers);
      if (stored !== matchers) plans.push(this.#natives.plan(stored, hints));
    }
    const isOfTheRange = wanted.some(({ metric }) => metric.kind === 'counter');
    return { ...sumOf(plans), ...(isOfTheRange && { isOfTheRange }) };
  }

  select(matchers: readonly Matcher[], hints: SelectHints): readonly SampleSeries[] {
    const found = this.#natives.select(matchers, hints);
    const wanted = selected(matchers);
    if (wanted.length === 0) return found;
    const read = this.#onceEach(hints);
    const names = storedMatchers(wanted, matchers);
    const underNames = names === matchers ? found : this.#natives.select(names, hints);
    const stored = new StoredNames(labelsOf(underNames));
    const derived = wanted.flatMap((one) => this.#derive(one, { matchers, hints, read, stored }));
    return [...found, ...derived];
  }

  eachColumn(
    matchers: readonly Matcher[],
    hints: SelectHints,
    times: EvaluationTimes,
    use: (column: Column) => void,
  ): boolean {
    if (selected(matchers).length > 0) return false;
    return this.#natives.eachColumn?.(matchers, hints, times, use) ?? false;
  }

  series(
    matchers: readonly Matcher[],
    range: { readonly startMs: number; readonly endMs: number },
  ): readonly Labels[] {
    const natives = this.#natives.series(matchers, range);
    const wanted = wantedBy(matchers);
    const parts = wanted.map(({ metric, from, beside }) => ({
      metric,
      from: this.#natives.series(from, range),
      beside: beside.map((others) => this.#natives.series(others, range)),
    }));
    if (parts.length === 0) return natives;
    const underNames = this.#natives.series(storedMatchers(wanted, matchers), range);
    const sources = parts.flatMap(({ from, beside }) => [from, ...beside]);
    const inputs = [natives, underNames, ...sources];
    return this.#listings.list(matchers.join(), inputs, () => {
      const stored = new StoredNames(underNames);
      const derived = parts
        .flatMap((part) => this.#derivedLabels(part))
        .filter((labels) => matchesAll(matchers, labels) && !stored.replaces(labels));
      return [...natives, ...derived];
    });
  }

  #derivedLabels({ metric, from, beside }: DerivedListing): readonly Labels[] {
    const keys = beside.map((natives) => new Set(natives.map(withoutName)));
    return from
      .filter((labels) => keys.every((known) => known.has(sharedKey(metric, labels))))
      .map((labels) => this.#labelsOf(metric, labels));
  }

  #derive(
    { metric, from, beside }: Wanted,
    {
      matchers,
      hints,
      read,
      stored,
    }: {
      readonly matchers: readonly Matcher[];
      readonly hints: SelectHints;
      readonly stored: StoredNames;
      readonly read: (
        metric: DerivedMetric,
        natives: readonly Matcher[],
      ) => readonly SampleSeries[];
    },
  ): readonly SampleSeries[] {
    const others = beside.map(
      (natives) => new Map(read(metric, natives).map((one) => [withoutName(one.labels), one])),
    );
    const endsAtMs = hints.rangeMs === 0 ? hints.untilMs : undefined;
    return read(metric, from).flatMap((first) => {
      const labels = this.#labelsOf(metric, first.labels);
      const key = sharedKey(metric, first.labels);
      const besides = others.flatMap((byKey) => byKey.get(key) ?? []);
      if (besides.length < others.length || !matchesAll(matchers, labels)) return [];
      if (stored.replaces(labels)) return [];
      const inputs = { first, beside: besides };
      const series =
        metric.kind === 'gauge'
          ? deriveGauge(metric, labels, inputs)
          : deriveCounter(metric, labels, inputs, endsAtMs);
      return series.timesMs.length === 0 ? [] : [series];
    });
  }

  /** Reads native series; those that several derived metrics share are read once. */
  #onceEach(hints: SelectHints) {
    const known = new Map<string, readonly SampleSeries[]>();
    return (metric: DerivedMetric, natives: readonly Matcher[]): readonly SampleSeries[] => {
      const own = nativeHints(metric, hints);
      const key = `${own.operation} ${own.rangeMs} ${natives.join()}`;
      const read = known.get(key) ?? this.#natives.select(natives, own);
      known.set(key, read);
      return read;
    };
  }

  #labelsOf(metric: DerivedMetric, native: Labels): Labels {
    let known = this.#labels.get(metric);
    if (!known) {
      known = new WeakMap();
      this.#labels.set(metric, known);
    }
    let labels = known.get(native);
    if (!labels) {
      labels = this.#rename(metric, native);
      known.set(native, labels);
    }
    return labels;
  }

  #rename({ name, fixed, renamed, described }: DerivedMetric, native: Labels): Labels {
    const host = this.#hosts.byName(native.get(HOST));
    const record: Record<string, string> = { ...native.toObject(), ...fixed };
    for (const [label, from] of Object.entries(renamed)) {
      record[label] = native.get(from);
      record[from] = '';
    }
    for (const [label, describe] of Object.entries(described)) {
      record[label] = host ? describe(host) : '';
    }
    record[METRIC_NAME] = name;
    record[INSTANCE] = native.get(HOST);
    record[JOB] = JOB_VALUE;
    return Labels.from(record);
  }
}

function* labelsOf(series: Iterable<SampleSeries>): Generator<Labels> {
  for (const { labels } of series) yield labels;
}

/** What samples are needed of. */
function selected(matchers: readonly Matcher[]): readonly Wanted[] {
  return wantedBy(matchers).filter(({ metric }) => !findsNative(metric, matchers));
}

function wantedBy(matchers: readonly Matcher[]): readonly Wanted[] {
  return candidates(matchers).flatMap((metric) => {
    const from = translate(metric, matchers);
    if (!from) return [];
    const shared = from.filter(({ name }) => name !== METRIC_NAME && name !== metric.ownLabel);
    const beside = metric.beside.map((name) => [new Matcher(METRIC_NAME, '=', name), ...shared]);
    return [{ metric, from, beside }];
  });
}

/**
 * Finds what is stored under the names of derived metrics on the hosts that are asked for, whatever else is asked: another matcher may find
 * fewer series, never others. `up` is native as well and replaces nothing.
 * @returns `matchers` themselves when they ask for just that
 */
function storedMatchers(
  wanted: readonly Wanted[],
  matchers: readonly Matcher[],
): readonly Matcher[] {
  const foreign = wanted.filter(({ metric }) => metric.name !== metric.from);
  const names = [...new Set(foreign.map(({ metric }) => metric.name))];
  const hosts = wanted[0]?.from.filter(({ name }) => name === HOST) ?? [];
  const stored = [
    new Matcher(METRIC_NAME, names.length === 1 ? '=' : '=~', names.join('|')),
    ...hosts,
  ];
  return stored.join() === matchers.join() ? matchers : stored;
}

/** Metrics that the matchers of names allow. */
function candidates(matchers: readonly Matcher[]): readonly DerivedMetric[] {
  const exact = matchers.find(({ name, alternatives }) => name === METRIC_NAME && alternatives);
  if (!exact?.alternatives) return NODE_METRICS;
  return exact.alternatives.flatMap((name) => BY_NAME.get(name) ?? []);
}

/** They look at the last two samples, which must be those of the finest archive. */
const LAST_CHANGE: ReadonlySet<string> = new Set(['irate', 'idelta']);

/** Counters need every sample of the range, in the coarsest archive that gives the same integral. */
function nativeHints(metric: DerivedMetric, hints: SelectHints): SelectHints {
  if (metric.kind === 'counter') {
    const operation = LAST_CHANGE.has(hints.operation) ? hints.operation : 'avg_over_time';
    return { ...hints, rangeMs: Math.max(1, hints.rangeMs), operation };
  }
  // A maximum of a difference is not made from maxima.
  return metric.beside.length === 0 ? hints : { ...hints, operation: '' };
}

/** What a series has in common with those beside it. */
function sharedKey({ ownLabel = '' }: DerivedMetric, labels: Labels): string {
  return labels.keyWithout(new Set([METRIC_NAME, ownLabel]));
}

const NAME_ONLY: ReadonlySet<string> = new Set([METRIC_NAME]);

function withoutName(labels: Labels): string {
  return labels.keyWithout(NAME_ONLY);
}

function sumOf(plans: readonly SelectPlan[]): SelectPlan {
  const needed = plans.filter(({ series }) => series > 0);
  const [first = plans[0] as SelectPlan] = needed;
  return {
    archive: [...new Set(needed.map(({ archive }) => archive))].join(', ') || first.archive,
    series: needed.reduce((sum, { series }) => sum + series, 0),
    samples: needed.reduce((sum, { samples }) => sum + samples, 0),
    stored: needed.reduce((sum, { series, stored = series }) => sum + stored, 0),
    rowSeconds: Math.max(
      1,
      ...needed.map(({ rowSeconds = Number.POSITIVE_INFINITY }) => rowSeconds),
    ),
  };
}
