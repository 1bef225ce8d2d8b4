import { childrenOf, type Expr } from '../query/ast.ts';

/** Functions and aggregations that Prometheus has only with `--enable-feature=promql-experimental-functions`. */
const EXPERIMENTAL: ReadonlySet<string> = new Set([
  'double_exponential_smoothing',
  'end',
  'first_over_time',
  'histogram_quantiles',
  'info',
  'limit_ratio',
  'limitk',
  'mad_over_time',
  'max_of',
  'min_of',
  'range',
  'sort_by_label',
  'sort_by_label_desc',
  'start',
  'start_timestamp',
  'step',
  'ts_of_first_over_time',
  'ts_of_last_over_time',
  'ts_of_max_over_time',
  'ts_of_min_over_time',
]);

/** The first experimental function in an expression, or undefined when it has none. */
export function experimentalIn(expr: Expr): string | undefined {
  const name = expr.kind === 'call' ? expr.name : expr.kind === 'aggregate' ? expr.operator : '';
  if (EXPERIMENTAL.has(name)) return name;
  return childrenOf(expr)
    .map(experimentalIn)
    .find((found) => found !== undefined);
}
