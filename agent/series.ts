/** The series of this host: what SCHEMA lists and SAMPLES carries, in one order. */
import { InputError } from '../base/errors.ts';
import { LIMITS, type Metric, seriesKey } from '../wire/metric.ts';
import { type TypeCodes, typeCodes, type ValueTable } from '../wire/samples.ts';

/** Ticks for which the place of a series that is gone stays its own: rows in the history still hold its values. */
const REUSE_AFTER_TICKS = 1000;
/** Seconds after which a value that comes each second is late. */
const TMAX_SECONDS = 5;

/** What a source says of a series; the rest has defaults: float, no units, both ways, never dropped, no labels. */
export type SeriesSpec = Pick<Metric, 'name' | 'group' | 'title'> & Partial<Metric>;

/**
 * The table of values. A series keeps its index for as long as it lives; a new one comes at the end, or at the place of one that
 * has been gone for longer than the history lasts. So each row of the history can be read by every later schema.
 */
export class SeriesTable implements ValueTable {
  numbers = new Float64Array(64).fill(Number.NaN);
  readonly strings: (string | undefined)[] = [];
  types: TypeCodes = new Uint8Array(0);
  /** Number of the schema; grows with each change that `settle` finds. */
  schema = 0;
  readonly #metrics: Metric[] = [];
  readonly #indexOf = new Map<string, number>();
  /** By index: the source that fills it. */
  readonly #owners: SourceTable[] = [];
  /** By index: the tick at which the series went, for those that are gone, in the order in which they went. */
  readonly #goneAt = new Map<number, number>();
  #tick = 0;
  #changed = false;

  /** By index, those that are gone included. */
  get metrics(): readonly Metric[] {
    return this.#metrics;
  }

  /** Series that are not gone. */
  get count(): number {
    return this.#metrics.length - this.#goneAt.size;
  }

  /**
   * Adds a series, or finds the one of this name and labels again.
   * @param owner the only one who may fill it
   * @returns its index; -1 when the host has as many series as it may (`LIMITS.metricsPerHost`)
   * @throws InputError `metric-taken` when the series is another owner's, `metric-type` when it was known with another type a
   *         short time ago
   */
  add(spec: SeriesSpec, owner: SourceTable): number {
    const metric = metricOf(spec);
    const key = seriesKey(metric.name, metric.labels);
    const known = this.#indexOf.get(key);
    if (known === undefined) return this.#insert(key, metric, owner);
    if (this.#owners[known] !== owner) {
      throw new InputError(
        'metric-taken',
        `${key} is measured by the agent itself. Give the metric another name or other labels.`,
        { field: 'name' },
      );
    }
    const before = this.#metrics[known];
    if (before?.type !== metric.type) {
      throw new InputError(
        'metric-type',
        `${key} is known as ${before?.type}, not ${metric.type}. Keep its type, or give the metric another name.`,
        { field: 'type' },
      );
    }
    this.#goneAt.delete(known);
    if (JSON.stringify(before) !== JSON.stringify(metric)) {
      this.#metrics[known] = metric;
      this.#changed = true;
    }
    return known;
  }

  /** The series is gone: its value is unknown from now on. */
  remove(index: number): void {
    if (index < 0) return;
    this.numbers[index] = Number.NaN;
    this.strings[index] = undefined;
    this.#goneAt.delete(index);
    this.#goneAt.set(index, this.#tick);
  }

  /** Something else that SCHEMA tells has changed: the next one is a new one. */
  touch(): void {
    this.#changed = true;
  }

  /** Says which tick comes next, and gives the schema a new number if series were added since the last call. */
  settle(tick: number): void {
    this.#tick = tick;
    if (!this.#changed) return;
    this.#changed = false;
    this.schema += 1;
    this.types = typeCodes(this.#metrics.map(({ type }) => type));
  }

  #insert(key: string, metric: Metric, owner: SourceTable): number {
    const index = this.#reusable() ?? this.#metrics.length;
    if (index >= LIMITS.metricsPerHost) return -1;
    this.#metrics[index] = metric;
    this.#owners[index] = owner;
    this.#indexOf.set(key, index);
    this.strings[index] = undefined;
    if (index >= this.numbers.length) this.#grow();
    this.#changed = true;
    return index;
  }

  #grow(): void {
    const larger = new Float64Array(this.numbers.length * 2).fill(Number.NaN);
    larger.set(this.numbers);
    this.numbers = larger;
  }

  #reusable(): number | undefined {
    const oldest = this.#goneAt.entries().next().value;
    if (oldest === undefined || this.#tick - oldest[1] <= REUSE_AFTER_TICKS) return undefined;
    const [index] = oldest;
    const metric = this.#metrics[index];
    if (metric) this.#indexOf.delete(seriesKey(metric.name, metric.labels));
    this.#goneAt.delete(index);
    return index;
  }
}

/** The part of the table that one source fills. */
export class SourceTable {
  readonly #table: SeriesTable;
  readonly #own = new Set<number>();

  constructor(table: SeriesTable) {
    this.#table = table;
  }

  /** By index; a new array after an `add`, so not to be kept. */
  get numbers(): Float64Array {
    return this.#table.numbers;
  }

  get strings(): (string | undefined)[] {
    return this.#table.strings;
  }

  /** See `SeriesTable.add`. */
  add(spec: SeriesSpec): number {
    const index = this.#table.add(spec, this);
    this.#own.add(index);
    return index;
  }

  /** See `SeriesTable.remove`. */
  remove(index: number): void {
    this.#own.delete(index);
    this.#table.remove(index);
  }

  /** Makes all values of the source unknown: it could not be read. */
  forget(): void {
    for (const index of this.#own) {
      this.numbers[index] = Number.NaN;
      this.strings[index] = undefined;
    }
  }
}

function metricOf(spec: SeriesSpec): Metric {
  return {
    type: 'float',
    units: '',
    slope: 'both',
    tmax: TMAX_SECONDS,
    dmax: 0,
    description: '',
    labels: {},
    ...spec,
  };
}
