import type { SyntaxNode, Tree } from '@lezer/common';
import { parser } from '@prometheus-io/lezer-promql';
import {
  type AggregationOperator,
  type AtModifier,
  type BinaryOperator,
  type DurationExpr,
  type Expr,
  type Matching,
  PARAMETRIC,
  type Span,
  type VectorSelector,
} from './ast.ts';
import { parseError } from './errors.ts';
import { childrenOfNode, climb, flattenInfix, type InfixItem, POSTFIXES } from './infix.ts';
import { METRIC_NAME } from './labels.ts';
import { parseNumber, unquote } from './literal.ts';
import { Matcher, type MatchOperator } from './matcher.ts';
import { RegexpSyntaxError } from './regexp.ts';
import { spellForGrammar, withTodaysWords } from './scan.ts';

/** Longest query text, in characters: above it even parsing costs. */
export const QUERY_LENGTH_MAX = 100_000;
/** Deepest nesting of expressions: the evaluator recurses once per level. */
export const DEPTH_MAX = 250;
/** Longest run of operands and operators without parentheses: it nests as deep. */
export const CHAIN_MAX = 1000;

/**
 * Parses a query with Prometheus' own grammar into our tree. Types are not checked here (see check.ts).
 * @throws QueryError `query-parse` with the position of the first fault
 */
export function parseSyntax(given: string): Expr {
  if (given.length > QUERY_LENGTH_MAX)
    throw parseError(given, `the query is longer than ${QUERY_LENGTH_MAX} characters`, {
      from: 0,
      to: 0,
    });
  const text = withTodaysWords(given);
  if (text.split('\n').every((line) => /^\s*(#|$)/.test(line)))
    throw parseError(text, 'no expression found in input', { from: 0, to: 0 });
  const tree = parser.parse(spellForGrammar(text));
  const fault = firstFault(tree);
  if (fault) throw describeFault(text, fault);
  const root = tree.topNode.firstChild;
  if (!root) throw parseError(text, 'no expression found in input', { from: 0, to: 0 });
  return new Reader(text).expr(root, 0);
}

function firstFault(tree: Tree): SyntaxNode | undefined {
  let first: SyntaxNode | undefined;
  tree.iterate({
    enter: (node) => {
      if (node.type.isError && (first === undefined || node.from < first.from)) first = node.node;
    },
  });
  return first;
}

function describeFault(text: string, fault: SyntaxNode): Error {
  const from = fault.from + (/^\s*/.exec(text.slice(fault.from))?.[0].length ?? 0);
  const call = /([a-zA-Z_:][\w:]*)\s*$/.exec(text.slice(0, from));
  if (call && text[from] === '(')
    return parseError(text, `unknown function with name ${JSON.stringify(call[1])}`, {
      from: call.index,
      to: from,
    });
  const token = /^(?:"(?:\\.|[^"\\])*"?|'(?:\\.|[^'\\])*'?|[\w:.]+|[=!<>]=|[=!]~|\S)/u.exec(
    text.slice(from),
  )?.[0];
  if (token === undefined)
    return parseError(text, 'unexpected end of input', { from: text.length, to: text.length });
  const kind = /^["']/.test(token)
    ? 'string '
    : /^[\d.]/.test(token)
      ? 'number '
      : /^\w/.test(token)
        ? 'identifier '
        : '';
  const shown = kind === 'string ' ? token : JSON.stringify(token);
  return parseError(text, `unexpected ${kind}${shown}`, { from, to: from + token.length });
}

/** Turns grammar nodes into expressions; names and values are read from the text itself (see scan.ts). */
class Reader {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  expr(node: SyntaxNode, depth: number): Expr {
    const span = spanOf(node);
    if (depth > DEPTH_MAX)
      throw parseError(this.#text, `expressions are nested deeper than ${DEPTH_MAX}`, span);
    if (node.name === 'BinaryExpr' || node.name === 'UnaryExpr' || POSTFIXES.has(node.name))
      return this.#infix(node, depth);
    return this.#operand(node, node.from, depth);
  }

  #infix(node: SyntaxNode, depth: number): Expr {
    const items = flattenInfix(node, this.#text);
    if (items.length > CHAIN_MAX)
      throw parseError(
        this.#text,
        `more than ${CHAIN_MAX} operands and operators in a row`,
        spanOf(node),
      );
    return climb<Expr>(items, {
      operand: (item) =>
        item.postfixes.reduce(
          (inner, postfix) => this.#postfix(inner, postfix),
          this.#operand(item.node, item.from, depth + 1),
        ),
      unary: ({ from, sign }, inner) => signed(sign, inner, { from, to: inner.span.to }),
      binary: (item, left, right) => this.#binary(item, left, right),
      operatorName: (operator) => this.#textOf(operator).toLowerCase(),
    });
  }

  #operand(node: SyntaxNode, from: number, depth: number): Expr {
    const span = { from, to: node.to };
    switch (node.name) {
      case 'NumberDurationLiteral':
        return { kind: 'number', ...this.#number(span), span };
      case 'StringLiteral':
        return { kind: 'string', value: this.#string(node), span };
      case 'ParenExpr':
        return {
          kind: 'paren',
          inner: this.expr(childrenOfNode(node)[0] as SyntaxNode, depth + 1),
          span,
        };
      case 'VectorSelector':
        return this.#selector(node);
      case 'FunctionCall':
        return {
          kind: 'call',
          name: this.#textOf(node.firstChild as SyntaxNode),
          args: this.#args(node, depth),
          span,
        };
      case 'AggregateExpr':
        return this.#aggregate(node, depth);
      default:
        throw parseError(this.#text, `unexpected ${JSON.stringify(this.#textOf(node))}`, span);
    }
  }

  #postfix(inner: Expr, node: SyntaxNode): Expr {
    const span = { from: inner.span.from, to: node.to };
    switch (node.name) {
      case 'MatrixSelector':
        return this.#range(inner, node, span);
      case 'SubqueryExpr':
        return this.#subquery(inner, node, span);
      case 'OffsetExpr':
        return this.#offset(inner, node, span);
      case 'StepInvariantExpr':
        return this.#at(inner, node, span);
      default:
        return this.#extend(inner, node.name === 'AnchoredExpr' ? 'anchored' : 'smoothed', span);
    }
  }

  #textOf(node: SyntaxNode): string {
    return this.#text.slice(node.from, node.to);
  }

  #number(span: Span): { value: number; isDuration: boolean } {
    const text = this.#text.slice(span.from, span.to);
    const number = parseNumber(text);
    if (Number.isNaN(number.value) && !/^[+-]?\s*nan$/i.test(text))
      throw parseError(this.#text, `bad number or duration syntax: ${JSON.stringify(text)}`, span);
    return number;
  }

  #string(node: SyntaxNode): string {
    const value = unquote(this.#textOf(node));
    if (value === undefined)
      throw parseError(
        this.#text,
        'unterminated quoted string or unknown escape sequence',
        spanOf(node),
      );
    return value;
  }

  #selector(node: SyntaxNode): VectorSelector {
    const span = spanOf(node);
    let name = '';
    const matchers: Matcher[] = [];
    const setName = (given: string): void => {
      if (name !== '')
        throw parseError(
          this.#text,
          `metric name must not be set twice: ${JSON.stringify(name)} or ${JSON.stringify(given)}`,
          span,
        );
      name = given;
    };
    for (const child of childrenOfNode(node)) {
      if (child.name === 'Identifier') setName(this.#textOf(child));
      if (child.name !== 'LabelMatchers') continue;
      for (const part of childrenOfNode(child)) {
        if (part.name === 'QuotedLabelName') setName(this.#string(part.firstChild as SyntaxNode));
        else matchers.push(this.#matcher(part));
      }
    }
    if (name !== '') {
      const again = matchers.find((matcher) => matcher.name === METRIC_NAME);
      if (again) setName(again.value);
      matchers.push(new Matcher(METRIC_NAME, '=', name));
    }
    return {
      kind: 'selector',
      name,
      matchers,
      extension: undefined,
      offset: undefined,
      at: undefined,
      span,
    };
  }

  #matcher(node: SyntaxNode): Matcher {
    const [label, operator, value] = childrenOfNode(node) as [SyntaxNode, SyntaxNode, SyntaxNode];
    const name =
      label.name === 'QuotedLabelName'
        ? this.#string(label.firstChild as SyntaxNode)
        : this.#textOf(label);
    try {
      return new Matcher(name, this.#textOf(operator) as MatchOperator, this.#string(value));
    } catch (error) {
      if (error instanceof RegexpSyntaxError)
        throw parseError(this.#text, error.message, spanOf(value));
      throw error;
    }
  }

  #range(inner: Expr, node: SyntaxNode, span: Span): Expr {
    if (inner.kind !== 'selector')
      throw parseError(this.#text, 'ranges only allowed for vector selectors', span);
    if (inner.offset)
      throw parseError(this.#text, 'no offset modifiers allowed before range', span);
    if (inner.at !== undefined)
      throw parseError(this.#text, 'no @ modifiers allowed before range', span);
    if (inner.extension)
      throw parseError(this.#text, `no ${inner.extension} modifiers allowed before range`, span);
    return {
      kind: 'range',
      selector: inner,
      range: this.#duration(node.lastChild as SyntaxNode),
      span,
    };
  }

  #subquery(inner: Expr, node: SyntaxNode, span: Span): Expr {
    const [range, step] = node.getChildren('DurationExpr') as [SyntaxNode, SyntaxNode | undefined];
    return {
      kind: 'subquery',
      inner,
      range: this.#duration(range),
      step: step && this.#duration(step),
      offset: undefined,
      at: undefined,
      span,
    };
  }

  #offset(inner: Expr, node: SyntaxNode, span: Span): Expr {
    const offset = this.#duration(node.lastChild as SyntaxNode);
    return this.#shift(inner, span, 'offset modifier', (shifted) => {
      if (shifted.offset)
        throw parseError(this.#text, 'offset may not be set multiple times', span);
      return { offset };
    });
  }

  #at(inner: Expr, node: SyntaxNode, span: Span): Expr {
    const at = this.#atModifier(node.lastChild as SyntaxNode);
    return this.#shift(inner, span, '@ modifier', (shifted) => {
      if (shifted.at !== undefined)
        throw parseError(this.#text, '@ <timestamp> may not be set multiple times', span);
      return { at };
    });
  }

  #atModifier(node: SyntaxNode): AtModifier {
    if (node.name === 'AtModifierPreprocessors')
      return this.#textOf(node).toLowerCase().startsWith('start') ? 'start' : 'end';
    const { value } = this.#number(spanOf(node));
    if (!Number.isFinite(value) || Math.abs(value) > 9e12)
      throw parseError(
        this.#text,
        `timestamp out of bounds for @ modifier: ${value}`,
        spanOf(node),
      );
    return Math.round(value * 1000);
  }

  #shift(
    inner: Expr,
    span: Span,
    what: string,
    change: (shifted: { offset: DurationExpr | undefined; at: AtModifier | undefined }) => {
      offset?: DurationExpr;
      at?: AtModifier;
    },
  ): Expr {
    if (inner.kind === 'selector' || inner.kind === 'subquery')
      return { ...inner, ...change(inner), span };
    if (inner.kind === 'range')
      return { ...inner, selector: { ...inner.selector, ...change(inner.selector) }, span };
    throw parseError(
      this.#text,
      `${what} must be preceded by an instant vector selector or range vector selector or a subquery`,
      span,
    );
  }

  #extend(inner: Expr, extension: 'anchored' | 'smoothed', span: Span): Expr {
    const selector = inner.kind === 'range' ? inner.selector : inner;
    if (selector.kind !== 'selector')
      throw parseError(
        this.#text,
        `${extension} modifier must be preceded by an instant or range vector selector`,
        span,
      );
    if (selector.extension)
      throw parseError(
        this.#text,
        'only one of the modifiers anchored and smoothed may be set',
        span,
      );
    if (inner.kind === 'range') return { ...inner, selector: { ...selector, extension }, span };
    if (extension === 'anchored')
      throw parseError(
        this.#text,
        'anchored modifier can only be used with range vector selectors',
        span,
      );
    return { ...selector, extension, span };
  }

  /** `DurationExpr`, `OffsetDurationExpr` and their parts. */
  #duration(node: SyntaxNode): DurationExpr {
    const span = spanOf(node);
    const children = childrenOfNode(node);
    const first = children[0] as SyntaxNode;
    switch (first.name) {
      case 'NumberDurationLiteralInDurationContext':
        return { kind: 'seconds', ...this.#number(spanOf(first)), span };
      case 'DurationStep':
        return { kind: 'step', span };
      case 'DurationRange':
        return { kind: 'range', span };
      case 'DurationMinOf':
      case 'DurationMaxOf':
        return {
          kind: 'operation',
          operator: first.name === 'DurationMinOf' ? 'min_of' : 'max_of',
          left: this.#duration(children[1] as SyntaxNode),
          right: this.#duration(children[2] as SyntaxNode),
          span,
        };
      case 'UnaryOp':
        return {
          kind: 'sign',
          operator: this.#textOf(first) as '+' | '-',
          inner: this.#duration(children[1] as SyntaxNode),
          span,
        };
      default:
    }
    if (children.length === 1) return { kind: 'group', inner: this.#duration(first), span };
    return {
      kind: 'operation',
      operator: this.#textOf(children[1] as SyntaxNode) as '+' | '-' | '*' | '/' | '%' | '^',
      left: this.#duration(first),
      right: this.#duration(children[2] as SyntaxNode),
      span,
    };
  }

  #binary(
    { node, modifiers }: Extract<InfixItem, { kind: 'operator' }>,
    left: Expr,
    right: Expr,
  ): Expr {
    const last = modifiers.at(-1) ?? node;
    return {
      kind: 'binary',
      operator: this.#textOf(node).toLowerCase() as BinaryOperator,
      left,
      right,
      returnBool: modifiers.some((modifier) => modifier.name === 'BoolModifier'),
      matching: this.#matching(modifiers),
      operatorSpan: { from: node.from, to: last.to },
      span: { from: left.span.from, to: right.span.to },
    };
  }

  #matching(modifiers: readonly SyntaxNode[]): Matching {
    const clause = modifiers.find((modifier) => modifier.name === 'MatchingModifierClause');
    const fill = modifiers.find((modifier) => modifier.name === 'FillModifier');
    const [labels, include] = clause?.getChildren('GroupingLabels') ?? [];
    const fillOf = (name: string): number | undefined => {
      const value = (fill?.getChild(name) ?? fill?.getChild('FillClause'))?.getChild(
        'NumberDurationLiteral',
      );
      return value ? this.#number(spanOf(value)).value : undefined;
    };
    return {
      on: clause?.getChild('On') != null,
      labels: labels ? this.#labelNames(labels) : [],
      group: clause?.getChild('GroupLeft')
        ? 'left'
        : clause?.getChild('GroupRight')
          ? 'right'
          : undefined,
      include: include ? this.#labelNames(include) : [],
      fillLeft: fillOf('FillLeftClause'),
      fillRight: fillOf('FillRightClause'),
    };
  }

  #labelNames(node: SyntaxNode): string[] {
    return childrenOfNode(node).map((label) =>
      label.name === 'QuotedLabelName'
        ? this.#string(label.firstChild as SyntaxNode)
        : this.#textOf(label),
    );
  }

  #args(node: SyntaxNode, depth: number): Expr[] {
    const body = node.getChild('FunctionCallBody') as SyntaxNode;
    return childrenOfNode(body).map((argument) => this.expr(argument, depth + 1));
  }

  #aggregate(node: SyntaxNode, depth: number): Expr {
    const span = spanOf(node);
    const operator = this.#textOf(
      node.firstChild as SyntaxNode,
    ).toLowerCase() as AggregationOperator;
    const modifier = node.getChild('AggregateModifier');
    const grouping = modifier?.getChild('GroupingLabels');
    const args = this.#args(node, depth);
    const expected = PARAMETRIC.has(operator) ? 2 : 1;
    if (args.length === 0)
      throw parseError(this.#text, 'no arguments for aggregate expression provided', span);
    if (args.length !== expected)
      throw parseError(
        this.#text,
        `wrong number of arguments for aggregate expression provided, expected ${expected}, got ${args.length}`,
        span,
      );
    return {
      kind: 'aggregate',
      operator,
      parameter: expected === 2 ? (args[0] as Expr) : undefined,
      inner: args.at(-1) as Expr,
      without: modifier?.getChild('Without') != null,
      grouping: grouping ? this.#labelNames(grouping) : [],
      span,
    };
  }
}

function spanOf(node: SyntaxNode): Span {
  return { from: node.from, to: node.to };
}

/** A sign before a number is part of the number. */
function signed(operator: '+' | '-', inner: Expr, span: Span): Expr {
  if (inner.kind !== 'number') return { kind: 'unary', operator, inner, span };
  return { ...inner, value: operator === '-' ? -inner.value : inner.value, span };
}
