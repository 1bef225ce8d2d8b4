import type { VectorSelector } from '../query/ast.ts';
import { METRIC_NAME } from '../query/labels.ts';
import { parseSyntax } from '../query/parse.ts';
import type { RuleGroup } from './rule.ts';
import { selectorsOf } from './selectors.ts';

/** Names of the metrics that hosts have at present. */
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
    const unknown = new Set(
      selectorsOf(parseSyntax(rule.expr))
        .map(metricOf)
        .filter((name) => name !== '' && !OWN.test(name))
        .filter((name) => !catalogue.has(name) && !recorded.has(name)),
    );
    return [...unknown].map((name) => `${rule.line}: rule ${rule.name}: no host has ${name}`);
  });
}

function metricOf({ name, matchers }: VectorSelector): string {
  const named = matchers.find(
    (matcher) => matcher.name === METRIC_NAME && matcher.operator === '=',
  );
  return name || (named?.value ?? '');
}
