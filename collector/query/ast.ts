import type { Matcher } from './matcher.ts';

/** Offsets into the expression's text, end exclusive. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

export type ValueType = 'scalar' | 'string' | 'vector' | 'matrix';

/** The types as Prometheus' texts name them. */
export const TYPE_NAMES: Readonly<Record<ValueType, string>> = {
  scalar: 'scalar',
  string: 'string',
  vector: 'instant vector',
  matrix: 'range vector',
};

export type ComparisonOperator = '==' | '!=' | '>' | '<' | '>=' | '<=';
export type ArithmeticOperator = '+' | '-' | '*' | '/' | '%' | '^' | 'atan2' | '</' | '>/';
export type SetOperator = 'and' | 'or' | 'unless';
export type BinaryOperator = ComparisonOperator | ArithmeticOperator | SetOperator;

export const COMPARISONS: ReadonlySet<string> = new Set(['==', '!=', '>', '<', '>=', '<=']);
export const SET_OPERATORS: ReadonlySet<string> = new Set(['and', 'or', 'unless']);

export const AGGREGATIONS = [
  'sum',
  'avg',
  'min',
  'max',
  'count',
  'group',
  'stddev',
  'stdvar',
  'topk',
  'bottomk',
  'quantile',
  'count_values',
  'limitk',
  'limit_ratio',
] as const;
export type AggregationOperator = (typeof AGGREGATIONS)[number];

/** Aggregations that take a parameter before the vector. */
export const PARAMETRIC: ReadonlySet<string> = new Set([
  'topk',
  'bottomk',
  'quantile',
  'count_values',
  'limitk',
  'limit_ratio',
]);

/** A length of time that may depend on the query's step and range, which are known at evaluation only. Values are seconds. */
export type DurationExpr =
  | {
      readonly kind: 'seconds';
      readonly value: number;
      readonly isDuration: boolean;
      readonly span: Span;
    }
  | { readonly kind: 'step' | 'range'; readonly span: Span }
  | { readonly kind: 'group'; readonly inner: DurationExpr; readonly span: Span }
  | {
      readonly kind: 'sign';
      readonly operator: '+' | '-';
      readonly inner: DurationExpr;
      readonly span: Span;
    }
  | {
      readonly kind: 'operation';
      readonly operator: '+' | '-' | '*' | '/' | '%' | '^' | 'min_of' | 'max_of';
      readonly left: DurationExpr;
      readonly right: DurationExpr;
      readonly span: Span;
    };

/** What `@` names: a time in ms since the epoch, or an end of the query. */
export type AtModifier = number | 'start' | 'end';

/** `offset` and `@` of a selector or subquery. */
export interface TimeShift {
  readonly offset: DurationExpr | undefined;
  readonly at: AtModifier | undefined;
}

export interface NumberLiteral {
  readonly kind: 'number';
  readonly value: number;
  /** Written as a duration, such as `1h`. */
  readonly isDuration: boolean;
  readonly span: Span;
}

export interface StringLiteral {
  readonly kind: 'string';
  readonly value: string;
  readonly span: Span;
}

export interface VectorSelector extends TimeShift {
  readonly kind: 'selector';
  /** The name before the braces or quoted inside of them; '' when the name is matched otherwise or not at all. */
  readonly name: string;
  readonly matchers: readonly Matcher[];
  readonly extension: 'anchored' | 'smoothed' | undefined;
  readonly span: Span;
}

export interface MatrixSelector {
  readonly kind: 'range';
  readonly selector: VectorSelector;
  readonly range: DurationExpr;
  readonly span: Span;
}

export interface SubqueryExpr extends TimeShift {
  readonly kind: 'subquery';
  readonly inner: Expr;
  readonly range: DurationExpr;
  readonly step: DurationExpr | undefined;
  readonly span: Span;
}

export interface Matching {
  readonly on: boolean;
  readonly labels: readonly string[];
  readonly group: 'left' | 'right' | undefined;
  readonly include: readonly string[];
  readonly fillLeft: number | undefined;
  readonly fillRight: number | undefined;
}

export interface BinaryExpr {
  readonly kind: 'binary';
  readonly operator: BinaryOperator;
  readonly left: Expr;
  readonly right: Expr;
  readonly returnBool: boolean;
  readonly matching: Matching;
  /** Of the operator with its modifiers. */
  readonly operatorSpan: Span;
  readonly span: Span;
}

export interface UnaryExpr {
  readonly kind: 'unary';
  readonly operator: '+' | '-';
  readonly inner: Expr;
  readonly span: Span;
}

export interface ParenExpr {
  readonly kind: 'paren';
  readonly inner: Expr;
  readonly span: Span;
}

export interface CallExpr {
  readonly kind: 'call';
  readonly name: string;
  readonly args: readonly Expr[];
  readonly span: Span;
}

export interface AggregateExpr {
  readonly kind: 'aggregate';
  readonly operator: AggregationOperator;
  readonly parameter: Expr | undefined;
  readonly inner: Expr;
  readonly without: boolean;
  readonly grouping: readonly string[];
  readonly span: Span;
}

export type Expr =
  | NumberLiteral
  | StringLiteral
  | VectorSelector
  | MatrixSelector
  | SubqueryExpr
  | BinaryExpr
  | UnaryExpr
  | ParenExpr
  | CallExpr
  | AggregateExpr;

/** The expressions directly inside of one, in their order in the text. */
export function childrenOf(expr: Expr): readonly Expr[] {
  switch (expr.kind) {
    case 'number':
    case 'string':
    case 'selector':
      return [];
    case 'range':
      return [expr.selector];
    case 'subquery':
    case 'unary':
    case 'paren':
      return [expr.inner];
    case 'binary':
      return [expr.left, expr.right];
    case 'call':
      return expr.args;
    case 'aggregate':
      return expr.parameter ? [expr.parameter, expr.inner] : [expr.inner];
  }
}

/** The expression inside of any parentheses. */
export function unwrap(expr: Expr): Expr {
  return expr.kind === 'paren' ? unwrap(expr.inner) : expr;
}
