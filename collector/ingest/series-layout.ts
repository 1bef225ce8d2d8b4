/** The series of one host: their ids, which never change, and the slots in which their values are in memory at present. */
import type { Metric } from '../../wire/metric.ts';
import { type TypeCodes, typeCodes } from '../../wire/samples.ts';
import { HostRows, ROWS, type RowShape } from '../hosts/host-rows.ts';
import type { SeriesRecord } from '../hosts/messages.ts';
import type { MetricTable, NumberedMetric } from './metric-table.ts';

/** Series that one host may ever have had; more are not stored. */
const SERIES_MAX = 65_536;

/** What the collector itself measures of a host, beside what the host sends. */
export const CLOCK_OFFSET: Metric = {
  name: 'clock_offset',
  type: 'double',
  units: 's',
  slope: 'both',
  tmax: 60,
  dmax: 0,
  group: 'agent',
  title: 'Clock offset',
  description: "Host's clock minus the collector's",
  labels: {},
};

export class SeriesLayout {
  readonly #table: MetricTable;
  /** By series id: number of the metric. */
  readonly #metricOf: number[];
  /** By series id: slot, or -1. */
  #slotOf: number[];
  #live: readonly number[];
  /** Slots that are taken. */
  #taken = { doubles: 0, floats: 0 };
  /** Id of the series that the collector itself fills; -1 = none. */
  readonly #own: number;
  rows: HostRows;
  /** Number of the schema by which samples are read; -1 = none is known. */
  schema: number;
  /** By index in the schema, as are `types` and `slots`. */
  metrics: readonly Metric[] = [];
  types: TypeCodes;
  slots: Int32Array;
  /** Indexes in the schema of series with text. */
  texts: readonly number[];
  /** Series of the schema that are not stored, because the host has had too many. */
  leftOut = 0;

  /**
   * @param metricOf by series id: number of the metric
   * @param live     series ids in the order of the schema
   * @param own      what the collector itself fills
   */
  constructor(
    table: MetricTable,
    {
      schema,
      metricOf,
      live,
      own,
    }: {
      schema: number;
      metricOf: readonly number[];
      live: readonly number[];
      own?: Metric | undefined;
    },
  ) {
    this.#table = table;
    this.#metricOf = [...metricOf];
    this.#slotOf = metricOf.map(() => -1);
    this.#live = live;
    this.rows = HostRows.create({ doubles: 0, floats: 0 });
    this.schema = schema;
    this.types = new Uint8Array();
    this.slots = new Int32Array();
    this.texts = [];
    this.#own = own ? this.#idOf(table.intern(own), this.#idsByKey()) : -1;
    this.#placeAll([...live, this.#own]);
    this.#read(live.map((id) => table.get(metricOf[id] ?? 0).metric));
  }

  /** Slot of the series that the collector itself fills; -1 when there is none. */
  get ownSlot(): number {
    return this.#slotOf[this.#own] ?? -1;
  }

  /** Ids and slots of all series that are in memory, by ascending id. */
  *placed(): Generator<[id: number, slot: number]> {
    for (const [id, slot] of this.#slotOf.entries()) if (slot >= 0) yield [id, slot];
  }

  /** By index in the schema: id of the series; undefined for one beyond the limit. */
  idAt(index: number): number | undefined {
    return this.#live[index];
  }

  get metricOf(): readonly number[] {
    return this.#metricOf;
  }

  get live(): readonly number[] {
    return this.#live;
  }

  record(number: number): SeriesRecord {
    return {
      number,
      metrics: this.#metricOf,
      slots: this.#slotOf,
      live: [...this.#live, this.#own].filter((id) => id >= 0),
      rows: this.rows.memory,
      shape: this.rows.shape,
    };
  }

  /** True when `metrics` need new memory: what is in the present one should be stored before `adopt`, series that are gone leave it. */
  needsMemory(metrics: readonly NumberedMetric[]): boolean {
    const ids = this.#idsByKey();
    const { doubles, floats } = this.rows.shape;
    const needed = { ...this.#taken };
    for (const { key, metric } of metrics) {
      const id = ids.get(key) ?? -1;
      const slot = this.#slotOf[id] ?? -1;
      // A series that changes between float and double moves, too.
      if (slot < 0) needed[widthOf(metric)] += 1;
      else if (slot < doubles !== (widthOf(metric) === 'doubles')) return true;
    }
    return needed.doubles > doubles || needed.floats > floats;
  }

  /** Takes a new schema; known values of series that stay are kept. */
  adopt(schema: number, metrics: readonly NumberedMetric[]): void {
    const isTooSmall = this.needsMemory(metrics);
    const ids = this.#idsByKey();
    this.#live = metrics.map((metric) => this.#idOf(metric, ids));
    this.schema = schema;
    if (isTooSmall) this.#placeAll([...this.#live, this.#own]);
    else for (const id of this.#live) this.#place(id);
    this.#read(metrics.map(({ metric }) => metric));
  }

  #idsByKey(): Map<string, number> {
    return new Map(this.#metricOf.map((metric, id) => [this.#table.get(metric).key, id]));
  }

  /** The id of a metric, a new one when there is none; -1 beyond the limit. */
  #idOf({ number, key }: NumberedMetric, ids: Map<string, number>): number {
    const known = ids.get(key);
    if (known !== undefined) {
      this.#metricOf[known] = number;
      return known;
    }
    if (this.#metricOf.length >= SERIES_MAX) return -1;
    this.#metricOf.push(number);
    this.#slotOf.push(-1);
    ids.set(key, this.#metricOf.length - 1);
    return this.#metricOf.length - 1;
  }

  #place(id: number): void {
    if (id < 0 || (this.#slotOf[id] ?? -1) >= 0) return;
    const width = this.#widthOf(id);
    this.#slotOf[id] = this.#taken[width] + (width === 'floats' ? this.rows.shape.doubles : 0);
    this.#taken[width] += 1;
  }

  #widthOf(id: number): keyof RowShape {
    return widthOf(this.#table.get(this.#metricOf[id] ?? 0).metric);
  }

  /** New memory with just these series; values that the old one has for them move over. */
  #placeAll(ids: readonly number[]): void {
    const before = { rows: this.rows, slotOf: this.#slotOf };
    this.#slotOf = this.#metricOf.map(() => -1);
    this.#taken = { doubles: 0, floats: 0 };
    const shape = { doubles: 0, floats: 0 };
    for (const id of new Set(ids)) if (id >= 0) shape[this.#widthOf(id)] += 1;
    this.rows = HostRows.create(shape);
    for (const id of ids) this.#place(id);
    const moves = [...this.placed()]
      .map(([id, to]) => ({ from: before.slotOf[id] ?? -1, to }))
      .filter(({ from }) => from >= 0);
    if (moves.length > 0) copyRows(before.rows, this.rows, moves);
  }

  #read(metrics: readonly Metric[]): void {
    this.metrics = metrics;
    this.types = typeCodes(metrics.map(({ type }) => type));
    this.slots = Int32Array.from(this.#live, (id) => this.#slotOf[id] ?? -1);
    this.leftOut = this.#live.filter((id) => id < 0).length;
    this.texts = metrics.flatMap(({ type }, index) => (type === 'string' ? [index] : []));
  }
}

/** Text is kept elsewhere: its slot is always unknown. */
function widthOf({ type }: Metric): keyof RowShape {
  return type === 'float' || type === 'string' ? 'floats' : 'doubles';
}

function copyRows(
  from: HostRows,
  to: HostRows,
  moves: readonly { readonly from: number; readonly to: number }[],
): void {
  for (let place = 0; place < ROWS; place += 1) {
    const second = from.secondAt(place);
    const source = from.find(second);
    if (source < 0) continue;
    const target = to.open(second);
    for (const move of moves) to.set(target, move.to, from.get(source, move.from));
  }
}
