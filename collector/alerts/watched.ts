import { COMPARISONS, type Expr } from '../query/ast.ts';
import { typeOf } from '../query/check.ts';
import { parseSyntax } from '../query/parse.ts';
import { print } from '../query/print.ts';

/** What a condition looks at, and the limit that it sets. */
export interface Watched {
  readonly expr: string;
  readonly bound: WatchedBound | undefined;
}

export interface WatchedBound {
  /** A scalar. */
  readonly expr: string;
  /** Where the values are that fire. */
  readonly side: 'above' | 'below' | 'at';
}

/**
 * The side of a rule's condition that has the values: `load_one` and 8 of `load_one > 8`. Of conditions that are joined it is the
 * first; of alternatives each, in their order.
 * @throws QueryError when `expr` is no query
 */
export function watchedOf(expr: string): readonly Watched[] {
  return watchedIn(parseSyntax(expr));
}

function watchedIn(expr: Expr): readonly Watched[] {
  if (expr.kind === 'paren') return watchedIn(expr.inner);
  if (expr.kind === 'binary') {
    const { operator, left, right, returnBool } = expr;
    if (operator === 'and' || operator === 'unless') return watchedIn(left);
    if (operator === 'or') return [...watchedIn(left), ...watchedIn(right)];
    if (COMPARISONS.has(operator) && !returnBool) return [compared(left, right, operator)];
  }
  return [{ expr: print(expr), bound: undefined }];
}

/** What is compared with another series has no bound that is a line. */
function compared(left: Expr, right: Expr, operator: string): Watched {
  if (typeOf(right) === 'scalar') {
    return { expr: print(left), bound: { expr: print(right), side: sideOf(operator) } };
  }
  if (typeOf(left) === 'scalar') {
    return { expr: print(right), bound: { expr: print(left), side: OPPOSITE[sideOf(operator)] } };
  }
  return { expr: print(left), bound: undefined };
}

const OPPOSITE = { above: 'below', below: 'above', at: 'at' } as const;

function sideOf(operator: string): WatchedBound['side'] {
  if (operator.startsWith('>')) return 'above';
  return operator.startsWith('<') ? 'below' : 'at';
}
