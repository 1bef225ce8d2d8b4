import type { ArchiveInfo, Column, SampleStore } from '../store/sample-store.ts';

export type Field = keyof Column;

export interface ValueQuery {
  readonly host: number;
  /** Ids of series on that host. */
  readonly series: readonly number[];
  readonly archive: ArchiveInfo;
  readonly field: Field;
  /** Seconds since the epoch; rounded down to the archive's step. */
  readonly fromS: number;
  /** Exclusive; rounded up. */
  readonly toS: number;
}

export interface Values {
  /** Seconds since the epoch of the first row. */
  readonly startS: number;
  readonly stepSeconds: number;
  /** One per series asked for; NaN = unknown. They belong to the caller. */
  readonly columns: readonly Float64Array[];
}

/** Rows that are cached together. */
const SPAN_ROWS = 120;
/** Values kept: 16 MB. */
const VALUES_MAX = 2_000_000;
/** The end of what is cached lies this far back: until then samples still arrive, and memory holds what follows. */
const SETTLED_SECONDS = 20;
/** Agents fill gaps for a quarter of an hour; what is older does not change. */
const CHANGING_SECONDS = 1200;
const CHANGING_TTL_MS = 10_000;
const SETTLED_TTL_MS = 600_000;

interface CachedSpan {
  readonly values: Float64Array;
  readonly expiresMs: number;
}

/**
 * Reads one value per row out of the archives and keeps what was decoded for a while: pages and dashboards ask for almost the same range
 * again every few seconds.
 */
export class ValueReader {
  readonly #store: Pick<SampleStore, 'read'>;
  readonly #nowMs: () => number;
  /** The oldest entry first. */
  readonly #spans = new Map<string, CachedSpan>();

  constructor(store: Pick<SampleStore, 'read'>, nowMs: () => number) {
    this.#store = store;
    this.#nowMs = nowMs;
  }

  read(query: ValueQuery): Values {
    const { stepSeconds } = query.archive;
    const startS = Math.floor(query.fromS / stepSeconds) * stepSeconds;
    const endS = Math.ceil(query.toS / stepSeconds) * stepSeconds;
    const columns = query.series.map(() => new Float64Array((endS - startS) / stepSeconds));
    const spanSeconds = SPAN_ROWS * stepSeconds;
    const settledS = this.#nowMs() / 1000 - SETTLED_SECONDS;
    let fromS = startS;
    while (fromS < endS) {
      const spanS = Math.floor(fromS / spanSeconds) * spanSeconds;
      const isCacheable = spanS + spanSeconds <= settledS;
      const toS = isCacheable ? Math.min(endS, spanS + spanSeconds) : endS;
      const range = { ...query, fromS, toS };
      const found = isCacheable ? this.#cached(query, spanS) : this.#decode(range);
      const first = isCacheable ? (fromS - spanS) / stepSeconds : 0;
      const rowCount = (toS - fromS) / stepSeconds;
      for (const [index, values] of found.entries()) {
        columns[index]?.set(
          values.subarray(first, first + rowCount),
          (fromS - startS) / stepSeconds,
        );
      }
      fromS = toS;
    }
    return { startS, stepSeconds, columns };
  }

  #decode({ field, ...range }: ValueQuery): Float64Array[] {
    return this.#store.read(range).columns.map((column) => column[field]);
  }

  /** The whole span that begins at `spanS`, of each series. */
  #cached(query: ValueQuery, spanS: number): Float64Array[] {
    const { host, series, archive, field } = query;
    const nowMs = this.#nowMs();
    const keyOf = (id: number) => `${host} ${id} ${spanS} ${archive.stepSeconds} ${field}`;
    const known = series.map((id) => {
      const span = this.#spans.get(keyOf(id));
      return span && span.expiresMs > nowMs ? span.values : undefined;
    });
    const missing = series.filter((_, index) => known[index] === undefined);
    if (missing.length === 0) return known as Float64Array[];
    const toS = spanS + SPAN_ROWS * archive.stepSeconds;
    const decoded = this.#decode({ ...query, series: missing, fromS: spanS, toS });
    const isChanging = toS > nowMs / 1000 - CHANGING_SECONDS;
    const expiresMs = nowMs + (isChanging ? CHANGING_TTL_MS : SETTLED_TTL_MS);
    for (const [index, id] of missing.entries()) {
      this.#keep(keyOf(id), { values: decoded[index] as Float64Array, expiresMs });
    }
    let next = 0;
    return known.map((values) => values ?? (decoded[next++] as Float64Array));
  }

  #keep(key: string, span: CachedSpan): void {
    this.#spans.delete(key);
    this.#spans.set(key, span);
    if (this.#spans.size * SPAN_ROWS <= VALUES_MAX) return;
    const [oldest] = this.#spans.keys();
    if (oldest !== undefined) this.#spans.delete(oldest);
  }
}
