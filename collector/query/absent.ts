import type { Expr } from './ast.ts';
import { Labels, METRIC_NAME } from './labels.ts';

/** The labels of absent() and absent_over_time(): those that the selector asks for with one `=` matcher and no other. */
export function labelsOfAbsent(expr: Expr): Labels {
  const selector = expr.kind === 'range' ? expr.selector : expr;
  if (selector.kind !== 'selector') return Labels.EMPTY;
  const labels = new Map<string, string>();
  const seen = new Set<string>();
  for (const { name, operator, value } of selector.matchers) {
    if (name === METRIC_NAME) continue;
    if (operator === '=' && !seen.has(name)) labels.set(name, value);
    else labels.delete(name);
    if (operator === '=') seen.add(name);
  }
  return Labels.from(Object.fromEntries(labels));
}
