import type { LiveSeries } from '../hosts/host-table.ts';
import type { ArchiveInfo, Column, SampleStore } from '../store/sample-store.ts';
import { type Rows, SETTLED_SECONDS, staleAfterSeconds } from './rows.ts';
import { type CachedRows, SPAN_ROWS, type Span, SpanCache } from './span-cache.ts';

export type Field = keyof Column;

export interface ValueQuery {
  /** Of any hosts. */
  readonly series: readonly LiveSeries[];
  readonly archive: ArchiveInfo;
  readonly field: Field;
  /** Seconds since the epoch; rounded down to the archive's step. */
  readonly fromS: number;
  /** Exclusive; rounded up. */
  readonly toS: number;
  readonly holdMs?: number | undefined;
}

export interface ValueReaderPorts {
  readonly store: Pick<SampleStore, 'read' | 'together'>;
  nowMs(): number;
  /** The newest second whose samples are all in. */
  newestSecond(): number;
  /** Grows when values of the past have come. */
  lateValues(): number;
}

/** Seconds whose values are surely in memory, when nothing was lost. */
const MEMORY_SECONDS = 180;
/** Spans that are decoded at once where nothing of them is kept. */
const SPANS_AT_ONCE = 16;

/** Rows of the range that come from one span: `values` of each series, from `first` on. */
interface Part {
  /** Row of the range. */
  readonly at: number;
  readonly first: number;
  readonly count: number;
  readonly values: readonly Float64Array[];
}

/** Reads one value per row out of memory and the archives. */
export class ValueReader {
  readonly #ports: ValueReaderPorts;
  readonly #cache: SpanCache;
  #rows = new Float64Array(0);

  constructor(ports: ValueReaderPorts) {
    this.#ports = ports;
    this.#cache = new SpanCache(ports);
  }

  /** Calls `use` for one series after the other. The rows are good until it returns; their memory is used again. */
  read(query: ValueQuery, use: (rows: Rows, index: number) => void): void {
    const { stepSeconds } = query.archive;
    const startS = Math.floor(query.fromS / stepSeconds) * stepSeconds;
    const endS = Math.ceil(query.toS / stepSeconds) * stepSeconds;
    const rowCount = (endS - startS) / stepSeconds;
    if (this.#rows.length < rowCount) this.#rows = new Float64Array(rowCount);
    const values = this.#rows.subarray(0, rowCount);
    const settledS = this.#settledS(query);
    const restS = Math.max(startS, Math.min(endS, settledS));
    const parts = this.#parts({ ...query, fromS: startS, toS: restS }, settledS);
    const rest = { ...query, fromS: restS, toS: endS };
    for (const [index, series] of query.series.entries()) {
      for (const part of parts) copyPart(part, index, values);
      this.#fillRest(values, (restS - startS) / stepSeconds, series, rest);
      const staleAfter = staleAfterSeconds(stepSeconds, series.metric.tmax, query.holdMs);
      use({ values, startS, stepSeconds, staleAfterSeconds: staleAfter }, index);
    }
  }

  /** True when memory has seconds as old as the first of the range. */
  reachesBackTo(range: Pick<ValueQuery, 'archive' | 'field' | 'fromS'>): boolean {
    return range.fromS > this.#memoryFromS(range);
  }

  /** From which second on memory has values, when nothing was lost. */
  #memoryFromS(range: Pick<ValueQuery, 'archive' | 'field'>): number {
    const { archive, field } = range;
    if (archive.stepSeconds !== 1 || field === 'count') return Number.POSITIVE_INFINITY;
    return this.#ports.newestSecond() - MEMORY_SECONDS;
  }

  /** Until when rows are kept: the second, or the whole span where memory cannot add rows to one. */
  #settledS(query: ValueQuery): number {
    const settledS = Math.floor(this.#ports.nowMs() / 1000) - SETTLED_SECONDS;
    if (Number.isFinite(this.#memoryFromS(query))) return settledS;
    const spanSeconds = SPAN_ROWS * query.archive.stepSeconds;
    return Math.floor(settledS / spanSeconds) * spanSeconds;
  }

  #parts(query: ValueQuery, settledS: number): Part[] {
    const { fromS, toS, archive } = query;
    const { stepSeconds } = archive;
    const spanSeconds = SPAN_ROWS * stepSeconds;
    const parts: Part[] = [];
    let added = this.#readMissing(query, settledS);
    for (let at = fromS; at < toS; ) {
      const spanS = Math.floor(at / spanSeconds) * spanSeconds;
      const endS = spanS + spanSeconds;
      const partEndS = Math.min(toS, endS);
      const span = this.#cache.span(spanKey(spanS, query), endS);
      const behind = query.series.filter((one) => (span.get(one)?.toS ?? spanS) < partEndS);
      if (behind.length > 0) {
        const before = span.size;
        for (const one of behind) {
          if (!span.has(one)) {
            span.set(one, { values: new Float64Array(SPAN_ROWS), toS: spanS });
          }
        }
        added += span.size - before;
        const aheadS = Math.min(endS, settledS);
        this.#extend(span, { ...query, series: behind, fromS: spanS, toS: partEndS }, aheadS);
      }
      parts.push({
        at: (at - fromS) / stepSeconds,
        first: (at - spanS) / stepSeconds,
        count: (partEndS - at) / stepSeconds,
        values: query.series.map((one) => (span.get(one) as CachedRows).values),
      });
      at = partEndS;
    }
    this.#cache.added(added);
    return parts;
  }

  /**
   * Decodes whole spans of which nothing is kept and which memory does not have, many at once: spans and stored blocks do not begin together, and
   * one span after the other most blocks would be read twice.
   * @returns how many series were added to spans
   */
  #readMissing(query: ValueQuery, settledS: number): number {
    const spanSeconds = SPAN_ROWS * query.archive.stepSeconds;
    const wholeUntilS = Math.min(settledS, this.#memoryFromS(query));
    let added = 0;
    let missing: Span[] = [];
    let spanS = Math.floor(query.fromS / spanSeconds) * spanSeconds;
    for (; spanS < query.toS && spanS + spanSeconds <= wholeUntilS; spanS += spanSeconds) {
      const span = this.#cache.span(spanKey(spanS, query), spanS + spanSeconds);
      const isMissing = !query.series.some((one) => span.has(one));
      if (isMissing) missing.push(span);
      if (isMissing && missing.length < SPANS_AT_ONCE) continue;
      added += this.#readSpans(missing, query, isMissing ? spanS + spanSeconds : spanS);
      missing = [];
    }
    return added + this.#readSpans(missing, query, spanS);
  }

  /** @param endS where the last of the spans ends */
  #readSpans(spans: readonly Span[], query: ValueQuery, endS: number): number {
    if (spans.length === 0) return 0;
    const spanSeconds = SPAN_ROWS * query.archive.stepSeconds;
    const startS = endS - spans.length * spanSeconds;
    const before = sizeOf(spans);
    this.#decodeEach({ ...query, fromS: startS, toS: endS }, (one, rows) => {
      for (const [at, span] of spans.entries()) {
        const first = at * SPAN_ROWS;
        const values = rows.slice(first, first + SPAN_ROWS);
        span.set(one, { values, toS: startS + (at + 1) * spanSeconds });
      }
    });
    return sizeOf(spans) - before;
  }

  /**
   * Adds the rows up to `query.toS` to those of a span that begins at `query.fromS`.
   * @param aheadS what is decoded is decoded up to here: the next query asks for a second more
   */
  #extend(span: ReadonlyMap<LiveSeries, CachedRows>, query: ValueQuery, aheadS: number): void {
    const { fromS: spanS, toS, archive } = query;
    const notInMemory: LiveSeries[] = [];
    for (const one of query.series) {
      const cached = span.get(one) as CachedRows;
      const at = (cached.toS - spanS) / archive.stepSeconds;
      if (this.#fillFromMemory(cached.values, at, one, { ...query, fromS: cached.toS }))
        cached.toS = toS;
      else notInMemory.push(one);
    }
    this.#decodeEach({ ...query, series: notInMemory, toS: aheadS }, (one, rows) => {
      const cached = span.get(one) as CachedRows;
      cached.values.set(rows);
      cached.toS = aheadS;
    });
  }

  /** The newest seconds: from memory when it has them without a gap, otherwise also from the archive. */
  #fillRest(values: Float64Array, at: number, series: LiveSeries, rest: ValueQuery): void {
    if (at >= values.length || this.#fillFromMemory(values, at, series, rest)) return;
    const [decoded] = this.#decode({ ...rest, series: [series] });
    if (decoded) values.set(decoded, at);
  }

  #fillFromMemory(values: Float64Array, at: number, series: LiveSeries, rest: ValueQuery): boolean {
    if (!this.reachesBackTo(rest)) return false;
    const newestS = this.#ports.newestSecond();
    const { fromS, toS } = rest;
    for (let second = fromS; second < toS; second += 1) {
      const value = series.at(second);
      if (Number.isNaN(value) && second <= newestS) return false;
      values[at + second - fromS] = value;
    }
    return true;
  }

  #decodeEach(query: ValueQuery, use: (series: LiveSeries, rows: Float64Array) => void): void {
    if (query.series.length === 0) return;
    this.#ports.store.together(() => {
      for (const series of Map.groupBy(query.series, ({ host }) => host.number).values()) {
        for (const [index, rows] of this.#decode({ ...query, series }).entries())
          use(series[index] as LiveSeries, rows);
      }
    });
  }

  /** @param query series of one host */
  #decode({ field, series, ...range }: ValueQuery): Float64Array[] {
    const host = series[0]?.host.number ?? 0;
    const ids = series.map(({ id }) => id);
    const { columns } = this.#ports.store.read({ ...range, host, series: ids });
    return columns.map((column) => column[field]);
  }
}

function sizeOf(spans: readonly Span[]): number {
  return spans.reduce((sum, { size }) => sum + size, 0);
}

function spanKey(spanS: number, { archive, field }: Pick<ValueQuery, 'archive' | 'field'>): string {
  return `${spanS} ${archive.stepSeconds} ${field}`;
}

/** A loop rather than `set(subarray(…))`: a view would be made for each series. */
function copyPart({ at, first, count, values }: Part, index: number, into: Float64Array): void {
  const from = values[index] as Float64Array;
  if (count === from.length) into.set(from, at);
  else for (let row = 0; row < count; row += 1) into[at + row] = from[first + row] as number;
}
