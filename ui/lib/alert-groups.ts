/** Alerts of one rule in one state as one line: a rack that loses power is one event, not forty. */
import type { AlertInfo } from '../../wire/http.ts';

export interface AlertGroup {
  readonly rule: string;
  readonly severity: AlertInfo['severity'];
  readonly state: AlertInfo['state'];
  readonly count: number;
  /** Without repeats, in the order of the alerts. */
  readonly hosts: readonly string[];
  /** When the first of them became active. */
  readonly sinceMs: number;
}

const STATE_RANK = { firing: 0, nodata: 1, pending: 2, resolved: 3 } as const;
const SEVERITY_RANK = { critical: 0, warning: 1, info: 2 } as const;

interface Urgent {
  readonly state: AlertInfo['state'];
  readonly severity: AlertInfo['severity'];
}

/** What needs a person first comes first. */
export function byUrgency(a: Urgent, b: Urgent): number {
  return (
    STATE_RANK[a.state] - STATE_RANK[b.state] ||
    SEVERITY_RANK[a.severity] - SEVERITY_RANK[b.severity]
  );
}

export function groupAlerts(alerts: readonly AlertInfo[]): AlertGroup[] {
  const groups = Map.groupBy(alerts, ({ rule, severity, state }) =>
    JSON.stringify([rule, severity, state]),
  );
  return [...groups.values()]
    .map((members): AlertGroup => {
      const { rule, severity, state } = members[0]!;
      const hosts = new Set(members.flatMap(({ labels }) => labels['host'] ?? []));
      const sinceMs = Math.min(...members.map((alert) => alert.activeAtMs));
      return { rule, severity, state, count: members.length, hosts: [...hosts], sinceMs };
    })
    .sort((a, b) => byUrgency(a, b) || b.sinceMs - a.sinceMs);
}
