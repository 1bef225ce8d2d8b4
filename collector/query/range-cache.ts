import { type Annotation, united } from './annotations.ts';
import {
  evaluateRange,
  type MatrixSeries,
  type Prepared,
  type QueryResult,
  type RangeOptions,
} from './engine.ts';
import { Labels } from './labels.ts';
import { planQuery, type SelectorPlan } from './plan.ts';
import { firstAfter } from './select.ts';

/** What tells whether a result is still good. */
export interface RangeCachePorts {
  nowMs(): number;
  /** Samples up to this time have come, but for late ones. Milliseconds since the epoch. */
  settledMs(): number;
  /** Another one after series have come, gone or got other labels. */
  generation(): number;
  /** Grows when samples of the past have come. */
  lateValues(): number;
}

interface Kept {
  readonly series: readonly MatrixSeries[];
  readonly annotations: readonly Annotation[];
  /** First and last evaluation time that is kept; the series may go on beyond. */
  readonly firstMs: number;
  readonly lastMs: number;
  /** What the selectors read. */
  readonly archives: string;
  readonly values: number;
  /** When the oldest part was evaluated, and what the ports said then. */
  readonly madeMs: number;
  readonly generation: number;
  readonly lateValues: number;
}

/** Values that are kept: 32 MB with their times. */
const VALUES_MAX = 2_000_000;
/** A result that is larger is not kept: it would displace all others. */
const RESULT_VALUES_MAX = 500_000;
/** How long a result is good, and how long when samples of the past have come since. */
const TTL_MS = 60_000;
const CHANGED_TTL_MS = 10_000;

/** Functions of the query's own times: their value at one time is another one in another range. */
const OF_THE_RANGE = /\b(?:start|end|step|range)\s*\(/i;

/**
 * Results of range queries. A dashboard asks for the same range again, a second later: what was evaluated is taken from the last answer, and only
 * the steps since are evaluated.
 */
export class RangeCache {
  readonly #ports: RangeCachePorts;
  /** The longest unused first. */
  readonly #kept = new Map<string, Kept>();
  #values = 0;

  constructor(ports: RangeCachePorts) {
    this.#ports = ports;
  }

  /** As `evaluateRange`. @param plans of the whole query */
  evaluate(
    prepared: Prepared,
    options: RangeOptions & { readonly lookbackMs: number },
    plans: readonly SelectorPlan[],
  ): QueryResult {
    const { startMs, endMs, stepMs, lookbackMs } = options;
    if (OF_THE_RANGE.test(prepared.text) || plans.some(({ isOfTheRange }) => isOfTheRange))
      return evaluateRange(prepared, options);
    const key = `${stepMs} ${startMs % stepMs} ${lookbackMs} ${prepared.text}`;
    const archives = archivesOf(plans);
    const kept = this.#good(key, startMs, archives);
    const fromMs = kept ? kept.lastMs + stepMs : startMs;
    const rest = { ...options, startMs: fromMs };
    if (kept && fromMs <= endMs && archivesOf(planQuery(prepared, rest)) !== archives)
      return evaluateRange(prepared, options); // it would answer from finer rows than the rest did
    const evaluated = fromMs <= endMs ? evaluateRange(prepared, rest) : undefined;
    const result = kept ? joined(kept, evaluated, { startMs, endMs }) : evaluated;
    if (!result) throw new Error('a range without steps'); // the caller has refused it
    this.#keep(key, result, { options, archives, before: kept });
    return result;
  }

  #good(key: string, startMs: number, archives: string): Kept | undefined {
    const kept = this.#kept.get(key);
    if (!kept || kept.firstMs > startMs || kept.lastMs < startMs) return undefined;
    const hasChanged = kept.lateValues !== this.#ports.lateValues();
    const isGood =
      kept.generation === this.#ports.generation() &&
      kept.archives === archives &&
      this.#ports.nowMs() < kept.madeMs + (hasChanged ? CHANGED_TTL_MS : TTL_MS);
    return isGood ? kept : undefined;
  }

  #keep(
    key: string,
    { value, annotations }: QueryResult,
    {
      options: { startMs, endMs, stepMs },
      archives,
      before,
    }: {
      readonly options: RangeOptions;
      readonly archives: string;
      readonly before: Kept | undefined;
    },
  ): void {
    const settledMs = Math.min(endMs, this.#ports.settledMs());
    if (value.type !== 'matrix' || settledMs < startMs) return;
    const { series } = value;
    this.#forget(key);
    const values = series.reduce((sum, one) => sum + one.values.length, series.length);
    if (values > RESULT_VALUES_MAX) return;
    this.#values += values;
    this.#kept.set(key, {
      series,
      annotations,
      firstMs: startMs,
      lastMs: startMs + Math.floor((settledMs - startMs) / stepMs) * stepMs,
      archives,
      values,
      madeMs: before?.madeMs ?? this.#ports.nowMs(),
      generation: this.#ports.generation(),
      lateValues: before?.lateValues ?? this.#ports.lateValues(),
    });
    for (const oldest of this.#kept.keys()) {
      if (this.#values <= VALUES_MAX) return;
      this.#forget(oldest);
    }
  }

  #forget(key: string): void {
    this.#values -= this.#kept.get(key)?.values ?? 0;
    this.#kept.delete(key);
  }
}

function archivesOf(plans: readonly SelectorPlan[]): string {
  return plans.map(({ archive }) => archive).join();
}

/** What is kept, from `startMs` on, and what was evaluated after it. */
function joined(
  kept: Kept,
  evaluated: QueryResult | undefined,
  { startMs, endMs }: { readonly startMs: number; readonly endMs: number },
): QueryResult {
  const lastMs = Math.min(endMs, kept.lastMs);
  const byKey = new Map<string, MatrixSeries>();
  for (const one of kept.series) {
    const part = between(one, startMs, lastMs);
    if (part.values.length > 0) byKey.set(one.labels.key, part);
  }
  const added = evaluated?.value.type === 'matrix' ? evaluated.value.series : [];
  for (const one of added) {
    const before = byKey.get(one.labels.key);
    byKey.set(one.labels.key, before ? after(before, one) : one);
  }
  const series = [...byKey.values()].sort((a, b) => Labels.compare(a.labels, b.labels));
  return {
    value: { type: 'matrix', series },
    annotations: united(kept.annotations, evaluated?.annotations ?? []),
    stats: evaluated?.stats ?? { seriesRead: 0, samplesRead: 0 },
  };
}

/** The values of times from `fromMs` to `toMs` inclusive. */
function between(
  { labels, timesMs, values }: MatrixSeries,
  fromMs: number,
  toMs: number,
): MatrixSeries {
  const first = firstAfter(timesMs, fromMs - 1);
  const end = firstAfter(timesMs, toMs);
  return { labels, timesMs: timesMs.subarray(first, end), values: values.subarray(first, end) };
}

function after(before: MatrixSeries, added: MatrixSeries): MatrixSeries {
  return {
    labels: before.labels,
    timesMs: concat(before.timesMs, added.timesMs),
    values: concat(before.values, added.values),
  };
}

function concat(first: Float64Array, second: Float64Array): Float64Array {
  const both = new Float64Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}
