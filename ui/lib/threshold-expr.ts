/** The expression of a rule as what is watched and the bound that it must not pass: `load_one > 8`. */

export interface ThresholdExpr {
  readonly watched: string;
  readonly operator: '>' | '>=' | '<' | '<=';
  readonly bound: number;
}

const SHAPE = /^(.+?)\s*(>=|<=|>|<)\s*(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)$/s;

/** @returns null for any other shape: it has no single bound to drag */
export function parseThreshold(expr: string): ThresholdExpr | null {
  const match = SHAPE.exec(expr.trim());
  if (!match) return null;
  const [, watched, operator, bound] = match;
  // `a > 1 and b > 2` has two bounds, neither of which is the rule's alone.
  if (/\b(?:and|or|unless)\b/i.test(watched!.replace(/"[^"]*"/g, ''))) return null;
  return {
    watched: watched!,
    operator: operator as ThresholdExpr['operator'],
    bound: Number(bound),
  };
}

export function thresholdText({ watched, operator, bound }: ThresholdExpr): string {
  return `${watched} ${operator} ${bound}`;
}
