import { type Alert, fingerprint, isResolved, type LabelSet } from './alert.ts';

/** A group's alerts as a receiver is told about them. */
export interface Notification {
  readonly receiver: string;
  readonly groupKey: string;
  readonly groupLabels: LabelSet;
  readonly alerts: readonly Alert[];
  /** ms since the epoch: which alerts are resolved is seen from here. */
  readonly timeMs: number;
  readonly externalUrl: string;
}

/** Body of Alertmanager's webhook, version 4. */
export interface WebhookPayload {
  readonly receiver: string;
  readonly status: 'firing' | 'resolved';
  readonly alerts: readonly WebhookAlert[];
  readonly groupLabels: LabelSet;
  readonly commonLabels: LabelSet;
  readonly commonAnnotations: LabelSet;
  readonly externalURL: string;
  readonly version: '4';
  readonly groupKey: string;
  readonly truncatedAlerts: number;
}

export interface WebhookAlert {
  readonly status: 'firing' | 'resolved';
  readonly labels: LabelSet;
  readonly annotations: LabelSet;
  /** RFC 3339 */
  readonly startsAt: string;
  /** `0001-01-01T00:00:00Z` while it fires. */
  readonly endsAt: string;
  readonly generatorURL: string;
  readonly fingerprint: string;
}

/** Go's zero time. */
const NEVER = '0001-01-01T00:00:00Z';

/** @param alertsMax 0 = all; the rest is counted in `truncatedAlerts` */
export function webhookPayload(notification: Notification, alertsMax = 0): WebhookPayload {
  const { alerts, timeMs } = notification;
  // As in Alertmanager, all that is said of the group is said of the alerts that are shown.
  const shown = alertsMax > 0 ? alerts.slice(0, alertsMax) : alerts;
  return {
    receiver: quoteMeta(notification.receiver),
    status: statusOf({ alerts: shown, timeMs }),
    alerts: shown.map((alert) => toWebhookAlert(alert, timeMs)),
    groupLabels: sorted(notification.groupLabels),
    commonLabels: common(shown.map(({ labels }) => labels)),
    commonAnnotations: common(shown.map(({ annotations }) => annotations)),
    externalURL: notification.externalUrl,
    version: '4',
    groupKey: notification.groupKey,
    truncatedAlerts: alerts.length - shown.length,
  };
}

export function statusOf({
  alerts,
  timeMs,
}: Pick<Notification, 'alerts' | 'timeMs'>): 'firing' | 'resolved' {
  return alerts.every((alert) => isResolved(alert, timeMs)) ? 'resolved' : 'firing';
}

function toWebhookAlert(alert: Alert, nowMs: number): WebhookAlert {
  const resolved = isResolved(alert, nowMs);
  return {
    status: resolved ? 'resolved' : 'firing',
    labels: sorted(alert.labels),
    annotations: sorted(alert.annotations),
    startsAt: formatTime(alert.startsAtMs),
    endsAt: resolved ? formatTime(alert.endsAtMs as number) : NEVER,
    generatorURL: alert.generatorUrl,
    fingerprint: fingerprint(alert.labels),
  };
}

/** As Go's encoding/json writes a time: no trailing zeros in the second's fraction. */
export function formatTime(timeMs: number): string {
  return new Date(timeMs).toISOString().replace(/\.?0+Z$/, 'Z');
}

/** What all label sets have in common. */
export function common(sets: readonly LabelSet[]): LabelSet {
  const [first = {}, ...rest] = sets;
  const shared = Object.entries(first).filter(([name, value]) =>
    rest.every((other) => other[name] === value),
  );
  return sorted(Object.fromEntries(shared));
}

function sorted(labels: LabelSet): LabelSet {
  return Object.fromEntries(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** regexp.QuoteMeta */
function quoteMeta(text: string): string {
  return text.replace(/[\\.+*?()|[\]{}^$]/g, '\\$&');
}

/** Order in which a group's alerts are listed: by job, by instance, then by all labels. */
export function compareAlerts(a: Alert, b: Alert): number {
  for (const name of ['job', 'instance']) {
    const left = a.labels[name];
    const right = b.labels[name];
    if (left === undefined || right === undefined || left === right) continue;
    return left < right ? -1 : 1;
  }
  return compareLabels(a.labels, b.labels);
}

/** model.LabelSet.Before: fewer labels first, then name by name. */
function compareLabels(a: LabelSet, b: LabelSet): number {
  const size = Object.keys(a).length - Object.keys(b).length;
  if (size !== 0) return size;
  for (const name of [...new Set([...Object.keys(a), ...Object.keys(b)])].sort()) {
    const left = a[name];
    const right = b[name];
    if (left === right) continue;
    if (left === undefined) return -1;
    if (right === undefined) return 1;
    return left < right ? -1 : 1;
  }
  return 0;
}
