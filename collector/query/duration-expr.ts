import type { DurationExpr } from './ast.ts';
import { executionError } from './errors.ts';

/** Longest duration, as Prometheus has it: what fits into 63 bits of nanoseconds (292 years). */
const SECONDS_MAX = 2 ** 63 / 1e9;

/** What `step()` and `range()` stand for in a query. */
export interface DurationContext {
  readonly stepMs: number;
  readonly rangeMs: number;
}

/**
 * Milliseconds of a duration expression, whole.
 * @throws QueryError `query-execution` for one that is not finite, too long, or not positive where it must be
 */
export function durationMs(
  expr: DurationExpr,
  context: DurationContext,
  mayBeNegative: boolean,
): number {
  const seconds = evaluate(expr, context);
  if (Number.isNaN(seconds) || Math.abs(seconds) >= SECONDS_MAX)
    throw executionError('duration out of range', expr.span);
  if (seconds <= 0 && !mayBeNegative)
    throw executionError('duration must be greater than 0', expr.span);
  return Math.trunc(roundOff(seconds * 1000));
}

/** Products of decimal fractions are a hair off a whole number of milliseconds; such a hair is not a millisecond. */
function roundOff(value: number): number {
  const whole = Math.round(value);
  return Math.abs(value - whole) < 1e-6 ? whole : value;
}

function evaluate(expr: DurationExpr, context: DurationContext): number {
  switch (expr.kind) {
    case 'seconds':
      return expr.value;
    case 'step':
      return context.stepMs / 1000;
    case 'range':
      return context.rangeMs / 1000;
    case 'group':
      return evaluate(expr.inner, context);
    case 'sign':
      return expr.operator === '-' ? -evaluate(expr.inner, context) : evaluate(expr.inner, context);
    case 'operation':
      break;
  }
  const left = evaluate(expr.left, context);
  const right = evaluate(expr.right, context);
  switch (expr.operator) {
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
    case '/':
      if (right === 0) throw executionError('division by zero', expr.span);
      return left / right;
    case '%':
      if (right === 0) throw executionError('modulo by zero', expr.span);
      return left % right;
    case '^':
      return left ** right;
    case 'min_of':
      return Math.min(left, right);
    case 'max_of':
      return Math.max(left, right);
  }
}
