import { type Alert, fingerprint, isResolved, type LabelSet } from './alert.ts';
import { type LabelMatcher, matchesAll } from './matcher.ts';

/** While a source alert fires, target alerts with the same values of `equal` are not notified. */
export interface InhibitRule {
  readonly sourceMatchers: readonly LabelMatcher[];
  readonly targetMatchers: readonly LabelMatcher[];
  readonly equal: readonly string[];
}

interface RuleSources {
  readonly rule: InhibitRule;
  /** Alerts that match the rule's source, by their values of `equal`, then by fingerprint. */
  readonly byEqual: Map<string, Map<string, Alert>>;
}

/**
 * Finds the alerts that inhibit another. An alert that is source and target of a rule is not inhibited by another such one, so that
 * rules in a circle cannot silence everything. A missing label equals a missing or empty one.
 * Source: Alertmanager inhibit/inhibit.go
 */
export class Inhibitor {
  readonly #sources: readonly RuleSources[];

  constructor(rules: readonly InhibitRule[]) {
    this.#sources = rules.map((rule) => ({ rule, byEqual: new Map() }));
  }

  put(alert: Alert): void {
    const id = fingerprint(alert.labels);
    for (const { rule, byEqual } of this.#sources) {
      if (!matchesAll(rule.sourceMatchers, alert.labels)) continue;
      const key = equalKey(rule, alert.labels);
      const alerts = byEqual.get(key) ?? new Map<string, Alert>();
      byEqual.set(key, alerts.set(id, alert));
    }
  }

  delete(alert: Alert): void {
    const id = fingerprint(alert.labels);
    for (const { rule, byEqual } of this.#sources) {
      const key = equalKey(rule, alert.labels);
      const alerts = byEqual.get(key);
      alerts?.delete(id);
      if (alerts?.size === 0) byEqual.delete(key);
    }
  }

  /** Fingerprints of the alerts that inhibit the one with these labels. */
  inhibitedBy(labels: LabelSet, nowMs: number): readonly string[] {
    const found = new Set<string>();
    for (const { rule, byEqual } of this.#sources) {
      const sources = byEqual.get(equalKey(rule, labels));
      if (!sources || !matchesAll(rule.targetMatchers, labels)) continue;
      const isSourceToo = matchesAll(rule.sourceMatchers, labels);
      for (const [id, source] of sources) {
        if (isResolved(source, nowMs)) continue;
        if (isSourceToo && matchesAll(rule.targetMatchers, source.labels)) continue;
        found.add(id);
      }
    }
    return [...found];
  }
}

function equalKey({ equal }: InhibitRule, labels: LabelSet): string {
  return equal.map((name) => labels[name] ?? '').join('\u0000');
}
