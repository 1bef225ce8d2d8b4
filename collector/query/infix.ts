import type { SyntaxNode } from '@lezer/common';

/** A chain of operands and operators as it stands in the text, without grouping. */
export type InfixItem =
  | { readonly kind: 'prefix'; readonly from: number; readonly sign: '+' | '-' }
  | {
      readonly kind: 'operator';
      readonly node: SyntaxNode;
      readonly modifiers: readonly SyntaxNode[];
    }
  /** `postfixes`: the nodes of `[…]`, `offset`, `@`… that follow it, innermost first. `from` is after a sign of a number. */
  | {
      readonly kind: 'operand';
      readonly node: SyntaxNode;
      readonly from: number;
      readonly postfixes: SyntaxNode[];
    };

/** Nodes that add something behind an expression. */
export const POSTFIXES: ReadonlySet<string> = new Set([
  'MatrixSelector',
  'SubqueryExpr',
  'OffsetExpr',
  'StepInvariantExpr',
  'AnchoredExpr',
  'SmoothedExpr',
]);

/**
 * Flattens a tree of binary, unary and postfix nodes.
 *
 * The published grammar gives `[…]`, `offset` and `@` no precedence: it reads `a + b offset 5m * c` as `((a + b) offset 5m) * c`.
 * Prometheus' own parser binds them to `b`. So the grouping of its tree is dropped here and made anew (see climb).
 */
export function flattenInfix(root: SyntaxNode, text: string): InfixItem[] {
  const reversed: InfixItem[] = []; // right to left, so that long chains, which nest to the left, need no recursion
  let node = root;
  let postfixes: SyntaxNode[] = [];
  for (;;) {
    if (POSTFIXES.has(node.name)) {
      postfixes.unshift(node);
      node = node.firstChild as SyntaxNode;
    } else if (node.name === 'BinaryExpr') {
      const [left, operator, ...rest] = childrenOfNode(node) as [
        SyntaxNode,
        SyntaxNode,
        ...SyntaxNode[],
      ];
      const right = flattenInfix(rest.at(-1) as SyntaxNode, text);
      const last = right.at(-1);
      if (last?.kind === 'operand') last.postfixes.push(...postfixes);
      postfixes = [];
      reversed.push(...right.reverse(), {
        kind: 'operator',
        node: operator,
        modifiers: rest.slice(0, -1),
      });
      node = left;
    } else {
      const items = flattenUnary(node, text, postfixes);
      return [...items, ...reversed.reverse()];
    }
  }
}

function flattenUnary(
  node: SyntaxNode,
  text: string,
  postfixes: readonly SyntaxNode[],
): InfixItem[] {
  const sign = text[node.from];
  const isNumber = node.name === 'NumberDurationLiteral';
  if (node.name !== 'UnaryExpr' && !(isNumber && (sign === '+' || sign === '-')))
    return [{ kind: 'operand', node, from: node.from, postfixes: [...postfixes] }];
  const prefix = { kind: 'prefix', from: node.from, sign: sign as '+' | '-' } as const;
  if (isNumber) {
    const from = node.from + 1 + (/^\s*/.exec(text.slice(node.from + 1))?.[0].length ?? 0);
    return [prefix, { kind: 'operand', node, from, postfixes: [...postfixes] }];
  }
  const items = flattenInfix(node.lastChild as SyntaxNode, text);
  const last = items.at(-1);
  if (last?.kind === 'operand') last.postfixes.push(...postfixes);
  return [prefix, ...items];
}

export function childrenOfNode(node: SyntaxNode): SyntaxNode[] {
  const children: SyntaxNode[] = [];
  for (let child = node.firstChild; child; child = child.nextSibling) {
    if (child.name !== 'LineComment') children.push(child);
  }
  return children;
}

/** Binding strength of operators; a unary sign binds like `*`, so that -2^2 is -(2^2). */
const PRECEDENCE: Readonly<Record<string, number>> = {
  or: 1,
  and: 2,
  unless: 2,
  '==': 3,
  '!=': 3,
  '<': 3,
  '<=': 3,
  '>': 3,
  '>=': 3,
  '</': 3,
  '>/': 3,
  '+': 4,
  '-': 4,
  '*': 5,
  '/': 5,
  '%': 5,
  atan2: 5,
  '^': 6,
};
const POWER = 6;

/** How to build what `climb` groups. */
export interface InfixBuilder<T> {
  operand(item: Extract<InfixItem, { kind: 'operand' }>): T;
  unary(item: Extract<InfixItem, { kind: 'prefix' }>, inner: T): T;
  binary(item: Extract<InfixItem, { kind: 'operator' }>, left: T, right: T): T;
  operatorName(node: SyntaxNode): string;
}

/** Groups a flat chain by precedence; `^` groups to the right, all others to the left. */
export function climb<T>(items: readonly InfixItem[], builder: InfixBuilder<T>): T {
  let at = 0;
  const primary = (): T => {
    const item = items[at++] as InfixItem;
    if (item.kind === 'prefix') return builder.unary(item, expression(POWER));
    return builder.operand(item as Extract<InfixItem, { kind: 'operand' }>);
  };
  const expression = (least: number): T => {
    let left = primary();
    for (;;) {
      const item = items[at];
      if (item?.kind !== 'operator') return left;
      const precedence = PRECEDENCE[builder.operatorName(item.node)] ?? 0;
      if (precedence < least) return left;
      at++;
      left = builder.binary(item, left, expression(precedence === POWER ? POWER : precedence + 1));
    }
  };
  return expression(0);
}
