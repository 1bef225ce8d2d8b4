import { type BinaryExpr, childrenOf, type DurationExpr, type Expr } from '../query/ast.ts';

/** What Prometheus reads only with `--enable-feature`, by the names that it has there. */
export const EXPERIMENTAL_FEATURES = [
  'promql-experimental-functions',
  'promql-duration-expr',
  'promql-extended-range-selectors',
  'promql-binop-fill-modifiers',
] as const;
export type ExperimentalFeature = (typeof EXPERIMENTAL_FEATURES)[number];

const FUNCTIONS: ReadonlySet<string> = new Set([
  'double_exponential_smoothing',
  'end',
  'first_over_time',
  'histogram_quantiles',
  'info',
  'integral',
  'limit_ratio',
  'limitk',
  'mad_over_time',
  'max_of',
  'min_of',
  'range',
  'sort_by_label',
  'sort_by_label_desc',
  'start',
  'start_timestamp',
  'step',
  'ts_of_first_over_time',
  'ts_of_last_over_time',
  'ts_of_max_over_time',
  'ts_of_min_over_time',
]);

/** Something experimental in an expression. */
interface Use {
  readonly feature: ExperimentalFeature;
  /** Why it is refused. */
  readonly message: string;
}

/** Why an expression is refused where only these features are enabled; undefined = it is not. */
export function notEnabledIn(
  expr: Expr,
  enabled: ReadonlySet<ExperimentalFeature>,
): string | undefined {
  const refused = usesOf(expr).find(({ feature }) => !enabled.has(feature));
  if (refused) return refused.message;
  for (const child of childrenOf(expr)) {
    const message = notEnabledIn(child, enabled);
    if (message !== undefined) return message;
  }
  return undefined;
}

function usesOf(expr: Expr): readonly Use[] {
  switch (expr.kind) {
    case 'call':
      return functionUse(expr.name);
    case 'aggregate':
      return functionUse(expr.operator);
    case 'selector':
      return [...durationUse(expr.offset), ...extensionUse(expr.extension)];
    case 'range':
      return durationUse(expr.range);
    case 'subquery':
      return [expr.range, expr.step, expr.offset].flatMap(durationUse);
    case 'binary':
      return fillUse(expr);
    default:
      return [];
  }
}

function functionUse(name: string): readonly Use[] {
  if (!FUNCTIONS.has(name)) return [];
  const message = `function "${name}" is not enabled`;
  return [{ feature: 'promql-experimental-functions', message }];
}

function extensionUse(extension: string | undefined): readonly Use[] {
  if (extension === undefined) return [];
  const message = `${extension} modifier is experimental and not enabled`;
  return [{ feature: 'promql-extended-range-selectors', message }];
}

function fillUse({ matching: { fillLeft, fillRight } }: BinaryExpr): readonly Use[] {
  if (fillLeft === undefined && fillRight === undefined) return [];
  const message = 'binop fill modifiers are experimental and not enabled';
  return [{ feature: 'promql-binop-fill-modifiers', message }];
}

function durationUse(duration: DurationExpr | undefined): readonly Use[] {
  if (duration === undefined || isLiteral(duration)) return [];
  const message = 'experimental duration expression is not enabled';
  return [{ feature: 'promql-duration-expr', message }];
}

/** `5m`, `300`, and `-5m` of an offset. */
function isLiteral(duration: DurationExpr): boolean {
  if (duration.kind === 'sign') return duration.inner.kind === 'seconds';
  return duration.kind === 'seconds';
}
