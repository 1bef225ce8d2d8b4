import { type Annotation, Annotations } from './annotations.ts';
import { type Expr, unwrap, type ValueType, type VectorSelector } from './ast.ts';
import { Budget, DEFAULT_LIMITS, type Limits } from './budget.ts';
import { checkTypes, typeOf } from './check.ts';
import type { QueryTimes } from './context.ts';
import { executionError, parseError, QueryError } from './errors.ts';
import { Evaluation } from './evaluate.ts';
import { invariantParts } from './invariant.ts';
import { Labels } from './labels.ts';
import { parseSyntax } from './parse.ts';
import { eachInstantColumn, rangeVector } from './select.ts';
import type { SampleSource } from './source.ts';
import { type Column, finish, type Grid, gridTime } from './value.ts';

/** Prometheus' look-back, for callers that name none. */
export const LOOKBACK_MS = 300_000;
/** Prometheus' step of subqueries that name none. */
export const SUBQUERY_STEP_MS = 60_000;

/** A query that is parsed and checked once and may be evaluated many times. */
export interface Prepared {
  readonly text: string;
  readonly expr: Expr;
  readonly type: ValueType;
  readonly invariant: ReadonlySet<Expr>;
}

/** @throws QueryError `query-parse` with the position of the fault */
export function prepare(text: string): Prepared {
  const expr = parseSyntax(text);
  checkTypes(text, expr);
  return { text, expr, type: typeOf(expr), invariant: invariantParts(expr) };
}

/** What every evaluation may be told. */
export interface QueryOptions {
  readonly source: SampleSource;
  /** An instant selector finds samples younger than this; 5 minutes unless told. */
  readonly lookbackMs?: number;
  /** How long each series goes on after a sample, where the caller wants to say so; otherwise the source knows it by metric. */
  readonly holdMs?: number;
  /** Step of subqueries that name none; 1 minute unless told. */
  readonly subqueryStepMs?: number;
  readonly limits?: Limits;
  /** Asked now and then; true stops the query. */
  readonly isCanceled?: () => boolean;
}

export interface VectorSample {
  readonly labels: Labels;
  readonly value: number;
}

export interface MatrixSeries {
  readonly labels: Labels;
  /** Equal length; ms since the epoch. */
  readonly timesMs: Float64Array;
  readonly values: Float64Array;
}

export type QueryValue =
  | { readonly type: 'scalar'; readonly timeMs: number; readonly value: number }
  | { readonly type: 'string'; readonly timeMs: number; readonly value: string }
  | { readonly type: 'vector'; readonly timeMs: number; readonly samples: readonly VectorSample[] }
  | { readonly type: 'matrix'; readonly series: readonly MatrixSeries[] };

export interface QueryResult {
  readonly value: QueryValue;
  readonly annotations: readonly Annotation[];
  readonly stats: { readonly seriesRead: number; readonly samplesRead: number };
  /** Writes the points of a series of `value` as JSON from what was written before, where there is such. */
  readonly pointsJson?: (series: MatrixSeries) => string;
}

/** Evaluates a query at one time. @throws QueryError */
export function evaluateInstant(
  prepared: Prepared,
  options: QueryOptions & { readonly timeMs: number },
): QueryResult {
  const { timeMs } = options;
  return run(prepared, options, { startMs: timeMs, endMs: timeMs, stepMs: 0 }, (evaluation) =>
    instantValue(prepared, evaluation, { startMs: timeMs, stepMs: 0, count: 1 }),
  );
}

export interface RangeOptions extends QueryOptions {
  readonly startMs: number;
  readonly endMs: number;
  readonly stepMs: number;
}

/**
 * Evaluates a query at `startMs`, `startMs + stepMs`… up to `endMs` inclusive. The result is always a matrix, ordered by labels.
 * @throws QueryError
 */
export function evaluateRange(prepared: Prepared, options: RangeOptions): QueryResult {
  const { startMs, endMs, stepMs } = options;
  if (prepared.type !== 'scalar' && prepared.type !== 'vector')
    throw parseError(
      prepared.text,
      `invalid expression type ${JSON.stringify(prepared.type === 'matrix' ? 'range vector' : prepared.type)} for range query, must be Scalar or instant Vector`,
      prepared.expr.span,
    );
  const grid = rangeGrid(options);
  return run(prepared, options, { startMs, endMs, stepMs }, (evaluation) => {
    const value = evaluation.result(prepared.expr, grid);
    const columns =
      value.type === 'scalar'
        ? [
            {
              labels: Labels.EMPTY,
              dropName: false,
              values: value.values,
              present: new Uint8Array(grid.count).fill(1),
            },
          ]
        : value.type === 'vector'
          ? finish(value.columns)
          : [];
    columns.sort((a, b) => Labels.compare(a.labels, b.labels));
    return { type: 'matrix', series: matrixOf(columns, grid) };
  });
}

function rangeGrid({ startMs, endMs, stepMs, limits = DEFAULT_LIMITS }: RangeOptions): Grid {
  if (!(stepMs > 0))
    throw executionError('zero or negative query resolution step widths are not accepted');
  if (endMs < startMs) throw executionError('end timestamp must not be before start time');
  const count = Math.floor((endMs - startMs) / stepMs) + 1;
  if (count - 1 > limits.pointsMax)
    throw new QueryError(
      'query-limit',
      `exceeded maximum resolution of ${limits.pointsMax} points per timeseries. Try decreasing the query resolution (?step=XX)`,
    );
  return { startMs, stepMs, count };
}

function run(
  prepared: Prepared,
  options: QueryOptions,
  times: QueryTimes,
  evaluate: (evaluation: Evaluation) => QueryValue,
): QueryResult {
  const annotations = new Annotations();
  const budget = new Budget(options.limits ?? DEFAULT_LIMITS, options.isCanceled);
  const evaluation = new Evaluation({
    source: options.source,
    times,
    lookbackMs: options.lookbackMs ?? LOOKBACK_MS,
    holdMs: options.holdMs,
    subqueryStepMs: options.subqueryStepMs ?? SUBQUERY_STEP_MS,
    annotations,
    budget,
    invariant: prepared.invariant,
  });
  const value = evaluate(evaluation);
  return {
    value,
    annotations: annotations.all,
    stats: { seriesRead: budget.series, samplesRead: budget.samples },
  };
}

function instantValue({ expr }: Prepared, evaluation: Evaluation, grid: Grid): QueryValue {
  const bare = unwrap(expr);
  if (bare.kind === 'range' || bare.kind === 'subquery') return rangeValue(bare, evaluation, grid);
  const timeMs = grid.startMs;
  const newest = bare.kind === 'selector' && newestSamples(bare, evaluation, grid);
  if (newest) return { type: 'vector', timeMs, samples: newest };
  const value = evaluation.result(expr, grid);
  switch (value.type) {
    case 'scalar':
      return { type: 'scalar', timeMs, value: value.values[0] as number };
    case 'string':
      return { type: 'string', timeMs, value: value.value };
    case 'vector': {
      const samples = finish(value.columns).map(({ labels, values }) => ({
        labels,
        value: values[0] as number,
      }));
      return { type: 'vector', timeMs, samples };
    }
  }
}

/** The newest values of all series are taken from the source one by one, without a column for each. */
function newestSamples(
  selector: VectorSelector,
  evaluation: Evaluation,
  grid: Grid,
): VectorSample[] | undefined {
  const samples: VectorSample[] = [];
  const isDone = eachInstantColumn(evaluation, selector, grid, '', ({ labels, values }) => {
    samples.push({ labels, value: values[0] as number });
  });
  return isDone ? samples : undefined;
}

/** An instant query for a range vector gives the samples themselves. */
function rangeValue(
  expr: Extract<Expr, { kind: 'range' | 'subquery' }>,
  evaluation: Evaluation,
  grid: Grid,
): QueryValue {
  const { series, references, rangeMs } = rangeVector(evaluation, expr, grid, '');
  const endMs = references.firstMs;
  const inRange = series.map(({ labels, timesMs, values }) => {
    const keep = (_: number, index: number): boolean => {
      const time = timesMs[index] as number;
      return time > endMs - rangeMs && time <= endMs;
    };
    return { labels, timesMs: timesMs.filter(keep), values: values.filter(keep) };
  });
  const matrix = inRange.filter(({ timesMs }) => timesMs.length > 0);
  matrix.sort((a, b) => Labels.compare(a.labels, b.labels));
  return { type: 'matrix', series: matrix };
}

function matrixOf(columns: readonly Column[], grid: Grid): MatrixSeries[] {
  const times = new Float64Array(grid.count);
  for (let step = 0; step < grid.count; step++) times[step] = gridTime(grid, step);
  return columns.map(({ labels, values, present }) => {
    if (!present.includes(0)) return { labels, timesMs: times, values };
    return { labels, ...presentOf(present, times, values) };
  });
}

function presentOf(present: Uint8Array, times: Float64Array, values: Float64Array) {
  const timesMs = new Float64Array(times.length);
  const kept = new Float64Array(times.length);
  let count = 0;
  for (let step = 0; step < times.length; step++) {
    if (present[step] !== 1) continue;
    timesMs[count] = times[step] as number;
    kept[count] = values[step] as number;
    count += 1;
  }
  return { timesMs: timesMs.slice(0, count), values: kept.slice(0, count) };
}
