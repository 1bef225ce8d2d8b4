import { COMPARISONS, childrenOf, type Expr, SET_OPERATORS } from '../query/ast.ts';
import { parseSyntax } from '../query/parse.ts';

/** Functions that find something only when something is the matter. */
const CONDITIONS: ReadonlySet<string> = new Set(['absent', 'absent_over_time']);

/**
 * True when it depends on values, or on what is there, whether the expression finds something; false of `load_one`, which would always fire.
 * @throws QueryError when `expr` is no query
 */
export function hasCondition(expr: string): boolean {
  return isConditional(parseSyntax(expr));
}

function isConditional(expr: Expr): boolean {
  if (expr.kind === 'call' && CONDITIONS.has(expr.name)) return true;
  if (expr.kind === 'binary') {
    const { operator, returnBool } = expr;
    if (COMPARISONS.has(operator) && !returnBool) return true;
    if (SET_OPERATORS.has(operator) && operator !== 'or') return true;
  }
  return childrenOf(expr).some(isConditional);
}
