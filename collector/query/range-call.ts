import { labelsOfAbsent } from './absent.ts';
import { invalidQuantile } from './annotations.ts';
import { type CallExpr, type MatrixSelector, type SubqueryExpr, unwrap } from './ast.ts';
import type { Context } from './context.ts';
import { executionError } from './errors.ts';
import { windowOutcome } from './histogram-ranges.ts';
import { METRIC_NAME } from './labels.ts';
import { ANCHORED_FUNCTIONS, RANGE_FUNCTIONS, SMOOTHED_FUNCTIONS } from './range-functions.ts';
import { firstAfter, type RangeSeries, type RangeVector, rangeVector } from './select.ts';
import { type Column, type Grid, gridTime, HISTOGRAM, isEmpty, newColumn } from './value.ts';
import type { RangeFunction, Window } from './window.ts';

/** These act like `offset`: the result is still the metric itself. */
const KEEPS_NAME: ReadonlySet<string> = new Set(['first_over_time', 'last_over_time']);

/** A call of a function that has a range vector among its arguments. */
export function rangeCall(context: Context, call: CallExpr, grid: Grid): Column[] {
  const args = call.args.map(unwrap);
  const range = args.find(
    (argument) => argument.kind === 'range' || argument.kind === 'subquery',
  ) as MatrixSelector | SubqueryExpr;
  const compute = functionFor(call.name, range);
  const parameters = args
    .filter((argument) => argument !== range)
    .map((argument) => context.scalar(argument, grid));
  const vector = rangeVector(context, range, grid, call.name);
  context.budget.addSlots(vector.series.length, grid.count);
  const columns: Column[] = [];
  for (const series of vector.series) {
    context.budget.checkTime();
    const column = newColumn(
      series.labels,
      series.dropName || !KEEPS_NAME.has(call.name),
      grid.count,
    );
    fill(column, series, { context, call, vector, grid, range, compute, parameters });
    if (!isEmpty(column)) columns.push(column);
  }
  annotate(context, call, columns, parameters);
  return call.name === 'absent_over_time' ? absentSteps(range, columns, grid) : columns;
}

function functionFor(name: string, range: MatrixSelector | SubqueryExpr): RangeFunction {
  const extension = range.kind === 'range' ? range.selector.extension : undefined;
  const table =
    extension === 'anchored'
      ? ANCHORED_FUNCTIONS
      : extension === 'smoothed'
        ? SMOOTHED_FUNCTIONS
        : RANGE_FUNCTIONS;
  const compute = table.get(name);
  if (!compute)
    throw executionError(
      `${extension} modifier can only be used with: ${[...table.keys()].sort().join(', ')} - not with ${name}`,
      range.span,
    );
  return compute;
}

interface Filling {
  readonly context: Context;
  readonly call: CallExpr;
  readonly vector: RangeVector;
  readonly grid: Grid;
  readonly range: MatrixSelector | SubqueryExpr;
  readonly compute: RangeFunction;
  readonly parameters: readonly Float64Array[];
}

function fill(column: Column, series: RangeSeries, filling: Filling): void {
  const { context, call, vector, grid, range, compute, parameters } = filling;
  const { timesMs } = series;
  const { references, rangeMs } = vector;
  const extension = range.kind === 'range' ? range.selector.extension : undefined;
  const before = extension ? context.lookbackMs : 0;
  const after = extension === 'smoothed' ? context.lookbackMs : 0;
  const window: Window = {
    timesMs,
    values: series.values,
    startTimesMs: series.startTimesMs,
    from: 0,
    to: 0,
    startMs: 0,
    endMs: 0,
    rangeMs,
    timeMs: 0,
    pointsPerSample: series.pointsPerSample,
    pointsOfLast: series.pointsOfLast,
    resets: undefined,
  };
  const arguments_ = parameters.map(() => 0);
  let from = firstAfter(timesMs, references.firstMs - rangeMs - before);
  let to = from;
  for (let step = 0; step < grid.count; step++) {
    const endMs = references.firstMs + step * references.stepMs;
    const startMs = endMs - rangeMs;
    while (from < timesMs.length && (timesMs[from] as number) <= startMs - before) from++;
    if (to < from) to = from;
    while (to < timesMs.length && (timesMs[to] as number) <= endMs + after) to++;
    if (from === to) continue;
    window.from = from;
    window.to = to;
    window.startMs = startMs;
    window.endMs = endMs;
    window.timeMs = gridTime(grid, step);
    for (let i = 0; i < parameters.length; i++)
      arguments_[i] = (parameters[i] as Float64Array)[step] as number;
    if (series.histogram && range.kind === 'range') {
      const outcome = windowOutcome(context, call.name, window, series, range);
      if (outcome === 'histogram') column.present[step] = HISTOGRAM;
      if (outcome !== 'number') continue;
    }
    const value = compute(window, arguments_);
    if (value === undefined) continue;
    column.values[step] = value;
    column.present[step] = 1;
  }
}

function annotate(
  context: Context,
  call: CallExpr,
  columns: readonly Column[],
  parameters: readonly Float64Array[],
): void {
  const { annotations } = context;
  const [first] = call.args;
  if (!first) return;
  if (call.name === 'quantile_over_time' && columns.length > 0) {
    for (const quantile of new Set(parameters[0]))
      invalidQuantile(annotations, quantile, first.span);
  }
  if (call.name !== 'rate' && call.name !== 'increase') return;
  for (const { labels, present } of columns) {
    if (!present.includes(1)) continue;
    const name = labels.get(METRIC_NAME);
    if (name && !/_(?:total|sum|count|bucket)$/.test(name))
      annotations.inform(
        `metric might not be a counter, name does not end in _total/_sum/_count/_bucket: ${JSON.stringify(name)}`,
        first.span,
      );
  }
}

/** absent_over_time: one series, with 1 where none of the columns has a value. */
function absentSteps(
  range: MatrixSelector | SubqueryExpr,
  columns: readonly Column[],
  grid: Grid,
): Column[] {
  const absent = newColumn(labelsOfAbsent(range), true, grid.count);
  absent.values.fill(1);
  absent.present.fill(1);
  for (const { present } of columns) {
    for (let step = 0; step < grid.count; step++) if (present[step]) absent.present[step] = 0;
  }
  return isEmpty(absent) ? [] : [absent];
}
