import type { Group } from './aggregate.ts';
import { formatGo } from './annotations.ts';
import type { AggregateExpr, Expr } from './ast.ts';
import type { Context } from './context.ts';
import { executionError } from './errors.ts';
import { labelsHashFraction } from './hash.ts';
import { type Column, isEmpty } from './value.ts';

const INT64_MAX = 2 ** 63 - 1024; // the largest double that fits
const INT64_MIN = -(2 ** 63);

/** topk, bottomk, limitk and limit_ratio: some of the input's series, as they are. At one step, topk and bottomk are in order. */
export function rankAggregation(
  context: Context,
  expr: AggregateExpr,
  groups: readonly Group[],
  columns: readonly Column[],
  parameter: Float64Array,
): Column[] {
  const span = (expr.parameter as Expr).span;
  if (expr.operator === 'limit_ratio') {
    checkRatio(context, parameter, span);
    return limitRatio(columns, parameter);
  }
  if (Math.max(...new Set(parameter)) < 1) return [];
  for (const k of parameter) {
    if (Number.isNaN(k)) throw executionError('Parameter value is NaN', span);
    if (k <= INT64_MIN) throw executionError(`Scalar value ${formatGo(k)} underflows int64`, span);
    if (k >= INT64_MAX) throw executionError(`Scalar value ${formatGo(k)} overflows int64`, span);
  }
  return groups.flatMap((group) =>
    expr.operator === 'limitk'
      ? limitCount(group, parameter)
      : topOf(context, group, parameter, expr.operator === 'topk' ? 1 : -1),
  );
}

/** Keeps, at each step, the k best of a group. @param sign 1 for the largest, -1 for the smallest; NaN is worst either way */
function topOf(
  context: Context,
  { members }: Group,
  parameter: Float64Array,
  sign: 1 | -1,
): Column[] {
  const kept = members.map((column) => new Uint8Array(column.present.length));
  let order: number[] = [];
  for (let step = 0; step < parameter.length; step++) {
    if (step % 64 === 0) context.budget.checkTime();
    order = best(members, step, Math.trunc(parameter[step] as number), sign);
    for (const index of order) (kept[index] as Uint8Array)[step] = 1;
  }
  const columns = members.map((column, index) => ({
    ...column,
    present: kept[index] as Uint8Array,
  }));
  if (parameter.length === 1) return order.map((index) => columns[index] as Column);
  return columns.filter((column) => !isEmpty(column));
}

/** Indices of the k best members at one step, best first; of equals, the first. */
function best(members: readonly Column[], step: number, k: number, sign: 1 | -1): number[] {
  const chosen: number[] = [];
  const valueAt = (index: number): number => (members[index] as Column).values[step] as number;
  const isBetter = (value: number, other: number): boolean =>
    value * sign > other * sign || (Number.isNaN(other) && !Number.isNaN(value));
  for (let index = 0; index < members.length; index++) {
    if ((members[index] as Column).present[step] === 0 || k < 1) continue;
    const value = valueAt(index);
    if (chosen.length === k) {
      if (!isBetter(value, valueAt(chosen.at(-1) as number))) continue;
      chosen.pop();
    }
    let low = 0;
    let high = chosen.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (isBetter(value, valueAt(chosen[middle] as number))) high = middle;
      else low = middle + 1;
    }
    chosen.splice(low, 0, index);
  }
  return chosen;
}

function limitCount({ members }: Group, parameter: Float64Array): Column[] {
  const counts = new Float64Array(parameter.length);
  return members.filter((column) => {
    const { present } = column;
    for (let step = 0; step < present.length; step++) {
      if (present[step] === 0) continue;
      counts[step] = (counts[step] as number) + 1;
      if ((counts[step] as number) > Math.trunc(parameter[step] as number)) present[step] = 0;
    }
    return !isEmpty(column);
  });
}

function checkRatio(context: Context, ratios: Float64Array, span: Expr['span']): void {
  for (const ratio of new Set(ratios)) {
    if (Number.isNaN(ratio)) throw executionError('Ratio value is NaN', span);
    const limit = ratio > 1 ? 1 : ratio < -1 ? -1 : undefined;
    if (limit !== undefined)
      context.annotations.warn(
        `ratio value should be between -1 and 1, got ${formatGo(ratio)}, capping to ${limit}`,
        span,
      );
  }
}

/** A ratio r ≥ 0 keeps series whose hash lies below r, a negative one those that 1 + r leaves out. */
function limitRatio(columns: readonly Column[], ratios: Float64Array): Column[] {
  return columns.filter((column) => {
    const { labels, present } = column;
    const fraction = labelsHashFraction(labels);
    for (let step = 0; step < present.length; step++) {
      const ratio = ratios[step] as number;
      const isKept = ratio >= 0 ? fraction < ratio || ratio > 1 : fraction >= 1 + ratio;
      if (!isKept) present[step] = 0;
    }
    return !isEmpty(column);
  });
}
