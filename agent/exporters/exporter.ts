import { InputError } from '../../base/errors.ts';
import { ownText } from '../../base/own-text.ts';
import { isLabelName, isMetricName, type Labels, LIMITS } from '../../wire/metric.ts';
import { matcher } from '../patterns.ts';
import type { Probe } from '../probe.ts';
import type { SeriesSpec, SourceTable } from '../series.ts';
import { cutText } from '../texts.ts';
import { type Exposition, readSeries } from './exposition.ts';
import { scrape } from './scrape.ts';

export interface ExporterOptions {
  readonly url: string;
  /** What the label `source` of its own series says. */
  readonly source: string;
  /** Labels of each series, as a Prometheus that scraped it would set them: the exporter's name, and host and port. */
  readonly job: string;
  readonly instance: string;
  readonly everySeconds: number;
  /** Patterns of the metrics that are taken; none = all. */
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  /** Series that one answer may have, without those that the patterns leave out. */
  readonly seriesMax: number;
}

/** As Prometheus' own default. */
const TIMEOUT_SECONDS = 10;
/** A sample that says it is older than this, or so far ahead, is not of the present. */
const AGE_MS_MAX = 300_000;
/** Metrics of an answer for which it is remembered whether the patterns take them; they are asked for each sample of the others. */
const DECISIONS_MAX = 1000;
/** Index of a series that has no place in the table. */
const NO_PLACE = -1;

/** A series that the last answer had. */
interface Known {
  /** In the table; or `NO_PLACE`. */
  readonly index: number;
  value: number;
  /** Number of the answer that had it last. */
  answer: number;
}

/**
 * A Prometheus exporter on this host. Its series keep their names, labels and values: counters stay counters. An answer that cannot
 * be taken whole is not taken at all; only series that the wire has no words for are left out, and counted.
 */
export class Exporter implements Probe {
  readonly name: string;
  readonly everySeconds: number;
  readonly timeoutSeconds: number;
  readonly table: SourceTable;
  readonly #options: ExporterOptions;
  readonly #nowMs: () => number;
  readonly #isIncluded: (name: string) => boolean;
  readonly #isExcluded: (name: string) => boolean;
  /** Whether a metric is taken, of some of the last answer's. */
  readonly #wanted = new Map<string, boolean>();
  /** By the series as the answer writes it. */
  readonly #known = new Map<string, Known>();
  readonly #count: number;
  readonly #leftOut: number;
  #answers = 0;
  /** Of the last answer. */
  #types = '';

  constructor(
    options: ExporterOptions,
    { table, nowMs }: { table: SourceTable; nowMs: () => number },
  ) {
    const { source, everySeconds, include, exclude } = options;
    this.name = source;
    this.everySeconds = everySeconds;
    this.timeoutSeconds = Math.min(TIMEOUT_SECONDS, everySeconds);
    this.table = table;
    this.#options = options;
    this.#nowMs = nowMs;
    this.#isIncluded = include.length === 0 ? () => true : matcher(include);
    this.#isExcluded = matcher(exclude);
    const labels = { source };
    this.#count = table.add({ ...COUNT, labels });
    this.#leftOut = table.add({ ...LEFT_OUT, labels });
  }

  async run(signal: AbortSignal): Promise<void> {
    const { url, seriesMax } = this.#options;
    this.#answers += 1;
    this.#wanted.clear();
    const answer = this.#answers;
    const fresh = new Map<string, number>();
    const nowMs = this.#nowMs();
    let known = 0;
    const onSample = (series: string, given: number, timeMs = nowMs) => {
      const isPresent = Math.abs(nowMs - timeMs) <= AGE_MS_MAX;
      const value = isPresent && Number.isFinite(given) ? given : Number.NaN;
      const before = this.#known.get(series);
      if (before) {
        if (before.answer !== answer) known += 1;
        before.answer = answer;
        before.value = value;
      } else if (this.#isWanted(series)) fresh.set(ownText(series), value);
      if (known + fresh.size > seriesMax) throw tooMany(url, seriesMax);
    };
    const exposition = await scrape(url, onSample, signal);
    this.#show(exposition, fresh);
  }

  #isWanted(series: string): boolean {
    const name = nameOf(series);
    let isWanted = this.#wanted.get(name);
    if (isWanted === undefined) {
      isWanted = this.#isIncluded(name) && !this.#isExcluded(name);
      if (this.#wanted.size < DECISIONS_MAX) this.#wanted.set(ownText(name), isWanted);
    }
    return isWanted;
  }

  /** Brings a whole answer into the table. */
  #show(exposition: Exposition, fresh: ReadonlyMap<string, number>): void {
    let leftOut = 0;
    for (const [series, { index, answer }] of this.#known) {
      if (answer === this.#answers) continue;
      this.table.remove(index);
      this.#known.delete(series);
    }
    this.#followTypes(exposition);
    for (const [series, value] of fresh) {
      const spec = this.#specOf(series, exposition);
      const index = spec ? this.table.add(spec) : NO_PLACE;
      this.#known.set(series, { index, value, answer: this.#answers });
    }
    const { numbers } = this.table;
    for (const { index, value } of this.#known.values()) {
      if (index >= 0) numbers[index] = value;
      else leftOut += 1;
    }
    if (this.#count >= 0) numbers[this.#count] = this.#known.size - leftOut;
    if (this.#leftOut >= 0) numbers[this.#leftOut] = leftOut;
  }

  /** An exporter that was started anew may call a gauge what was a counter. */
  #followTypes(exposition: Exposition): void {
    const { types } = exposition;
    if (types === this.#types) return;
    this.#types = types;
    for (const [series, { index }] of this.#known) {
      const spec = index >= 0 ? this.#specOf(series, exposition) : undefined;
      if (spec) this.table.add(spec);
    }
  }

  /** @returns undefined when the wire has no words for the series */
  #specOf(series: string, exposition: Exposition): SeriesSpec | undefined {
    const { job, instance } = this.#options;
    const { name, labels: own } = readSeries(series);
    const labels: Labels = { ...withoutReserved(own), job, instance };
    if (!isMetricName(name) || !areSound(labels)) return undefined;
    const { isCumulative, help, unit } = exposition.meaning(name);
    return {
      name,
      labels,
      type: 'double',
      slope: isCumulative ? 'positive' : 'both',
      // By this, queries know how long a counter is held between two measurements.
      tmax: this.everySeconds,
      units: cutText(unit, LIMITS.units),
      group: job,
      title: name,
      description: cutText(help, LIMITS.description),
    };
  }
}

const COUNT: SeriesSpec = {
  name: 'exporter_series',
  group: 'agent',
  title: 'Series of an exporter',
  description: 'in its last answer',
  type: 'uint',
};

const LEFT_OUT: SeriesSpec = {
  name: 'exporter_series_left_out',
  group: 'agent',
  title: 'Series of an exporter left out',
  description: 'too long a name, too long or too many labels, or no place left',
  type: 'uint',
};

function nameOf(series: string): string {
  const brace = series.indexOf('{');
  return brace < 0 ? series : series.slice(0, brace).trimEnd();
}

/** As Prometheus does it: labels that a scraped series gets from outside do not hide its own. */
const RESERVED: ReadonlySet<string> = new Set(['host', 'job', 'instance']);

function withoutReserved(labels: Labels): Labels {
  const pairs = Object.entries(labels).map(([label, value]) => [
    RESERVED.has(label) ? `exported_${label}` : label,
    value,
  ]);
  return Object.fromEntries(pairs);
}

function areSound(labels: Labels): boolean {
  const pairs = Object.entries(labels);
  return (
    pairs.length <= LIMITS.labels &&
    pairs.every(
      ([label, value]) => isLabelName(label) && Buffer.byteLength(value) <= LIMITS.labelValue,
    )
  );
}

function tooMany(url: string, seriesMax: number): InputError {
  return new InputError(
    'exporter-series',
    `${url} has more than ${seriesMax} series, so none is taken. Leave some out with include or exclude, or raise agent.exporterSeriesMax.`,
    { field: 'agent.exporterSeriesMax' },
  );
}
