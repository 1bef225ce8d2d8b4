import type { LiveSeries } from '../hosts/host-table.ts';
import type { ArchiveInfo, Column, SampleStore } from '../store/sample-store.ts';
import { type Rows, staleAfterSeconds } from './rows.ts';

export type Field = keyof Column;

export interface ValueQuery {
  readonly host: number;
  readonly series: readonly LiveSeries[];
  readonly archive: ArchiveInfo;
  readonly field: Field;
  /** Seconds since the epoch; rounded down to the archive's step. */
  readonly fromS: number;
  /** Exclusive; rounded up. */
  readonly toS: number;
}

export interface ValueReaderPorts {
  readonly store: Pick<SampleStore, 'read'>;
  nowMs(): number;
  /** The newest second whose samples are all in. */
  newestSecond(): number;
}

/** Rows that are cached together. */
const SPAN_ROWS = 120;
/** Values kept: 16 MB. */
const VALUES_MAX = 2_000_000;
/** The end of what is cached lies this far back: until then samples still arrive. */
const SETTLED_SECONDS = 20;
/** Values that are surely in memory, when nothing was lost. */
const MEMORY_SECONDS = 180;
/** Agents fill gaps for a quarter of an hour; what is older does not change. */
const CHANGING_SECONDS = 1200;
const CHANGING_TTL_MS = 10_000;
const SETTLED_TTL_MS = 600_000;

interface CachedSpan {
  readonly values: Float64Array;
  readonly expiresMs: number;
}

/** Rows of the range that come from one cached span: `values` of each series, from `first` on. */
interface Part {
  /** Row of the range. */
  readonly at: number;
  readonly first: number;
  readonly count: number;
  readonly values: readonly Float64Array[];
}

/**
 * Reads one value per row out of memory and the archives, and keeps what was decoded for a while: pages and dashboards ask for almost the
 * same range again every few seconds.
 */
export class ValueReader {
  readonly #ports: ValueReaderPorts;
  /** The oldest entry first. */
  readonly #spans = new Map<string, CachedSpan>();
  #rows = new Float64Array(0);

  constructor(ports: ValueReaderPorts) {
    this.#ports = ports;
  }

  /** Calls `use` for one series after the other. The rows are good until it returns; their memory is used again. */
  read(query: ValueQuery, use: (rows: Rows, index: number) => void): void {
    const { stepSeconds } = query.archive;
    const startS = Math.floor(query.fromS / stepSeconds) * stepSeconds;
    const endS = Math.ceil(query.toS / stepSeconds) * stepSeconds;
    const rowCount = (endS - startS) / stepSeconds;
    if (this.#rows.length < rowCount) this.#rows = new Float64Array(rowCount);
    const values = this.#rows.subarray(0, rowCount);
    const { parts, restS } = this.#cachedParts(query, startS, endS);
    const rest = { ...query, fromS: restS, toS: endS };
    for (const [index, series] of query.series.entries()) {
      for (const part of parts) copyPart(part, index, values);
      this.#fillRest(values, (restS - startS) / stepSeconds, series, rest);
      use(
        { values, startS, stepSeconds, staleAfterSeconds: staleAfter(series, stepSeconds) },
        index,
      );
    }
  }

  /** @returns the spans that are settled, and where they end */
  #cachedParts(query: ValueQuery, startS: number, endS: number): { parts: Part[]; restS: number } {
    const { stepSeconds } = query.archive;
    const spanSeconds = SPAN_ROWS * stepSeconds;
    const settledS = this.#ports.nowMs() / 1000 - SETTLED_SECONDS;
    const parts: Part[] = [];
    let fromS = startS;
    while (fromS < endS) {
      const spanS = Math.floor(fromS / spanSeconds) * spanSeconds;
      if (spanS + spanSeconds > settledS) break;
      const toS = Math.min(endS, spanS + spanSeconds);
      parts.push({
        at: (fromS - startS) / stepSeconds,
        first: (fromS - spanS) / stepSeconds,
        count: (toS - fromS) / stepSeconds,
        values: this.#span(query, spanS),
      });
      fromS = toS;
    }
    return { parts, restS: fromS };
  }

  /** The whole span that begins at `spanS`, of each series. */
  #span(query: ValueQuery, spanS: number): readonly Float64Array[] {
    const { host, series, archive, field } = query;
    const nowMs = this.#ports.nowMs();
    const keyOf = ({ id }: LiveSeries) => `${host} ${id} ${spanS} ${archive.stepSeconds} ${field}`;
    const known = series.map((one) => {
      const span = this.#spans.get(keyOf(one));
      return span && span.expiresMs > nowMs ? span.values : undefined;
    });
    const missing = series.filter((_, index) => known[index] === undefined);
    if (missing.length === 0) return known as Float64Array[];
    const toS = spanS + SPAN_ROWS * archive.stepSeconds;
    const decoded = this.#decode({ ...query, series: missing, fromS: spanS, toS });
    const isChanging = toS > nowMs / 1000 - CHANGING_SECONDS;
    const expiresMs = nowMs + (isChanging ? CHANGING_TTL_MS : SETTLED_TTL_MS);
    for (const [index, one] of missing.entries()) {
      this.#keep(keyOf(one), { values: decoded[index] as Float64Array, expiresMs });
    }
    let next = 0;
    return known.map((values) => values ?? (decoded[next++] as Float64Array));
  }

  /** The newest minutes: from memory when it has them without a gap, otherwise also from the archive. */
  #fillRest(values: Float64Array, at: number, series: LiveSeries, rest: ValueQuery): void {
    if (at >= values.length || this.#fillFromMemory(values, at, series, rest)) return;
    const [decoded] = this.#decode({ ...rest, series: [series] });
    if (decoded) values.set(decoded, at);
  }

  #fillFromMemory(values: Float64Array, at: number, series: LiveSeries, rest: ValueQuery): boolean {
    const newestS = this.#ports.newestSecond();
    const isInMemory = rest.fromS > newestS - MEMORY_SECONDS;
    if (!isInMemory || rest.archive.stepSeconds !== 1 || rest.field === 'count') return false;
    for (let second = rest.fromS; second < rest.toS; second += 1) {
      const value = series.at(second);
      if (Number.isNaN(value) && second <= newestS) return false;
      values[at + second - rest.fromS] = value;
    }
    return true;
  }

  #decode({ field, series, ...range }: ValueQuery): Float64Array[] {
    const ids = series.map(({ id }) => id);
    return this.#ports.store.read({ ...range, series: ids }).columns.map((column) => column[field]);
  }

  #keep(key: string, span: CachedSpan): void {
    this.#spans.delete(key);
    this.#spans.set(key, span);
    if (this.#spans.size * SPAN_ROWS <= VALUES_MAX) return;
    const [oldest] = this.#spans.keys();
    if (oldest !== undefined) this.#spans.delete(oldest);
  }
}

function staleAfter({ metric }: LiveSeries, stepSeconds: number): number {
  return staleAfterSeconds(stepSeconds, metric.tmax);
}

/** A loop rather than `set(subarray(…))`: a view would be made for each series. */
function copyPart({ at, first, count, values }: Part, index: number, into: Float64Array): void {
  const from = values[index] as Float64Array;
  for (let row = 0; row < count; row += 1) into[at + row] = from[first + row] as number;
}
