/**
 * What becomes of native histograms. They are not evaluated (docs/decisions/0043), but most functions are about numbers and leave them out,
 * and some only ask whether there is a sample; only what would need their buckets is refused.
 */
import { type BinaryExpr, COMPARISONS, type Expr, SET_OPERATORS } from './ast.ts';
import type { Context } from './context.ts';
import { DATE_PARTS, ELEMENTWISE, PARAMETERIZED } from './elementwise.ts';
import { QueryError } from './errors.ts';
import { type Labels, METRIC_NAME } from './labels.ts';
import { type Column, HISTOGRAM } from './value.ts';

/** Aggregations that leave histograms out, and say so. */
const IGNORING_AGGREGATIONS: ReadonlySet<string> = new Set([
  'bottomk',
  'max',
  'min',
  'quantile',
  'stddev',
  'stdvar',
  'topk',
]);

/** Functions of numbers, which leave histograms out. */
export const IGNORING: ReadonlySet<string> = new Set([
  ...IGNORING_AGGREGATIONS,
  ...ELEMENTWISE.keys(),
  ...PARAMETERIZED.keys(),
  ...DATE_PARTS.keys(),
  'deriv',
  'double_exponential_smoothing',
  'integral',
  'mad_over_time',
  'max_over_time',
  'min_over_time',
  'predict_linear',
  'quantile_over_time',
  'scalar',
  'sort',
  'sort_desc',
  'stddev_over_time',
  'stdvar_over_time',
  'ts_of_max_over_time',
  'ts_of_min_over_time',
]);

/**
 * What only asks whether there is a sample, or passes samples on as they are; comparisons (`withoutIncomparable`) and the functions of
 * classic histograms look for themselves.
 */
export const PASSING: ReadonlySet<string> = new Set([
  ...COMPARISONS,
  ...SET_OPERATORS,
  'absent',
  'absent_over_time',
  'count',
  'count_over_time',
  'group',
  'histogram_fraction',
  'histogram_quantile',
  'histogram_quantiles',
  'label_join',
  'label_replace',
  'limit_ratio',
  'limitk',
  'present_over_time',
  'sort_by_label',
  'sort_by_label_desc',
  'timestamp',
  'ts_of_first_over_time',
  'ts_of_last_over_time',
]);

/**
 * Takes the histograms out of the operand of a function, aggregation or operator that is about numbers. Changes `columns`.
 * @throws QueryError `query-unsupported` when the result would depend on them
 */
export function withoutHistograms(
  { annotations }: Context,
  columns: readonly Column[],
  operation: string,
  expr: Expr,
): void {
  if (PASSING.has(operation)) return;
  if (!IGNORING.has(operation)) refuseHistograms(columns, expr);
  else if (clearHistograms(columns) && IGNORING_AGGREGATIONS.has(operation))
    annotations.inform(`ignored histogram in ${operation} aggregation`, expr.span);
}

/** @throws QueryError `query-unsupported` */
export function refuseHistograms(columns: readonly Column[], expr: Expr): void {
  const one = columns.find(holdsHistogram);
  if (one) throw unsupported(one, expr);
}

/**
 * Takes the histograms out of the operands of a comparison: they compare with no number, and with each other for equality alone.
 * Changes the columns.
 * @throws QueryError `query-unsupported` when histograms may be equal
 */
export function withoutIncomparable(
  { annotations }: Context,
  { operator, left, span }: BinaryExpr,
  operands: { readonly left: readonly Column[]; readonly right: readonly Column[] },
): void {
  const isEquality = operator === '==' || operator === '!=';
  if (isEquality && operands.right.some(holdsHistogram)) refuseHistograms(operands.left, left);
  const kinds = [operands.left, operands.right].map((columns) =>
    clearHistograms(columns) ? 'histogram' : 'float',
  );
  if (kinds.includes('histogram'))
    annotations.inform(
      `incompatible sample types encountered for binary operator ${JSON.stringify(operator)}: ${kinds.join(` ${operator} `)}`,
      span,
    );
}

function holdsHistogram({ present }: Column): boolean {
  return present.includes(HISTOGRAM);
}

/** @returns whether there were any */
function clearHistograms(columns: readonly Column[]): boolean {
  const holding = columns.filter(holdsHistogram);
  for (const { present } of holding)
    for (let step = 0; step < present.length; step++)
      if (present[step] === HISTOGRAM) present[step] = 0;
  return holding.length > 0;
}

export function warnOfMix(
  { annotations }: Context,
  { labels }: { readonly labels: Labels },
  { span }: Expr,
): void {
  annotations.warn(
    `encountered a mix of histograms and floats for metric name ${JSON.stringify(labels.get(METRIC_NAME))}`,
    span,
  );
}

export function unsupported({ labels }: { readonly labels: Labels }, { span }: Expr): QueryError {
  return new QueryError(
    'query-unsupported',
    `${labels} holds native histograms, which are not supported; query its classic buckets`,
    span,
  );
}
