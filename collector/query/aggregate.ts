import { invalidQuantile } from './annotations.ts';
import type { AggregateExpr, Expr } from './ast.ts';
import type { Context } from './context.ts';
import { executionError } from './errors.ts';
import { correctionAfter, KahanMeans } from './kahan.ts';
import { type Labels, METRIC_NAME } from './labels.ts';
import { formatDecimal, quote } from './literal.ts';
import { quantileOf } from './quantile.ts';
import { rankAggregation } from './rank.ts';
import { type Column, type Grid, isEmpty, newColumn } from './value.ts';

/** The columns that go into one result. */
export interface Group {
  readonly labels: Labels;
  readonly members: Column[];
}

/** An aggregation of a vector, by or without labels. */
export function aggregate(context: Context, expr: AggregateExpr, grid: Grid): Column[] {
  const { operator } = expr;
  if (operator === 'count_values') return countValues(context, expr, grid);
  const parameter = expr.parameter && context.scalar(expr.parameter, grid);
  const columns = context.vector(expr.inner, grid);
  context.budget.checkTime();
  const groups = groupColumns(columns, expr.grouping, expr.without);
  if (
    operator === 'topk' ||
    operator === 'bottomk' ||
    operator === 'limitk' ||
    operator === 'limit_ratio'
  )
    return rankAggregation(context, expr, groups, columns, parameter as Float64Array);
  if (operator === 'quantile') {
    for (const quantile of new Set(parameter))
      invalidQuantile(context.annotations, quantile, (expr.parameter as Expr).span);
    return groups
      .map((group) => quantileColumn(group, parameter as Float64Array, grid))
      .filter(hasValues);
  }
  context.budget.addSlots(groups.length, grid.count);
  const fold = FOLDS[operator];
  return groups.map((group) => fold(group, emptyResult(group, grid))).filter(hasValues);
}

function hasValues(column: Column): boolean {
  return !isEmpty(column);
}

/** Groups in the order in which their first member appears. */
export function groupColumns(
  columns: readonly Column[],
  grouping: readonly string[],
  without: boolean,
): Group[] {
  const names = without ? new Set([...grouping, METRIC_NAME]) : new Set(grouping);
  const sorted = [...names].sort();
  const byKey = new Map<string, Group>();
  for (const column of columns) {
    const { labels } = column;
    const key = without ? labels.keyWithout(names) : labels.keyOf(sorted);
    let group = byKey.get(key);
    if (!group) {
      group = { labels: without ? labels.without(names) : labels.keep(names), members: [] };
      byKey.set(key, group);
    }
    group.members.push(column);
  }
  return [...byKey.values()];
}

function emptyResult(group: Group, grid: Grid): Column {
  return newColumn(
    group.labels,
    group.members.some((member) => member.dropName),
    grid.count,
  );
}

type Fold = (group: Group, result: Column) => Column;

const FOLDS: Readonly<
  Record<'sum' | 'avg' | 'min' | 'max' | 'count' | 'group' | 'stddev' | 'stdvar', Fold>
> = {
  sum: sumFold,
  avg: averageFold,
  min: (group, result) => extremeFold(group, result, -1),
  max: (group, result) => extremeFold(group, result, 1),
  count: countFold,
  group: (group, result) => {
    const counted = countFold(group, result);
    counted.values.fill(1);
    return counted;
  },
  stddev: (group, result) => varianceFold(group, result, Math.sqrt),
  stdvar: (group, result) => varianceFold(group, result, (variance) => variance),
};

function sumFold({ members }: Group, result: Column): Column {
  const { values: sums, present: seen } = result;
  const corrections = new Float64Array(sums.length);
  for (const { values, present } of members) {
    for (let step = 0; step < sums.length; step++) {
      if (present[step] === 0) continue;
      const value = values[step] as number;
      if (seen[step] === 0) {
        seen[step] = 1;
        sums[step] = value;
        continue;
      }
      const sum = sums[step] as number;
      const total = sum + value;
      corrections[step] = correctionAfter(sum, value, total, corrections[step] as number);
      sums[step] = total;
    }
  }
  for (let step = 0; step < sums.length; step++)
    sums[step] = (sums[step] as number) + (corrections[step] as number);
  return result;
}

function averageFold({ members }: Group, result: Column): Column {
  const means = new KahanMeans(result.values.length);
  for (const { values, present } of members) {
    for (let step = 0; step < values.length; step++) {
      if (present[step] !== 0) means.add(step, values[step] as number);
    }
  }
  for (let step = 0; step < result.values.length; step++) {
    if (means.counts[step] === 0) continue;
    result.present[step] = 1;
    result.values[step] = means.mean(step);
  }
  return result;
}

/** @param sign 1 for the maximum, -1 for the minimum; any number beats NaN */
function extremeFold({ members }: Group, result: Column, sign: 1 | -1): Column {
  const { values: best, present: seen } = result;
  for (const { values, present } of members) {
    for (let step = 0; step < best.length; step++) {
      if (present[step] === 0) continue;
      const value = values[step] as number;
      const current = best[step] as number;
      if (seen[step] === 0 || value * sign > current * sign || Number.isNaN(current))
        best[step] = value;
      seen[step] = 1;
    }
  }
  return result;
}

function countFold({ members }: Group, result: Column): Column {
  const { values: counts, present: seen } = result;
  for (const { present } of members) {
    for (let step = 0; step < counts.length; step++) {
      if (present[step] === 0) continue;
      counts[step] = (counts[step] as number) + 1;
      seen[step] = 1;
    }
  }
  return result;
}

/** Welford's method: one pass, no large sums. */
function varianceFold(
  { members }: Group,
  result: Column,
  finishWith: (variance: number) => number,
): Column {
  const { values: squares, present: seen } = result;
  const means = new Float64Array(squares.length);
  const counts = new Float64Array(squares.length);
  for (const { values, present } of members) {
    for (let step = 0; step < squares.length; step++) {
      if (present[step] === 0) continue;
      const value = values[step] as number;
      const count = (counts[step] as number) + 1;
      counts[step] = count;
      if (seen[step] === 0) {
        seen[step] = 1;
        means[step] = value;
        squares[step] = Number.isFinite(value) ? 0 : Number.NaN;
        continue;
      }
      const delta = value - (means[step] as number);
      means[step] = (means[step] as number) + delta / count;
      squares[step] = (squares[step] as number) + delta * (value - (means[step] as number));
    }
  }
  for (let step = 0; step < squares.length; step++)
    squares[step] = finishWith((squares[step] as number) / (counts[step] as number));
  return result;
}

function quantileColumn(group: Group, quantiles: Float64Array, grid: Grid): Column {
  const result = emptyResult(group, grid);
  const gathered = new Float64Array(group.members.length);
  for (let step = 0; step < grid.count; step++) {
    let count = 0;
    for (const { values, present } of group.members) {
      if (present[step] !== 0) gathered[count++] = values[step] as number;
    }
    if (count === 0) continue;
    result.present[step] = 1;
    result.values[step] = quantileOf(quantiles[step] as number, gathered.subarray(0, count));
  }
  return result;
}

/** One series per group and value, which becomes the label. */
function countValues(context: Context, expr: AggregateExpr, grid: Grid): Column[] {
  const parameter = context.evaluate(expr.parameter as Expr, grid);
  const label = parameter.type === 'string' ? parameter.value : '';
  if (label === '' || !label.isWellFormed())
    throw executionError(`invalid label name ${quote(label)}`);
  const names = expr.without
    ? new Set([...expr.grouping, METRIC_NAME])
    : new Set([...expr.grouping, label]);
  const columns = context.vector(expr.inner, grid);
  const byKey = new Map<string, Column>();
  for (const { labels, values, present } of columns) {
    context.budget.checkTime();
    for (let step = 0; step < grid.count; step++) {
      if (present[step] === 0) continue;
      const withValue = labels.with(label, formatDecimal(values[step] as number));
      const grouped = expr.without ? withValue.without(names) : withValue.keep(names);
      let counts = byKey.get(grouped.key);
      if (!counts) {
        counts = newColumn(grouped, false, grid.count);
        context.budget.addSlots(1, grid.count);
        byKey.set(grouped.key, counts);
      }
      counts.values[step] = (counts.values[step] as number) + 1;
      counts.present[step] = 1;
    }
  }
  return [...byKey.values()];
}
