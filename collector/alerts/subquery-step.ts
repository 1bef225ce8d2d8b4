import type { Expr } from '../query/ast.ts';
import { parseSyntax } from '../query/parse.ts';
import { print } from '../query/print.ts';

/** The query with `stepMs` written into every subquery that leaves its step to the evaluation interval: `x[1h:]` → `x[1h:30s]`. */
export function withSubqueryStep(text: string, stepMs: number): string {
  return text.includes(':]') ? print(fill(parseSyntax(text), stepMs)) : text;
}

function fill(expr: Expr, stepMs: number): Expr {
  switch (expr.kind) {
    case 'number':
    case 'string':
    case 'selector':
    case 'range':
      return expr;
    case 'paren':
    case 'unary':
    case 'aggregate':
      return { ...expr, inner: fill(expr.inner, stepMs) };
    case 'subquery': {
      const step = expr.step ?? {
        kind: 'seconds' as const,
        value: stepMs / 1000,
        isDuration: true,
        span: expr.span,
      };
      return { ...expr, inner: fill(expr.inner, stepMs), step };
    }
    case 'call':
      return { ...expr, args: expr.args.map((arg) => fill(arg, stepMs)) };
    case 'binary':
      return { ...expr, left: fill(expr.left, stepMs), right: fill(expr.right, stepMs) };
  }
}
