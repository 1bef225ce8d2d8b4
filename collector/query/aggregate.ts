import { invalidQuantile } from './annotations.ts';
import type { AggregateExpr, Expr } from './ast.ts';
import type { Context } from './context.ts';
import { executionError } from './errors.ts';
import { Fold, type FoldingOperator, isFolding } from './fold.ts';
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
  if (isFolding(operator)) return fold(context, expr, operator, grid);
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
  for (const quantile of new Set(parameter))
    invalidQuantile(context.annotations, quantile, (expr.parameter as Expr).span);
  return groups
    .map((group) => quantileColumn(group, parameter as Float64Array, grid))
    .filter(hasValues);
}

/** Adds each column to the fold of its group as it comes. */
function fold(
  context: Context,
  { inner, grouping, without }: AggregateExpr,
  operator: FoldingOperator,
  grid: Grid,
): Column[] {
  const groupOf = grouper(grouping, without);
  const folds = new Map<string, Fold>();
  context.eachColumn(inner, grid, (column) => {
    const group = groupOf(column.labels);
    let known = folds.get(group.key);
    if (!known) {
      context.budget.addSlots(1, grid.count);
      known = new Fold(operator, group.labels(), grid.count);
      folds.set(group.key, known);
    }
    known.add(column);
  });
  context.budget.checkTime();
  return [...folds.values()].map((one) => one.finish()).filter(hasValues);
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
  const groupOf = grouper(grouping, without);
  const byKey = new Map<string, Group>();
  for (const column of columns) {
    const { key, labels } = groupOf(column.labels);
    let group = byKey.get(key);
    if (!group) {
      group = { labels: labels(), members: [] };
      byKey.set(key, group);
    }
    group.members.push(column);
  }
  return [...byKey.values()];
}

/** Tells to which group labels belong, and that group's labels for whoever needs them. */
function grouper(
  grouping: readonly string[],
  without: boolean,
): (labels: Labels) => { readonly key: string; labels(): Labels } {
  const names = without ? new Set([...grouping, METRIC_NAME]) : new Set(grouping);
  const sorted = [...names].sort();
  return (labels) =>
    without
      ? { key: labels.keyWithout(names), labels: () => labels.without(names) }
      : { key: labels.keyOf(sorted), labels: () => labels.keep(names) };
}

function emptyResult(group: Group, grid: Grid): Column {
  return newColumn(
    group.labels,
    group.members.some((member) => member.dropName),
    grid.count,
  );
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
