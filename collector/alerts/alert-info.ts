import { type AlertDetail, type RuleInfo, SEVERITIES, type Severity } from '../../wire/http.ts';
import type { RuleHealth } from './group.ts';
import type { Rule, RuleGroup } from './rule.ts';
import { BUILT_IN_FILE } from './rule-loader.ts';
import { type AlertInstance, annotationsOf, isFiring } from './state.ts';

/** @returns undefined for a recording rule */
export function toRuleInfo(
  { rule, alerts, error }: RuleHealth,
  { file }: Pick<RuleGroup, 'file'>,
): RuleInfo | undefined {
  if (rule.kind === 'record') return undefined;
  const instances = [...(alerts?.instances.values() ?? [])];
  const isPending = instances.some(({ state }) => state === 'pending');
  return {
    name: rule.name,
    origin: file === BUILT_IN_FILE ? 'built in' : file || 'added',
    expr: rule.expr,
    forSeconds: rule.forMs / 1000,
    severity: severityOf(rule.labels.get('severity')?.text),
    state: instances.some(isFiring) ? 'firing' : isPending ? 'pending' : 'inactive',
    error: error ?? null,
  };
}

/** The part of an alert's detail that those who notify know. */
export type AlertHandling = Pick<
  AlertDetail,
  'fingerprint' | 'receivers' | 'silencedBy' | 'inhibitedBy' | 'mutedBy' | 'acknowledged'
>;

export function toAlertDetail(
  rule: Rule,
  instance: AlertInstance,
  handling: AlertHandling,
): AlertDetail {
  return {
    ...handling,
    annotations: annotationsOf(instance),
    rule: rule.name,
    severity: severityOf(instance.labels.get('severity')),
    state: instance.state === 'inactive' ? 'resolved' : instance.state,
    labels: instance.labels.toObject(),
    value: Number.isFinite(instance.value) ? instance.value : null,
    activeAtMs: instance.activeAtMs,
    firedAtMs: instance.firedAtMs ?? null,
    resolvedAtMs: instance.resolvedAtMs ?? null,
  };
}

/** Rule files name severities as they like (`page`, `ticket`…): what is none of ours is a warning. */
export function severityOf(label: string | undefined): Severity {
  return SEVERITIES.find((severity) => severity === label) ?? 'warning';
}
