import type { CallExpr, Expr } from './ast.ts';
import type { Context } from './context.ts';
import { textArguments } from './label-call.ts';
import { Labels } from './labels.ts';
import type { Column, Grid } from './value.ts';

/** sort, sort_desc, sort_by_label, sort_by_label_desc: order the result of an instant query. */
export function sortCall(context: Context, call: CallExpr, grid: Grid): Column[] {
  const columns = context.vector(call.args[0] as Expr, grid);
  if (context.times.stepMs > 0) {
    context.annotations.warn(
      'sort is ineffective for range queries since results are always ordered by labels',
      call.span,
    );
    return columns;
  }
  switch (call.name) {
    case 'sort':
      return columns.sort((a, b) => compareValues(a.values[0] as number, b.values[0] as number, 1));
    case 'sort_desc':
      return columns.sort((a, b) =>
        compareValues(a.values[0] as number, b.values[0] as number, -1),
      );
    default: {
      const names = textArguments(call, 1);
      const sign = call.name === 'sort_by_label' ? 1 : -1;
      return columns.sort((a, b) => sign * compareLabels(a.labels, b.labels, names));
    }
  }
}

/** NaN comes last in both orders. */
function compareValues(a: number, b: number, sign: 1 | -1): number {
  if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
  return a === b ? 0 : a < b ? -sign : sign;
}

function compareLabels(a: Labels, b: Labels, names: readonly string[]): number {
  for (const name of names) {
    const order = compareNaturally(a.get(name), b.get(name));
    if (order !== 0) return order;
  }
  return Labels.compare(a, b);
}

/** Runs of digits compare as numbers: n9 before n10. */
export function compareNaturally(a: string, b: string): number {
  if (a === b) return 0;
  const left = a.match(/\d+|\D+/g) ?? [];
  const right = b.match(/\d+|\D+/g) ?? [];
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    const x = left[i] as string;
    const y = right[i] as string;
    if (x === y) continue;
    const difference = /^\d/.test(x) && /^\d/.test(y) ? Number(x) - Number(y) : 0;
    if (difference !== 0) return difference;
    if (!/^\d/.test(x) || !/^\d/.test(y)) return x < y ? -1 : 1;
  }
  return left.length - right.length || (a < b ? -1 : 1);
}
