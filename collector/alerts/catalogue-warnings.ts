import type { VectorSelector } from '../query/ast.ts';
import { METRIC_NAME } from '../query/labels.ts';
import { parseSyntax } from '../query/parse.ts';
import type { RuleGroup } from './rule.ts';
import { selectorsOf } from './selectors.ts';

/** Names that there are at present: of metrics, recorded ones among them, and of labels. */
export interface Catalogue {
  readonly metrics: ReadonlySet<string>;
  readonly labels: ReadonlySet<string>;
}

/** Metrics that are made by the collector itself; their labels are those of rules and reasons. */
const OWN = /^(ALERTS|ALERTS_FOR_STATE|clustermon_.*)$/;

/** What the rules select and neither a host has nor a rule records: likely a slip of the pen. @returns `line: rule name: what` */
export function rulesInDoubt(
  groups: readonly RuleGroup[],
  catalogue: Catalogue,
): readonly string[] {
  const rules = groups.flatMap((group) => group.rules);
  const recorded = new Set(rules.filter(({ kind }) => kind === 'record').map(({ name }) => name));
  return rules.flatMap((rule) => {
    const resolve = rule.kind === 'alert' ? rule.resolve : undefined;
    const doubts = [rule.expr, ...(resolve ? [resolve] : [])].flatMap((expr) =>
      doubtsOf(expr, catalogue, recorded),
    );
    return [...new Set(doubts)].map((doubt) => `${rule.line}: rule ${rule.name}: ${doubt}`);
  });
}

/**
 * Metrics that an expression selects, and labels that it wants, which the catalogue does not have.
 * @param recorded metrics that rules will make, with whatever labels
 * @throws QueryError when `expr` is no query
 */
export function doubtsOf(
  expr: string,
  { metrics, labels }: Catalogue,
  recorded: ReadonlySet<string> = new Set(),
): readonly string[] {
  const doubts = selectorsOf(parseSyntax(expr)).flatMap((selector) => {
    const metric = metricOf(selector);
    if (OWN.test(metric) || recorded.has(metric)) return [];
    if (metric !== '' && metric !== 'up' && !metrics.has(metric)) return [`no host has ${metric}`];
    return wantedLabels(selector)
      .filter((label) => !labels.has(label))
      .map((label) => `no series has the label ${label}`);
  });
  return [...new Set(doubts)];
}

function metricOf({ name, matchers }: VectorSelector): string {
  const named = matchers.find(
    (matcher) => matcher.name === METRIC_NAME && matcher.operator === '=',
  );
  return name || (named?.value ?? '');
}

/** Labels without which a series is not found. */
function wantedLabels({ matchers }: VectorSelector): readonly string[] {
  return matchers
    .filter((matcher) => matcher.name !== METRIC_NAME && !matcher.matches(''))
    .map(({ name }) => name);
}
