import { reasonOf } from '../../base/errors.ts';
import type { ExplainedPart } from '../../wire/http.ts';
import { childrenOf, type Expr } from '../query/ast.ts';
import { typeOf } from '../query/check.ts';
import { evaluateInstant, prepare } from '../query/engine.ts';
import { print } from '../query/print.ts';
import type { SampleSource } from '../query/source.ts';

/** Values shown of one part. */
const VALUES_MAX = 20;

/**
 * The value of an expression and of everything in it at one time, the outermost first.
 * @param host only elements of this host, and those that belong to none
 * @throws QueryError `query-parse`
 */
export function explainExpression(
  expr: string,
  { timeMs, host }: { readonly timeMs: number; readonly host: string | undefined },
  source: SampleSource,
): readonly ExplainedPart[] {
  const parts: ExplainedPart[] = [];
  const visit = (part: Expr, depth: number): void => {
    // A literal explains itself.
    if (part.kind === 'number' || part.kind === 'string') return;
    if (typeOf(part) === 'matrix' || part.kind === 'paren') {
      // Of a range the newest value is shown, that of its selector.
      for (const child of childrenOf(part)) visit(child, depth);
      return;
    }
    parts.push(explainPart(part, depth));
    for (const child of childrenOf(part)) visit(child, depth + 1);
  };
  const explainPart = (part: Expr, depth: number): ExplainedPart => {
    const text = print(part);
    try {
      const { value } = evaluateInstant(prepare(text), { source, timeMs });
      const samples =
        value.type === 'vector'
          ? value.samples.filter(({ labels }) => !host || ['', host].includes(labels.get('host')))
          : [];
      const scalar = value.type === 'scalar' ? [{ labels: {}, value: finite(value.value) }] : [];
      return {
        depth,
        expr: text,
        values: [
          ...scalar,
          ...samples
            .slice(0, VALUES_MAX)
            .map((sample) => ({ labels: sample.labels.toObject(), value: finite(sample.value) })),
        ],
        count: samples.length + scalar.length,
        error: null,
      };
    } catch (error) {
      return { depth, expr: text, values: [], count: 0, error: reasonOf(error) };
    }
  };
  visit(prepare(expr).expr, 0);
  return parts;
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
