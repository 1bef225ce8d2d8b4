import { Labels } from '../../query/labels.ts';
import type { EvaluationContext } from '../evaluate.ts';
import { PreparedQueries } from '../prepared-queries.ts';
import type { AlertingRule } from '../rule.ts';
import { parseRuleFile } from '../rule-file.ts';
import { RuleSeries } from '../rule-series.ts';
import { parseSeriesName, parseSeriesValues } from '../series-notation.ts';

/** Series in the notation of rule tests, one value a second from second 0; a gap ends the series. */
export function seriesOf(input: Readonly<Record<string, string>>): RuleSeries {
  const source = new RuleSeries();
  for (const [name, values] of Object.entries(input)) {
    const labels = name === '' ? Labels.EMPTY : parseSeriesName(name);
    for (const [second, value] of parseSeriesValues(values).entries()) {
      if (typeof value === 'number') source.append({ labels, value }, second * 1000);
      else source.end(labels, second * 1000);
    }
  }
  return source;
}

export function contextOver(source: RuleSeries): EvaluationContext {
  return {
    query: new PreparedQueries(source),
    externalLabels: {},
    externalUrl: '',
    onMissing: 'keep',
  };
}

/** The only rule of `{alert: x, expr: …}`. */
export function ruleOf(fields: string): AlertingRule {
  const { groups, problems } = parseRuleFile(`groups:\n- name: g\n  rules:\n  - ${fields}\n`);
  const rule = groups[0]?.rules[0];
  if (problems.length > 0 || rule?.kind !== 'alert') throw new Error(JSON.stringify(problems));
  return rule;
}
