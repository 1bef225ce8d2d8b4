import { type Alert, fingerprint, isResolved, type LabelSet } from './alert.ts';
import { type LabelMatcher, matchesAll } from './matcher.ts';

/** While a source alert fires, target alerts with the same values of `equal` are not notified. */
export interface InhibitRule {
  readonly sourceMatchers: readonly LabelMatcher[];
  readonly targetMatchers: readonly LabelMatcher[];
  readonly equal: readonly string[];
}

/**
 * Fingerprints of the alerts that inhibit the one with these labels. An alert that is source and target of a rule is not inhibited by
 * another such one, so that rules in a circle cannot silence everything. A missing label equals a missing or empty one.
 * Source: Alertmanager inhibit/inhibit.go
 */
export function inhibitedBy(
  rules: readonly InhibitRule[],
  alerts: Iterable<Alert>,
  labels: LabelSet,
  nowMs: number,
): readonly string[] {
  const applicable = rules.filter(({ targetMatchers }) => matchesAll(targetMatchers, labels));
  if (applicable.length === 0) return [];
  const found: string[] = [];
  for (const alert of alerts) {
    if (isResolved(alert, nowMs)) continue;
    if (applicable.some((rule) => inhibits(rule, alert.labels, labels))) {
      found.push(fingerprint(alert.labels));
    }
  }
  return found;
}

function inhibits(rule: InhibitRule, source: LabelSet, target: LabelSet): boolean {
  if (!matchesAll(rule.sourceMatchers, source)) return false;
  if (rule.equal.some((name) => (source[name] ?? '') !== (target[name] ?? ''))) return false;
  const targetIsSource = matchesAll(rule.sourceMatchers, target);
  return !(targetIsSource && matchesAll(rule.targetMatchers, source));
}
