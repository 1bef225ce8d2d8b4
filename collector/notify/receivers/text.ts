/** What people read of a notification: a title, and one line per alert. */
import { type Alert, isResolved } from '../alert.ts';
import { common, type Notification, statusOf } from '../payload.ts';

/** `[FIRING:3] HostDown (rack=r07)`: number of firing alerts, group, and what the alerts have in common besides. */
export function titleOf(notification: Notification): string {
  const { alerts, groupLabels, timeMs } = notification;
  const firing = alerts.filter((alert) => !isResolved(alert, timeMs)).length;
  const status = firing > 0 ? `FIRING:${firing}` : 'RESOLVED';
  const shared = common(alerts.map(({ labels }) => labels));
  const rest = Object.entries(shared).filter(([name]) => groupLabels[name] === undefined);
  const name = Object.values(groupLabels).join(' ') || shared['alertname'] || 'alerts';
  const extra = rest
    .filter(([label]) => label !== 'alertname')
    .map(([label, value]) => `${label}=${value}`);
  return `[${status}] ${name}${extra.length > 0 ? ` (${extra.join(' ')})` : ''}`;
}

/** One line per alert: what is the matter where, since when. */
export function linesOf(notification: Notification): readonly string[] {
  return notification.alerts.map((alert) => lineOf(alert, notification.timeMs));
}

function lineOf(alert: Alert, nowMs: number): string {
  const { labels, annotations } = alert;
  const where = labels['host'] ?? labels['instance'];
  const what =
    annotations['summary'] ?? annotations['description'] ?? labels['alertname'] ?? 'alert';
  const state = isResolved(alert, nowMs) ? 'resolved' : (labels['severity'] ?? 'firing');
  const since = new Date(isResolved(alert, nowMs) ? (alert.endsAtMs as number) : alert.startsAtMs);
  const place = where && !what.includes(where) ? `${where}: ` : '';
  return `${state}: ${place}${what} (since ${since.toISOString().replace('.000Z', 'Z')})`;
}

export function isOver(notification: Notification): boolean {
  return statusOf(notification) === 'resolved';
}

/** The worst severity of the firing alerts. */
export function severityOf({ alerts, timeMs }: Notification): 'critical' | 'warning' | 'info' {
  const firing = alerts
    .filter((alert) => !isResolved(alert, timeMs))
    .map(({ labels }) => labels['severity']);
  if (firing.includes('critical') || firing.includes('page')) return 'critical';
  return firing.length > 0 && firing.every((severity) => severity === 'info') ? 'info' : 'warning';
}
