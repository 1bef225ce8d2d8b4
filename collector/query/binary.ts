import {
  type BinaryExpr,
  COMPARISONS,
  type ComparisonOperator,
  SET_OPERATORS,
  type SetOperator,
} from './ast.ts';
import { typeOf } from './check.ts';
import type { Context } from './context.ts';
import { withoutIncomparable } from './histogram-use.ts';
import { joinVectors } from './join.ts';
import { ARITHMETIC, COMPARE } from './operators.ts';
import { combineSets } from './set-operation.ts';
import type { Column, Grid, Value } from './value.ts';

/** A binary operation on scalars, a vector and a scalar, or two vectors. */
export function binary(context: Context, expr: BinaryExpr, grid: Grid): Value {
  const leftIsScalar = typeOf(expr.left) === 'scalar';
  const rightIsScalar = typeOf(expr.right) === 'scalar';
  if (leftIsScalar && rightIsScalar)
    return {
      type: 'scalar',
      values: scalars(expr, context.scalar(expr.left, grid), context.scalar(expr.right, grid)),
    };
  if (leftIsScalar || rightIsScalar) {
    const scalar = context.scalar(leftIsScalar ? expr.left : expr.right, grid);
    const columns = context.vector(leftIsScalar ? expr.right : expr.left, grid);
    if (mayMeetHistograms(context, expr))
      withoutIncomparable(context, expr, {
        left: leftIsScalar ? [] : columns,
        right: leftIsScalar ? columns : [],
      });
    return { type: 'vector', columns: withScalar(context, expr, columns, scalar, leftIsScalar) };
  }
  const left = context.vector(expr.left, grid);
  const right = context.vector(expr.right, grid);
  if (mayMeetHistograms(context, expr)) withoutIncomparable(context, expr, { left, right });
  context.budget.checkTime();
  const columns = SET_OPERATORS.has(expr.operator)
    ? combineSets(expr.operator as SetOperator, left, right, expr.matching)
    : joinVectors(context, expr, left, right, grid);
  return { type: 'vector', columns };
}

function mayMeetHistograms({ source }: Context, { operator }: BinaryExpr): boolean {
  return source.holdsHistograms === true && COMPARISONS.has(operator);
}

function scalars({ operator }: BinaryExpr, left: Float64Array, right: Float64Array): Float64Array {
  const compute = COMPARISONS.has(operator)
    ? (a: number, b: number) => Number(COMPARE[operator as ComparisonOperator](a, b))
    : arithmeticOf(operator);
  return left.map((value, step) => compute(value, right[step] as number));
}

function arithmeticOf(operator: string): (left: number, right: number) => number {
  return (
    (ARITHMETIC as Readonly<Record<string, (left: number, right: number) => number>>)[operator] ??
    (() => Number.NaN)
  );
}

function withScalar(
  context: Context,
  expr: BinaryExpr,
  columns: Column[],
  scalar: Float64Array,
  scalarIsLeft: boolean,
): Column[] {
  const { operator, returnBool } = expr;
  if (operator === '</' || operator === '>/') return refuseTrim(context, expr, columns);
  if (!COMPARISONS.has(operator)) {
    const compute = arithmeticOf(operator);
    return columns.map((column) => {
      const { values } = column;
      for (let step = 0; step < values.length; step++) {
        const value = values[step] as number;
        const other = scalar[step] as number;
        values[step] = scalarIsLeft ? compute(other, value) : compute(value, other);
      }
      return { ...column, dropName: true };
    });
  }
  const compare = COMPARE[operator as ComparisonOperator];
  return columns.map((column) => {
    const { values, present } = column;
    for (let step = 0; step < values.length; step++) {
      if (present[step] === 0) continue;
      const value = values[step] as number;
      const other = scalar[step] as number;
      const holds = scalarIsLeft ? compare(other, value) : compare(value, other);
      if (returnBool) values[step] = Number(holds);
      else if (!holds) present[step] = 0;
    }
    return returnBool ? { ...column, dropName: true } : column;
  });
}

/** Trimming a plain value makes no sense; Prometheus says so and returns nothing. */
export function refuseTrim(
  context: Context,
  expr: BinaryExpr,
  columns: readonly Column[],
): Column[] {
  if (columns.length > 0)
    context.annotations.inform(
      `incompatible sample types encountered for binary operator ${JSON.stringify(expr.operator)}: float ${expr.operator} float`,
      expr.span,
    );
  return [];
}
