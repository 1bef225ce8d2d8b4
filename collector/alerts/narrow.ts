import {
  type AggregateExpr,
  type BinaryExpr,
  type CallExpr,
  type Expr,
  type Matching,
  SET_OPERATORS,
} from '../query/ast.ts';
import { typeOf } from '../query/check.ts';
import { Matcher } from '../query/matcher.ts';

/** Labels that elements of interest have; none is empty. */
type Wanted = Readonly<Record<string, string>>;

/** Functions that tell of what is not there, or take labels from elsewhere. */
const OPAQUE: ReadonlySet<string> = new Set(['absent', 'absent_over_time', 'info']);

/**
 * An expression that reads less: of the elements that have the labels wanted it gives the same ones, and it may leave out others. The labels become
 * matchers of the selectors below, as far as each operation passes them on unchanged.
 */
export function narrowed(expr: Expr, wanted: Wanted): Expr {
  if (Object.keys(wanted).length === 0) return expr;
  switch (expr.kind) {
    case 'number':
    case 'string':
      return expr;
    case 'selector': {
      const added = Object.entries(wanted).map(([name, value]) => new Matcher(name, '=', value));
      return { ...expr, matchers: [...expr.matchers, ...added] };
    }
    case 'range': {
      const selector = narrowed(expr.selector, wanted);
      return selector.kind === 'selector' ? { ...expr, selector } : expr;
    }
    case 'paren':
    case 'unary':
    case 'subquery':
      return { ...expr, inner: narrowed(expr.inner, wanted) };
    case 'call':
      return narrowedCall(expr, wanted);
    case 'aggregate':
      return { ...expr, inner: narrowed(expr.inner, ofGroups(expr, wanted)) };
    case 'binary':
      return narrowedBinary(expr, wanted);
  }
}

function narrowedCall(expr: CallExpr, wanted: Wanted): Expr {
  if (OPAQUE.has(expr.name)) return expr;
  // Labels that a function writes are named by its texts.
  const texts = expr.args.flatMap((arg) => (arg.kind === 'string' ? [arg.value] : []));
  const passedOn = without(wanted, texts);
  return { ...expr, args: expr.args.map((arg) => narrowedVector(arg, passedOn)) };
}

/** The labels by which an aggregation groups, less the one that `count_values` writes. */
function ofGroups(expr: AggregateExpr, wanted: Wanted): Wanted {
  const { parameter, grouping } = expr;
  const passedOn = parameter?.kind === 'string' ? without(wanted, [parameter.value]) : wanted;
  return expr.without ? without(passedOn, grouping) : only(passedOn, grouping);
}

/** A scalar has no labels, whatever it is made of. */
function narrowedVector(expr: Expr, wanted: Wanted): Expr {
  return typeOf(expr) === 'scalar' ? expr : narrowed(expr, wanted);
}

function narrowedBinary(expr: BinaryExpr, wanted: Wanted): Expr {
  const { left, right, matching, operator } = expr;
  if (matching.fillLeft !== undefined || matching.fillRight !== undefined) return expr;
  const hasScalar = typeOf(left) === 'scalar' || typeOf(right) === 'scalar';
  const matched = hasScalar ? wanted : ofMatching(matching, wanted);
  const many = without(wanted, matching.include);
  const sides = SET_OPERATORS.has(operator)
    ? { left: operator === 'or' ? matched : wanted, right: operator === 'or' ? wanted : matched }
    : {
        left: matching.group === 'left' ? many : matched,
        right: matching.group === 'right' ? many : matched,
      };
  return {
    ...expr,
    left: narrowedVector(left, sides.left),
    right: narrowedVector(right, sides.right),
  };
}

/** The labels that elements of both sides have in common. */
function ofMatching({ on, labels }: Matching, wanted: Wanted): Wanted {
  return on ? only(wanted, labels) : without(wanted, labels);
}

function only(wanted: Wanted, names: readonly string[]): Wanted {
  return Object.fromEntries(Object.entries(wanted).filter(([name]) => names.includes(name)));
}

function without(wanted: Wanted, names: readonly string[]): Wanted {
  return Object.fromEntries(Object.entries(wanted).filter(([name]) => !names.includes(name)));
}
