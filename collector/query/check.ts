import {
  type AggregateExpr,
  type BinaryExpr,
  type CallExpr,
  COMPARISONS,
  childrenOf,
  type DurationExpr,
  type Expr,
  PARAMETRIC,
  SET_OPERATORS,
  type Span,
  TYPE_NAMES,
  type ValueType,
} from './ast.ts';
import { durationMs } from './duration-expr.ts';
import { parseError, QueryError } from './errors.ts';
import { SIGNATURES, type Signature } from './signatures.ts';

/** The type of an expression's value, taken from its outermost operation. */
export function typeOf(expr: Expr): ValueType {
  switch (expr.kind) {
    case 'number':
      return 'scalar';
    case 'string':
      return 'string';
    case 'selector':
    case 'aggregate':
      return 'vector';
    case 'range':
    case 'subquery':
      return 'matrix';
    case 'paren':
    case 'unary':
      return typeOf(expr.inner);
    case 'binary':
      return typeOf(expr.left) === 'scalar' && typeOf(expr.right) === 'scalar'
        ? 'scalar'
        : 'vector';
    case 'call':
      return SIGNATURES.get(expr.name)?.returns ?? 'vector';
  }
}

/**
 * Checks types, argument counts and modifiers of a whole query.
 * @throws QueryError `query-parse` for the first fault, in the order in which Prometheus looks
 */
export function checkTypes(text: string, root: Expr): void {
  const fail = (span: Span, message: string): never => {
    throw parseError(text, message, span);
  };
  const check = (expr: Expr, isLabelSelector = false): void => {
    switch (expr.kind) {
      case 'binary':
        for (const child of childrenOf(expr)) check(child);
        checkBinary(expr, fail);
        return;
      case 'aggregate':
        checkAggregate(expr, check, fail);
        return;
      case 'call':
        checkCall(expr, check, fail);
        return;
      case 'unary': {
        check(expr.inner);
        const type = typeOf(expr.inner);
        if (type !== 'scalar' && type !== 'vector')
          fail(
            expr.span,
            `unary expression only allowed on expressions of type scalar or instant vector, got ${JSON.stringify(TYPE_NAMES[type])}`,
          );
        return;
      }
      case 'selector':
        if (!isLabelSelector && !expr.matchers.some((matcher) => !matcher.matches('')))
          fail(expr.span, 'vector selector must contain at least one non-empty matcher');
        checkDuration(text, expr.offset, true);
        return;
      case 'range':
        checkDuration(text, expr.range, false);
        check(expr.selector);
        return;
      case 'subquery':
        checkDuration(text, expr.range, false);
        checkDuration(text, expr.step, false);
        checkDuration(text, expr.offset, true);
        check(expr.inner);
        if (typeOf(expr.inner) !== 'vector')
          fail(
            expr.span,
            `subquery is only allowed on instant vector, got ${typeOf(expr.inner)} instead`,
          );
        return;
      case 'paren':
        check(expr.inner);
        return;
      case 'number':
      case 'string':
    }
  };
  check(root);
}

type Fail = (span: Span, message: string) => never;
type Check = (expr: Expr, isLabelSelector?: boolean) => void;

function checkBinary(expr: BinaryExpr, fail: Fail): void {
  const { operator, matching } = expr;
  const left = typeOf(expr.left);
  const right = typeOf(expr.right);
  const isComparison = COMPARISONS.has(operator);
  const isSet = SET_OPERATORS.has(operator);
  const fills = matching.fillLeft !== undefined || matching.fillRight !== undefined;
  if (expr.returnBool && !isComparison)
    fail(expr.operatorSpan, 'bool modifier can only be used on comparison operators');
  if (isComparison && !expr.returnBool && left === 'scalar' && right === 'scalar')
    fail(expr.operatorSpan, 'comparisons between scalars must use BOOL modifier');
  const twice = matching.on && matching.labels.find((label) => matching.include.includes(label));
  if (twice)
    fail(
      expr.operatorSpan,
      `label ${JSON.stringify(twice)} must not occur in ON and GROUP clause at once`,
    );
  for (const [type, side] of [
    [left, expr.left],
    [right, expr.right],
  ] as const) {
    if (type !== 'scalar' && type !== 'vector')
      fail(side.span, 'binary expression must contain only scalar and instant vector types');
  }
  if (left === 'vector' && right === 'vector') {
    if (!isSet) return;
    if (matching.group)
      fail(expr.span, `no grouping allowed for ${JSON.stringify(operator)} operation`);
    if (fills) fail(expr.span, 'filling in missing series not allowed for set operators');
    return;
  }
  if (matching.labels.length > 0)
    fail(expr.span, 'vector matching only allowed between instant vectors');
  if (fills) fail(expr.span, 'filling in missing series only allowed between instant vectors');
  if (isSet)
    fail(
      expr.span,
      `set operator ${JSON.stringify(operator)} not allowed in binary scalar expression`,
    );
}

function checkAggregate(expr: AggregateExpr, check: Check, fail: Fail): void {
  const expect = (part: Expr, type: ValueType, context: string): void => {
    check(part);
    const got = typeOf(part);
    if (got !== type)
      fail(part.span, `expected type ${TYPE_NAMES[type]} in ${context}, got ${TYPE_NAMES[got]}`);
  };
  expect(expr.inner, 'vector', 'aggregation expression');
  if (expr.parameter && PARAMETRIC.has(expr.operator))
    expect(
      expr.parameter,
      expr.operator === 'count_values' ? 'string' : 'scalar',
      'aggregation parameter',
    );
}

function checkCall(expr: CallExpr, check: Check, fail: Fail): void {
  const signature = SIGNATURES.get(expr.name);
  if (!signature) {
    fail(expr.span, `unknown function with name ${JSON.stringify(expr.name)}`);
    return;
  }
  checkArgumentCount(expr, signature, fail);
  for (const [index, argument] of expr.args.entries()) {
    const isLabelSelector = expr.name === 'info' && index === 1;
    if (isLabelSelector && (argument.kind !== 'selector' || argument.name !== ''))
      fail(argument.span, 'expected label selectors only, got vector selector instead');
    check(argument, isLabelSelector);
    const expected = signature.args[Math.min(index, signature.args.length - 1)] as ValueType;
    const got = typeOf(argument);
    if (got !== expected)
      fail(
        argument.span,
        `expected type ${TYPE_NAMES[expected]} in call to function ${JSON.stringify(expr.name)}, got ${TYPE_NAMES[got]}`,
      );
  }
}

function checkArgumentCount(expr: CallExpr, signature: Signature, fail: Fail): void {
  const given = expr.args.length;
  const listed = signature.args.length;
  const call = `argument(s) in call to ${JSON.stringify(expr.name)}, got ${given}`;
  if (signature.variadic === undefined) {
    if (given !== listed) fail(expr.span, `expected ${listed} ${call}`);
    return;
  }
  const least = listed - 1;
  if (given < least) fail(expr.span, `expected at least ${least} ${call}`);
  const most = least + signature.variadic;
  if (signature.variadic > 0 && given > most) fail(expr.span, `expected at most ${most} ${call}`);
}

/** Durations that do not depend on the query's step or range are checked once, here. */
function checkDuration(
  text: string,
  duration: DurationExpr | undefined,
  mayBeNegative: boolean,
): void {
  if (!duration || dependsOnQuery(duration)) return;
  try {
    durationMs(duration, { stepMs: 0, rangeMs: 0 }, mayBeNegative);
  } catch (error) {
    throw error instanceof QueryError ? parseError(text, error.message, duration.span) : error;
  }
}

function dependsOnQuery(duration: DurationExpr): boolean {
  switch (duration.kind) {
    case 'seconds':
      return false;
    case 'step':
    case 'range':
      return true;
    case 'group':
    case 'sign':
      return dependsOnQuery(duration.inner);
    case 'operation':
      return dependsOnQuery(duration.left) || dependsOnQuery(duration.right);
  }
}
