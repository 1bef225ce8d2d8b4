import type { LiveSeries } from '../hosts/host-table.ts';

/** Rows of one series from the begin of a span on. */
export interface CachedRows {
  readonly values: Float64Array;
  /** Seconds since the epoch; the rows before it are there. */
  toS: number;
}

export type Span = Map<LiveSeries, CachedRows>;

interface Kept {
  readonly rows: Span;
  readonly endS: number;
  readonly madeMs: number;
  /** `lateValues` when it was made. */
  readonly lateValues: number;
}

export interface SpanCachePorts {
  nowMs(): number;
  /** Grows when values of the past have come. */
  lateValues(): number;
}

/** Rows in a span. */
export const SPAN_ROWS = 120;
/** Values kept: 16 MB. */
const VALUES_MAX = 2_000_000;
/** Agents fill gaps for a quarter of an hour; what is older does not change. */
const CHANGING_SECONDS = 1200;
/** How long a span is good while values of the past come, while it could change, and when it cannot any more. */
const CHANGED_TTL_MS = 10_000;
const CHANGING_TTL_MS = 60_000;
const SETTLED_TTL_MS = 600_000;

/** Decoded rows, kept in spans of time: pages and dashboards ask for almost the same range again every few seconds. */
export class SpanCache {
  readonly #ports: SpanCachePorts;
  /** The oldest first. */
  readonly #spans = new Map<string, Kept>();
  /** In all spans together. */
  #series = 0;

  constructor(ports: SpanCachePorts) {
    this.#ports = ports;
  }

  /** What is known of a span; the caller adds to it. @param endS seconds since the epoch at which it ends */
  span(key: string, endS: number): Span {
    const known = this.#spans.get(key);
    if (known && this.#isGood(known)) return known.rows;
    const made = {
      rows: new Map(),
      endS,
      madeMs: this.#ports.nowMs(),
      lateValues: this.#ports.lateValues(),
    };
    this.#forget(key);
    this.#spans.set(key, made);
    return made.rows;
  }

  #isGood({ endS, madeMs, lateValues }: Kept): boolean {
    const nowMs = this.#ports.nowMs();
    const isChanging = endS > madeMs / 1000 - CHANGING_SECONDS;
    if (!isChanging) return nowMs < madeMs + SETTLED_TTL_MS;
    const hasChanged = lateValues !== this.#ports.lateValues();
    return nowMs < madeMs + (hasChanged ? CHANGED_TTL_MS : CHANGING_TTL_MS);
  }

  /** To be told after series were added to spans: the oldest spans are forgotten when there is too much. */
  added(series: number): void {
    this.#series += series;
    for (const key of this.#spans.keys()) {
      if (this.#series * SPAN_ROWS <= VALUES_MAX) return;
      this.#forget(key);
    }
  }

  #forget(key: string): void {
    this.#series -= this.#spans.get(key)?.rows.size ?? 0;
    this.#spans.delete(key);
  }
}
