import { COMPARISONS, childrenOf, type Expr } from '../query/ast.ts';
import { parseSyntax } from '../query/parse.ts';
import { print } from '../query/print.ts';

/** Their elements appear when data vanishes, or are named by values: absence of an element says nothing about data. */
const UNTRACEABLE: ReadonlySet<string> = new Set(['absent', 'absent_over_time', 'count_values']);
/** Aggregations that choose among their input's elements. */
const CHOOSING: ReadonlySet<string> = new Set(['topk', 'bottomk', 'limitk', 'limit_ratio']);

/**
 * The expression with its conditions taken out: it has an element for every alert that the rule could have, firing or not, as long
 * as there is data for it. `load_one > 8` becomes `load_one + 8`.
 * @returns undefined when an element's absence cannot mean missing data (`absent(…)`)
 * @throws QueryError when `expr` is no query
 */
export function presenceOf(expr: string): string | undefined {
  const tree = parseSyntax(expr);
  return isTraceable(tree) ? print(withoutConditions(tree)) : undefined;
}

function isTraceable(expr: Expr): boolean {
  if (expr.kind === 'call' && UNTRACEABLE.has(expr.name)) return false;
  if (expr.kind === 'aggregate' && UNTRACEABLE.has(expr.operator)) return false;
  return childrenOf(expr).every(isTraceable);
}

function withoutConditions(expr: Expr): Expr {
  switch (expr.kind) {
    case 'number':
    case 'string':
    case 'selector':
    case 'range':
      return expr;
    case 'paren':
    case 'unary':
    case 'subquery':
      return { ...expr, inner: withoutConditions(expr.inner) };
    case 'call':
      return { ...expr, args: expr.args.map(withoutConditions) };
    case 'aggregate': {
      const inner = withoutConditions(expr.inner);
      if (CHOOSING.has(expr.operator)) return grouped(inner);
      return { ...expr, inner };
    }
    case 'binary': {
      const left = withoutConditions(expr.left);
      if (expr.operator === 'unless') return grouped(left);
      const right = withoutConditions(expr.right);
      if (!COMPARISONS.has(expr.operator) || expr.returnBool) return { ...expr, left, right };
      // Addition matches elements and names its result as the comparison does, but drops none.
      return grouped({ ...expr, operator: '+', left: grouped(left), right: grouped(right) });
    }
  }
}

/** In parentheses, because the operators around it bind differently than before. */
function grouped(inner: Expr): Expr {
  return { kind: 'paren', inner, span: inner.span };
}
