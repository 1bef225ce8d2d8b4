import { childrenOf, type Expr } from './ast.ts';

/** Functions whose result depends on the evaluation time even when their arguments do not. */
const TIME_DEPENDENT: ReadonlySet<string> = new Set([
  'days_in_month',
  'day_of_month',
  'day_of_week',
  'day_of_year',
  'hour',
  'minute',
  'month',
  'year',
  'predict_linear',
  'time',
  'timestamp',
]);

/** The parts of an expression that have the same value at every evaluation time, because `@` fixes all that they read. */
export function invariantParts(root: Expr): ReadonlySet<Expr> {
  const parts = new Set<Expr>();
  const visit = (expr: Expr): boolean => {
    const inner = childrenOf(expr).map(visit);
    const is = isInvariant(expr, inner.every(Boolean));
    if (is && expr.kind !== 'range' && expr.kind !== 'subquery' && expr.kind !== 'string')
      parts.add(expr);
    return is;
  };
  visit(root);
  return parts;
}

function isInvariant(expr: Expr, innerIs: boolean): boolean {
  switch (expr.kind) {
    case 'selector':
    case 'subquery':
      return expr.at !== undefined;
    case 'call':
      return innerIs && !TIME_DEPENDENT.has(expr.name);
    default:
      return innerIs;
  }
}
