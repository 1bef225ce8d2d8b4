import { type Annotation, united } from './annotations.ts';
import {
  evaluateRange,
  type MatrixSeries,
  type Prepared,
  type QueryResult,
  type QueryValue,
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

/** Values that are kept: 16 MB with their times. */
const VALUES_MAX = 1_000_000;
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
    const { startMs, endMs, stepMs, holdMs = '' } = options;
    if (OF_THE_RANGE.test(prepared.text) || plans.some(({ isOfTheRange }) => isOfTheRange))
      return evaluateRange(prepared, options);
    const key = `${stepMs} ${startMs % stepMs} ${holdMs} ${prepared.text}`;
    const archives = archivesOf(plans);
    const kept = this.#good(key, options, archives);
    if (!kept) {
      const result = evaluateRange(prepared, options);
      this.#keep(key, result, { startMs, endMs, stepMs, archives, before: undefined });
      return result;
    }
    const gaps = gapsOf(kept, options).map((gap) => ({ ...options, ...gap }));
    if (gaps.some((gap) => archivesOf(planQuery(prepared, gap)) !== archives))
      return evaluateRange(prepared, options); // they would be answered from finer rows than the rest was
    const evaluated = gaps.map((gap) => evaluateRange(prepared, gap));
    const result = joined(kept, evaluated);
    const range = {
      startMs: Math.min(startMs, kept.firstMs),
      endMs: Math.max(endMs, kept.lastMs),
    };
    this.#keep(key, result, { ...range, stepMs, archives, before: kept });
    return { ...result, value: between(result.value, startMs, endMs) };
  }

  /** What is kept of the query, when it reaches into the range and is still good. */
  #good(key: string, { startMs, endMs, stepMs }: RangeOptions, archives: string): Kept | undefined {
    const kept = this.#kept.get(key);
    if (!kept || startMs > kept.lastMs + stepMs || endMs < kept.firstMs - stepMs) return undefined;
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
      startMs,
      endMs,
      stepMs,
      archives,
      before,
    }: {
      readonly startMs: number;
      readonly endMs: number;
      readonly stepMs: number;
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

interface Gap {
  readonly startMs: number;
  readonly endMs: number;
}

/** The evaluation times before and after those that are kept. */
function gapsOf({ firstMs, lastMs }: Kept, { startMs, endMs, stepMs }: RangeOptions): Gap[] {
  const before = { startMs, endMs: firstMs - stepMs };
  const after = { startMs: lastMs + stepMs, endMs };
  return [before, after].filter((gap) => gap.startMs <= gap.endMs);
}

/** What is kept with what was evaluated before and after it. */
function joined(kept: Kept, evaluated: readonly QueryResult[]): QueryResult {
  const parts = [keptPart(kept), ...evaluated.map(({ value }) => matrixOf(value))];
  const byKey = new Map<string, MatrixSeries>();
  for (const one of parts.flat()) {
    const other = byKey.get(one.labels.key);
    byKey.set(one.labels.key, other ? inOrder(other, one) : one);
  }
  const series = [...byKey.values()].sort((a, b) => Labels.compare(a.labels, b.labels));
  const sumOf = (what: 'seriesRead' | 'samplesRead') =>
    evaluated.reduce((sum, { stats }) => sum + stats[what], 0);
  return {
    value: { type: 'matrix', series },
    annotations: evaluated.reduce<readonly Annotation[]>(
      (all, { annotations }) => united(all, annotations),
      kept.annotations,
    ),
    stats: { seriesRead: sumOf('seriesRead'), samplesRead: sumOf('samplesRead') },
  };
}

function keptPart({ series, firstMs, lastMs }: Kept): readonly MatrixSeries[] {
  return matrixOf(between({ type: 'matrix', series }, firstMs, lastMs));
}

function matrixOf(value: QueryValue): readonly MatrixSeries[] {
  return value.type === 'matrix' ? value.series : [];
}

/** The values of times from `fromMs` to `toMs` inclusive. */
function between(value: QueryValue, fromMs: number, toMs: number): QueryValue {
  const series = matrixOf(value)
    .map(({ labels, timesMs, values }) => {
      const first = firstAfter(timesMs, fromMs - 1);
      const end = firstAfter(timesMs, toMs);
      return {
        labels,
        timesMs: timesMs.subarray(first, end),
        values: values.subarray(first, end),
      };
    })
    .filter(({ values }) => values.length > 0);
  return { type: 'matrix', series };
}

/** One series of two parts that do not overlap. */
function inOrder(one: MatrixSeries, other: MatrixSeries): MatrixSeries {
  const isFirst = (one.timesMs[0] as number) < (other.timesMs[0] as number);
  const [first, second] = isFirst ? [one, other] : [other, one];
  return {
    labels: one.labels,
    timesMs: concat(first.timesMs, second.timesMs),
    values: concat(first.values, second.values),
  };
}

function concat(first: Float64Array, second: Float64Array): Float64Array {
  const both = new Float64Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}
