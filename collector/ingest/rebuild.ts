/** Summaries of the cluster for seconds in which nobody made them, or made them too early: out of the stored blocks of its hosts. */
import type Database from 'better-sqlite3';
import type { Metric } from '../../wire/metric.ts';
import { knownRows } from '../archive/block.ts';
import { type Archive, blockStart } from '../archive/layout.ts';
import { BlockStore } from '../store/block-store.ts';
import { HostStore } from '../store/host-store.ts';
import { isSummarised, Spread, summaryMetrics } from './spread.ts';

/** What is to be summarised again: seconds without summaries, and those named. */
export interface RebuildRange {
  readonly fromS: number;
  /** Exclusive; every host's blocks are stored up to here. */
  readonly toS: number;
  /** Seconds whose summaries lack something. */
  readonly stale: ReadonlySet<number>;
  /** The last seconds before a time without summaries lack something, too: so many. */
  readonly settleSeconds: number;
}

/** Rows of a block of the cluster. */
export interface SummaryBlock {
  /** First second. */
  readonly start: number;
  /** By ascending series id: the rows of a whole block each, NaN = nothing new. */
  readonly columns: Map<number, Float64Array>;
}

interface WantedRows {
  /** First second of a block of the cluster. */
  readonly start: number;
  /** Of that block. */
  readonly rows: readonly number[];
}

/** A metric of the cluster. */
interface Target {
  /** As the first host defines it that has it. */
  readonly metric: Metric;
  /** Series ids of the cluster, in the order of BAND_FIELDS. */
  readonly ids: readonly number[];
}

/** Series ids of a host by the name of the metric. */
interface Source {
  readonly host: number;
  readonly ids: ReadonlyMap<string, number>;
}

/** Values that are in memory at the same time (16 MB). */
const VALUES_MAX = 2_000_000;

/**
 * @param archives from the finest to the coarsest
 * @returns what belongs into the cluster's archive; seconds of which no host has anything are left alone
 */
export function rebuildSummaries(
  database: Database.Database,
  archives: readonly Archive[],
  range: RebuildRange,
): Generator<SummaryBlock> {
  return new Rebuild(database, archives).blocks(range);
}

class Rebuild {
  readonly #finest: Archive;
  readonly #blocks: BlockStore;
  readonly #targets: readonly Target[];
  readonly #sources: readonly Source[];

  constructor(database: Database.Database, archives: readonly Archive[]) {
    this.#finest = archives[0] as Archive; // layoutArchives gives at least one
    this.#blocks = new BlockStore(database, archives);
    const store = new HostStore(database);
    const metrics = store.metrics();
    const definitions = new Map<string, Metric>();
    const clusterIds = new Map<string, number>();
    const sources: Source[] = [];
    for (const { number: host, series } of store.hosts()) {
      const defined = series.flatMap((metric, id) =>
        metrics[metric] ? [{ id, metric: metrics[metric] }] : [],
      );
      if (host === 0) {
        for (const { id, metric } of defined) clusterIds.set(clusterKey(metric), id);
        continue;
      }
      const summarised = defined.filter(({ metric }) => isSummarised(metric));
      sources.push({ host, ids: new Map(summarised.map(({ id, metric }) => [metric.name, id])) });
      for (const { metric } of summarised) {
        if (!definitions.has(metric.name)) definitions.set(metric.name, metric);
      }
    }
    this.#sources = sources;
    this.#targets = [...definitions.values()].flatMap((metric) => {
      const ids = summaryMetrics(metric).flatMap((one) => clusterIds.get(clusterKey(one)) ?? []);
      return ids.length > 0 ? [{ metric, ids }] : [];
    });
  }

  *blocks(range: RebuildRange): Generator<SummaryBlock> {
    for (const wanted of this.#wanted(range)) {
      const columns = new Map<number, Float64Array>();
      const batch = Math.ceil(VALUES_MAX / (wanted.rows.length * this.#sources.length));
      for (let first = 0; first < this.#targets.length; first += batch) {
        this.#summarise(wanted, this.#targets.slice(first, first + batch), columns);
      }
      const sorted = new Map([...columns].sort(([a], [b]) => a - b));
      if (sorted.size > 0) yield { start: wanted.start, columns: sorted };
    }
  }

  /** The rows of the cluster whose summaries are missing or lack something, the newest block first. */
  *#wanted({ fromS, toS, stale, settleSeconds }: RebuildRange): Generator<WantedRows> {
    const { spanSeconds } = this.#finest;
    let untilHole = Number.POSITIVE_INFINITY;
    let start = blockStart(this.#finest, 0, toS - 1);
    for (; start + spanSeconds > fromS; start -= spanSeconds) {
      const block = this.#blocks.open(this.#finest, 0, start);
      const known = block ? knownRows(block) : [];
      const rows: number[] = [];
      for (let row = Math.min(spanSeconds, toS - start) - 1; row >= 0; row -= 1) {
        untilHole = known[row] ? untilHole + 1 : 0;
        const isIn = start + row >= fromS;
        if (isIn && (untilHole <= settleSeconds || stale.has(start + row))) rows.push(row);
      }
      if (rows.length > 0) yield { start, rows };
    }
  }

  /** Puts the summaries of some metrics into the columns of the cluster. */
  #summarise(
    { start, rows }: WantedRows,
    targets: readonly Target[],
    columns: Map<number, Float64Array>,
  ): void {
    const spreads = targets.map(({ metric }) => rows.map(() => new Spread(metric)));
    for (const source of this.#sources) {
      this.#collect(source, { start, rows }, { targets, spreads });
    }
    for (const [index, { ids }] of targets.entries()) {
      for (const [place, spread] of spreads[index]?.entries() ?? []) {
        if (spread.count === 0) continue;
        for (const [field, value] of spread.summary().entries()) {
          const column = this.#columnOf(columns, ids[field] ?? 0);
          column[rows[place] ?? 0] = value;
        }
      }
    }
  }

  /** Adds what the blocks of one host have of those rows. */
  #collect(
    { host, ids }: Source,
    { start, rows }: WantedRows,
    { targets, spreads }: { targets: readonly Target[]; spreads: readonly (readonly Spread[])[] },
  ): void {
    const finest = this.#finest;
    const { spanSeconds } = finest;
    const values = new Float64Array(finest.rowsPerBlock);
    for (let at = blockStart(finest, host, start); at < start + spanSeconds; at += spanSeconds) {
      const block = this.#blocks.open(finest, host, at);
      if (!block) continue;
      for (const [index, { metric }] of targets.entries()) {
        const id = ids.get(metric.name);
        if (id === undefined || !block.read(id, values)) continue;
        for (const [place, row] of rows.entries()) {
          spreads[index]?.[place]?.add(values[start + row - at] ?? Number.NaN);
        }
      }
    }
  }

  #columnOf(columns: Map<number, Float64Array>, id: number): Float64Array {
    const known = columns.get(id);
    if (known) return known;
    const column = new Float64Array(this.#finest.rowsPerBlock).fill(Number.NaN);
    columns.set(id, column);
    return column;
  }
}

/** Of a series of the cluster: the metric and the field of its spread. */
function clusterKey({ name, labels }: Metric): string {
  return `${name} ${labels['summary']}`;
}
