import type { Rule, RuleGroup } from './rule.ts';

export interface Duplicate {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** Rules of the same name and labels: they would write the same series or be the same alert. */
export function duplicatesOf(groups: readonly RuleGroup[]): readonly Duplicate[] {
  const seen = new Set<string>();
  const duplicates: Duplicate[] = [];
  for (const rule of groups.flatMap((group) => group.rules)) {
    const labels = labelTexts(rule);
    const key = JSON.stringify([
      rule.name,
      Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)),
    ]);
    if (seen.has(key)) duplicates.push({ name: rule.name, labels });
    seen.add(key);
  }
  return duplicates;
}

function labelTexts(rule: Rule): Readonly<Record<string, string>> {
  if (rule.kind === 'record') return rule.labels;
  return Object.fromEntries([...rule.labels].map(([name, template]) => [name, template.text]));
}
