import type { InhibitRule } from '../notify/inhibit.ts';
import { parseMatcher } from '../notify/matcher.ts';
import type { RuleHealth } from './group.ts';

/** A label by which the two alerts of a pair differ. */
const SEVERITY = 'severity';

/**
 * Inhibition of a rule's warnings by its critical alerts, where all labels but the severity are the same. Inhibition rules name the
 * labels to compare, and which labels alerts have is known when there are some: so the rules grow with what was seen.
 */
export class PairedSeverities {
  readonly #alertNames = new Set<string>();
  readonly #labelNames = new Set<string>();

  /** @returns true when `inhibitRules` are others now */
  learn(rules: Iterable<RuleHealth>): boolean {
    const before = this.#alertNames.size + this.#labelNames.size;
    for (const { rule, alerts } of rules) {
      if (rule.kind === 'record' || !rule.isPaired) continue;
      this.#alertNames.add(rule.name);
      for (const { labels } of alerts?.instances.values() ?? [])
        this.note(rule.name, labels.toObject());
    }
    return this.#alertNames.size + this.#labelNames.size > before;
  }

  /** An alert of a pair. */
  note(alertName: string, labels: Readonly<Record<string, string>>): void {
    this.#alertNames.add(alertName);
    for (const name of Object.keys(labels)) this.#labelNames.add(name);
  }

  inhibitRules(): readonly InhibitRule[] {
    const equal = [...this.#labelNames].filter((name) => name !== SEVERITY);
    return [...this.#alertNames].map((name) => ({
      sourceMatchers: matchers(name, 'critical'),
      targetMatchers: matchers(name, 'warning'),
      equal,
    }));
  }
}

function matchers(alertName: string, severity: 'critical' | 'warning') {
  return [
    parseMatcher(`alertname=${JSON.stringify(alertName)}`),
    parseMatcher(`${SEVERITY}="${severity}"`),
  ];
}
