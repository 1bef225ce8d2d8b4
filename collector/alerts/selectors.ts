import { childrenOf, type Expr, type VectorSelector } from '../query/ast.ts';
import { METRIC_NAME } from '../query/labels.ts';
import { Matcher } from '../query/matcher.ts';

/** Every series selector of an expression, those of ranges and subqueries among them. */
export function selectorsOf(expr: Expr): readonly VectorSelector[] {
  return expr.kind === 'selector' ? [expr] : childrenOf(expr).flatMap(selectorsOf);
}

/** All conditions of a selector, its name's among them. */
export function matchersOf({ name, matchers }: VectorSelector): readonly Matcher[] {
  return name ? [new Matcher(METRIC_NAME, '=', name), ...matchers] : matchers;
}
