import type { VectorSelector } from '../query/ast.ts';
import { METRIC_NAME } from '../query/labels.ts';
import { parseSyntax } from '../query/parse.ts';
import type { RuleGroup } from './rule.ts';
import { selectorsOf } from './selectors.ts';

/** Names of the metrics that there are at present. */
export type Catalogue = ReadonlySet<string>;

/** Metrics that are made by the collector itself. */
const OWN = /^(up|ALERTS|ALERTS_FOR_STATE|clustermon_.*)$/;

/** Metrics that the rules select and that neither a host has nor a rule records: likely a slip of the pen. */
export function unknownMetrics(
  groups: readonly RuleGroup[],
  catalogue: Catalogue,
): readonly string[] {
  const rules = groups.flatMap((group) => group.rules);
  const recorded = new Set(rules.filter(({ kind }) => kind === 'record').map(({ name }) => name));
  return rules.flatMap((rule) => {
    const resolve = rule.kind === 'alert' ? rule.resolve : undefined;
    const unknown = [rule.expr, ...(resolve ? [resolve] : [])]
      .flatMap((expr) => unknownMetricsOf(expr, catalogue))
      .filter((name) => !recorded.has(name));
    return [...new Set(unknown)].map(
      (name) => `${rule.line}: rule ${rule.name}: no host has ${name}`,
    );
  });
}

/** Metrics that an expression selects and the catalogue does not have. @throws QueryError when `expr` is no query */
export function unknownMetricsOf(expr: string, catalogue: Catalogue): readonly string[] {
  const names = selectorsOf(parseSyntax(expr)).map(metricOf);
  return [...new Set(names)].filter(
    (name) => name !== '' && !OWN.test(name) && !catalogue.has(name),
  );
}

function metricOf({ name, matchers }: VectorSelector): string {
  const named = matchers.find(
    (matcher) => matcher.name === METRIC_NAME && matcher.operator === '=',
  );
  return name || (named?.value ?? '');
}
