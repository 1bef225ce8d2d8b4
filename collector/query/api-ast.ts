import type {
  AtModifier,
  BinaryExpr,
  DurationExpr,
  Expr,
  TimeShift,
  VectorSelector,
} from './ast.ts';
import { SET_OPERATORS } from './ast.ts';
import { typeOf } from './check.ts';
import { durationMs } from './duration-expr.ts';
import { formatDecimal } from './literal.ts';
import { SIGNATURES } from './signatures.ts';

/** An expression as `/api/v1/parse_query` describes it. Durations are milliseconds; those that depend on the query's step count as 0. */
export function describeExpr(expr: Expr): unknown {
  switch (expr.kind) {
    case 'number':
      return { type: 'numberLiteral', val: formatDecimal(expr.value) };
    case 'string':
      return { type: 'stringLiteral', val: expr.value };
    case 'paren':
      return { type: 'parenExpr', expr: describeExpr(expr.inner) };
    case 'unary':
      return { type: 'unaryExpr', op: expr.operator, expr: describeExpr(expr.inner) };
    case 'selector':
      return { type: 'vectorSelector', ...describeSelector(expr) };
    case 'range':
      return {
        type: 'matrixSelector',
        ...describeSelector(expr.selector),
        range: fixedMs(expr.range),
      };
    case 'subquery':
      return {
        type: 'subquery',
        expr: describeExpr(expr.inner),
        range: fixedMs(expr.range),
        step: expr.step ? fixedMs(expr.step) : 0,
        ...describeShift(expr),
      };
    case 'call': {
      const signature = SIGNATURES.get(expr.name);
      return {
        type: 'call',
        func: {
          name: expr.name,
          argTypes: signature?.args ?? [],
          variadic: signature?.variadic ?? 0,
          returnType: signature?.returns ?? 'vector',
        },
        args: expr.args.map(describeExpr),
      };
    }
    case 'aggregate':
      return {
        type: 'aggregation',
        op: expr.operator,
        expr: describeExpr(expr.inner),
        param: expr.parameter ? describeExpr(expr.parameter) : null,
        grouping: expr.grouping,
        without: expr.without,
      };
    case 'binary':
      return {
        type: 'binaryExpr',
        op: expr.operator,
        lhs: describeExpr(expr.left),
        rhs: describeExpr(expr.right),
        matching: describeMatching(expr),
        bool: expr.returnBool,
      };
  }
}

function describeSelector(selector: VectorSelector) {
  return {
    name: selector.name,
    matchers: selector.matchers.map(({ name, operator, value }) => ({
      name,
      type: operator,
      value,
    })),
    anchored: selector.extension === 'anchored',
    smoothed: selector.extension === 'smoothed',
    ...describeShift(selector),
  };
}

function describeShift({ offset, at }: TimeShift) {
  return {
    offset: offset ? fixedMs(offset) : 0,
    timestamp: typeof at === 'number' ? at : null,
    startOrEnd: isEnd(at) ? at : null,
  };
}

function isEnd(at: AtModifier | undefined): at is 'start' | 'end' {
  return at === 'start' || at === 'end';
}

function fixedMs(duration: DurationExpr): number {
  try {
    return durationMs(duration, { stepMs: 0, rangeMs: 0 }, true);
  } catch {
    return 0; // a division by step()
  }
}

function describeMatching(expr: BinaryExpr): unknown {
  if (typeOf(expr.left) !== 'vector' || typeOf(expr.right) !== 'vector') return null;
  const { on, labels, group, include, fillLeft, fillRight } = expr.matching;
  const card = SET_OPERATORS.has(expr.operator)
    ? 'many-to-many'
    : group === 'left'
      ? 'many-to-one'
      : group === 'right'
        ? 'one-to-many'
        : 'one-to-one';
  return {
    card,
    labels,
    on,
    include,
    fillValues: { lhs: fillLeft ?? null, rhs: fillRight ?? null },
  };
}
