import type { MatrixSelector, SubqueryExpr, TimeShift, VectorSelector } from './ast.ts';
import { ColumnCopies } from './column-copies.ts';
import type { Context } from './context.ts';
import { durationMs } from './duration-expr.ts';
import { judgesWindows, numbersOf } from './histogram-ranges.ts';
import { withoutMixed } from './histogram-smoothed.ts';
import type { Labels } from './labels.ts';
import { withoutMarked } from './marked.ts';
import type { SampleSeries, SelectHints } from './source.ts';
import { type Column, type Grid, gridTime, HISTOGRAM, isEmpty, newColumn } from './value.ts';

/** The times that a selector is asked for, after `@` and `offset`: one per evaluation time. */
export interface References {
  readonly firstMs: number;
  readonly stepMs: number;
  readonly lastMs: number;
}

export function referencesOf(context: Context, shift: TimeShift, grid: Grid): References {
  const { startMs, endMs, stepMs } = context.times;
  const offset = shift.offset
    ? durationMs(shift.offset, { stepMs, rangeMs: endMs - startMs }, true)
    : 0;
  if (shift.at === undefined)
    return {
      firstMs: grid.startMs - offset,
      stepMs: grid.stepMs,
      lastMs: gridTime(grid, grid.count - 1) - offset,
    };
  const at = shift.at === 'start' ? startMs : shift.at === 'end' ? endMs : shift.at;
  return { firstMs: at - offset, stepMs: 0, lastMs: at - offset };
}

/** What a column takes from the sample that an instant selector found. */
export type SampleField = 'value' | 'time' | 'start-time';

/** An instant selector: for each evaluation time the newest sample that is younger than the look-back and not stale. */
export function instantVector(
  context: Context,
  selector: VectorSelector,
  grid: Grid,
  operation: string,
  field: SampleField = 'value',
): Column[] {
  if (field === 'value') {
    const copies = new ColumnCopies(grid.count);
    const isDone = eachInstantColumn(context, selector, grid, operation, (column) =>
      copies.add(column),
    );
    if (isDone) return copies.columns;
  }
  const references = referencesOf(context, selector, grid);
  const isSmoothed = selector.extension === 'smoothed';
  const hints = instantHints(context, selector, references, operation);
  const found = read(context, selector, hints);
  context.budget.addSlots(found.length, grid.count);
  const columns: Column[] = [];
  for (const series of found) {
    const column = newColumn(series.labels, false, grid.count);
    if (isSmoothed) {
      fillSmoothed(column, withoutStale(series), references, context.lookbackMs);
      withoutMixed(column, series, context, selector, references);
    } else fillNewest(column, series, references, context.lookbackMs, field);
    if (!isEmpty(column)) columns.push(column);
  }
  return columns;
}

function instantHints(
  { lookbackMs, holdMs }: Context,
  { extension }: VectorSelector,
  { firstMs, stepMs, lastMs }: References,
  operation: string,
): SelectHints {
  return {
    afterMs: firstMs - lookbackMs,
    ...(extension === undefined && { firstMs }),
    untilMs: lastMs + (extension === 'smoothed' ? lookbackMs : 0),
    stepMs,
    rangeMs: 0,
    operation,
    ...(holdMs !== undefined && { holdMs }),
  };
}

/**
 * The same from a source that has columns: each is good until `use` returns, so that a thousand series need no more memory than one.
 * @returns false when the source has none
 */
export function eachInstantColumn(
  context: Context,
  selector: VectorSelector,
  grid: Grid,
  operation: string,
  use: (column: Column) => void,
): boolean {
  const { source, budget, lookbackMs } = context;
  if (!source.eachColumn || selector.extension) return false;
  budget.checkTime();
  const references = referencesOf(context, selector, grid);
  const { firstMs, stepMs } = references;
  const { count } = grid;
  const onFound = (series: number) => {
    budget.addSeries(series);
    budget.addSlots(series, count);
    budget.addSamples(series * count);
  };
  const hints = instantHints(context, selector, references, operation);
  const times = { firstMs, stepMs, count, lookbackMs, onFound };
  return source.eachColumn(selector.matchers, hints, times, use);
}

function fillNewest(
  column: Column,
  series: SampleSeries,
  { firstMs, stepMs }: References,
  lookbackMs: number,
  field: SampleField,
): void {
  const { timesMs, stale, histogram } = series;
  const source =
    field === 'value'
      ? series.values
      : field === 'time'
        ? timesMs
        : (series.startTimesMs ?? undefined);
  const scale = field === 'value' ? 1 : 1000;
  const { values, present } = column;
  let next = firstAfter(timesMs, firstMs); // index of the first sample after the reference
  for (let step = 0; step < values.length; step++) {
    const reference = firstMs + step * stepMs;
    while (next < timesMs.length && (timesMs[next] as number) <= reference) next++;
    const newest = next - 1;
    if (newest < 0 || (timesMs[newest] as number) <= reference - lookbackMs) continue;
    if (stale?.[newest]) continue;
    present[step] = histogram?.[newest] ? HISTOGRAM : 1;
    values[step] = source ? (source[newest] as number) / scale : 0;
  }
}

/** Interpolates between the neighbours of each time; the older one alone also counts, the younger one alone does not. */
function fillSmoothed(
  column: Column,
  { timesMs, values }: SampleSeries,
  { firstMs, stepMs }: References,
  lookbackMs: number,
): void {
  for (let step = 0; step < column.values.length; step++) {
    const reference = firstMs + step * stepMs;
    const after = firstAfter(timesMs, reference);
    const older = after - 1;
    if (older < 0 || (timesMs[older] as number) <= reference - lookbackMs) continue;
    const olderTime = timesMs[older] as number;
    const olderValue = values[older] as number;
    const youngerTime = timesMs[after];
    column.present[step] = 1;
    column.values[step] =
      olderTime === reference || youngerTime === undefined || youngerTime > reference + lookbackMs
        ? olderValue
        : olderValue +
          (((values[after] as number) - olderValue) * (reference - olderTime)) /
            (youngerTime - olderTime);
  }
}

/** A series whose samples a range function gets windows of; without stale markers. */
export interface RangeSeries {
  readonly labels: Labels;
  readonly dropName: boolean;
  readonly timesMs: Float64Array;
  readonly values: Float64Array;
  readonly startTimesMs: Float64Array | undefined;
  readonly pointsPerSample: number;
  /** Of the last sample. */
  readonly pointsOfLast: number;
  /** 1 where the sample is a native histogram; for functions that look at each window (`histogram-ranges.ts`). */
  readonly histogram: Uint8Array | undefined;
}

/** The series under a range function, and where its windows lie: the window of step k is (end_k - rangeMs, end_k]. */
export interface RangeVector {
  readonly series: readonly RangeSeries[];
  readonly references: References;
  readonly rangeMs: number;
}

export function rangeVector(
  context: Context,
  expr: MatrixSelector | SubqueryExpr,
  grid: Grid,
  operation: string,
): RangeVector {
  return expr.kind === 'range'
    ? selectedRange(context, expr, grid, operation)
    : subqueryRange(context, expr, grid);
}

function selectedRange(
  context: Context,
  expr: MatrixSelector,
  grid: Grid,
  operation: string,
): RangeVector {
  const { selector } = expr;
  const { startMs, endMs, stepMs } = context.times;
  const rangeMs = durationMs(expr.range, { stepMs, rangeMs: endMs - startMs }, false);
  const references = referencesOf(context, selector, grid);
  const hints = {
    afterMs: references.firstMs - rangeMs - (selector.extension ? context.lookbackMs : 0),
    untilMs: references.lastMs + (selector.extension === 'smoothed' ? context.lookbackMs : 0),
    stepMs: references.stepMs,
    rangeMs,
    operation,
  };
  const series = read(context, selector, hints).map((one) => {
    const fresh = withoutStale(numbersOf(one, context, { selector, hints }));
    return {
      labels: one.labels,
      dropName: false,
      timesMs: fresh.timesMs,
      values: fresh.values,
      startTimesMs: fresh.startTimesMs,
      pointsPerSample: one.pointsPerSample ?? 1,
      pointsOfLast: one.pointsOfLast ?? one.pointsPerSample ?? 1,
      histogram: judgesWindows(operation) ? fresh.histogram : undefined,
    };
  });
  return { series, references, rangeMs };
}

function subqueryRange(context: Context, expr: SubqueryExpr, grid: Grid): RangeVector {
  const { startMs, endMs, stepMs } = context.times;
  const durations = { stepMs, rangeMs: endMs - startMs };
  const rangeMs = durationMs(expr.range, durations, false);
  const innerStepMs = expr.step ? durationMs(expr.step, durations, false) : context.subqueryStepMs;
  const references = referencesOf(context, expr, grid);
  // The inner times are multiples of the inner step, whatever the outer times are; the window is open to the left.
  const first = (Math.floor((references.firstMs - rangeMs) / innerStepMs) + 1) * innerStepMs;
  const count = Math.max(0, Math.floor((references.lastMs - first) / innerStepMs) + 1);
  if (count === 0) return { series: [], references, rangeMs };
  context.budget.addSlots(1, count);
  const columns = context.vector(expr.inner, { startMs: first, stepMs: innerStepMs, count });
  const series = columns.map((column) => compact(column, first, innerStepMs));
  return { series, references, rangeMs };
}

function compact(column: Column, firstMs: number, stepMs: number): RangeSeries {
  const count = column.present.reduce((sum, mark) => sum + (mark && 1), 0);
  const timesMs = new Float64Array(count);
  const values = count === column.values.length ? column.values : new Float64Array(count);
  let to = 0;
  for (let step = 0; step < column.present.length; step++) {
    if (!column.present[step]) continue;
    timesMs[to] = firstMs + step * stepMs;
    values[to] = column.values[step] as number;
    to++;
  }
  return {
    labels: column.labels,
    dropName: column.dropName,
    timesMs,
    values,
    startTimesMs: undefined,
    pointsPerSample: 1,
    pointsOfLast: 1,
    histogram: undefined,
  };
}

function read(
  context: Context,
  selector: VectorSelector,
  hints: SelectHints,
): readonly SampleSeries[] {
  context.budget.checkTime();
  const found = context.source.select(selector.matchers, hints);
  context.budget.addSeries(found.length);
  for (const series of found) context.budget.addSamples(series.timesMs.length);
  return found;
}

function withoutStale(series: SampleSeries): SampleSeries {
  const { stale } = series;
  return stale?.includes(1) ? withoutMarked(stale, series) : series;
}

/** Index of the first time after `timeMs`, or the length. */
export function firstAfter(timesMs: Float64Array, timeMs: number): number {
  let low = 0;
  let high = timesMs.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((timesMs[middle] as number) <= timeMs) low = middle + 1;
    else high = middle;
  }
  return low;
}
