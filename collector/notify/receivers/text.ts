/** What people read of a notification: a title, what is known of each alert, and what they can do. */
import { type Alert, fingerprint, isResolved, type LabelSet } from '../alert.ts';
import { alertPage, alertsPage } from '../page-link.ts';
import { common, formatTime, type Notification, statusOf } from '../payload.ts';

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

/**
 * The whole message: every alert, then how to acknowledge and to silence. Of alerts that do not fit their number is told.
 * @param lengthMax characters
 */
export function textOf(notification: Notification, lengthMax: number): string {
  const actions = actionsOf(notification);
  const more = (count: number) => `… and ${count} more: ${alertsPage(notification.externalUrl)}`;
  const texts = alertTexts(notification);
  let room = lengthMax - actions.length - more(texts.length).length - 4;
  const fitting: string[] = [];
  for (const text of texts) {
    room -= text.length + 1;
    if (room < 0) break;
    fitting.push(text);
  }
  const left = texts.length - fitting.length;
  return [...fitting, ...(left > 0 ? [more(left)] : []), '', actions]
    .join('\n')
    .slice(0, lengthMax);
}

/** One text per alert: what is the matter; where, since when, with which value; what the rule says about it; the page to look at. */
export function alertTexts({ alerts, timeMs, externalUrl }: Notification): readonly string[] {
  return alerts.map((alert) =>
    [
      headOf(alert, timeMs),
      `  ${factsOf(alert, timeMs).join(', ')}`,
      ...(alert.annotations['summary'] && alert.annotations['description']
        ? [`  ${alert.annotations['description']}`]
        : []),
      `  ${alertPage(alert, externalUrl)}`,
    ].join('\n'),
  );
}

function headOf(alert: Alert, nowMs: number): string {
  const { labels, annotations } = alert;
  const where = labels['host'] ?? labels['instance'];
  const what =
    annotations['summary'] ?? annotations['description'] ?? labels['alertname'] ?? 'alert';
  const state = isResolved(alert, nowMs) ? 'resolved' : (labels['severity'] ?? 'firing');
  return `${state}: ${where && !what.includes(where) ? `${where}: ` : ''}${what}`;
}

/** `host n042`, `rack r07`, `since 2026-11-21T10:00:00Z`, `value 0`, `id 4a0e8c5eb4cd38ec`; what is not known is left out. */
function factsOf(alert: Alert, nowMs: number): readonly string[] {
  const { labels, startsAtMs, endsAtMs, value } = alert;
  const places = ['host', 'rack', 'instance'].flatMap((name) =>
    labels[name] ? [`${name} ${labels[name]}`] : [],
  );
  const start = formatTime(startsAtMs);
  const when = isResolved(alert, nowMs)
    ? `from ${start} to ${formatTime(endsAtMs as number)}`
    : `since ${start}`;
  return [
    ...places,
    when,
    ...(Number.isFinite(value ?? Number.NaN) ? [`value ${Number(value?.toPrecision(6))}`] : []),
    `id ${fingerprint(labels)}`,
  ];
}

/** What to do about it, as commands and as a link. */
function actionsOf({ alerts, timeMs, externalUrl }: Notification): string {
  const page = alertsPage(externalUrl);
  const firing = alerts.filter((alert) => !isResolved(alert, timeMs));
  const [first] = firing;
  if (!first) return `All alerts: ${page}`;
  const shared = common(firing.map(({ labels }) => labels));
  const whom = firing.length === 1 ? fingerprint(first.labels) : (shared['alertname'] ?? 'ID');
  const matchers = silenceMatchers(shared);
  return [
    `Acknowledge: clustermon alert ack ${inShell(whom)} -c 'on it'`,
    ...(matchers ? [`Silence: clustermon silence add ${matchers} -d 2h -c 'why'`] : []),
    `Both with a click: ${page}`,
  ].join('\n');
}

/** What the alerts share of rule and place, as arguments of a command; '' when they share none of it. */
function silenceMatchers(shared: LabelSet): string {
  const place = ['host', 'rack', 'instance'].find((name) => shared[name]);
  return ['alertname', ...(place ? [place] : [])]
    .flatMap((name) => {
      const value = shared[name];
      if (!value) return [];
      return [
        inShell(
          /^[\w.:/-]+$/.test(value) ? `${name}=${value}` : `${name}="${escapeQuotes(value)}"`,
        ),
      ];
    })
    .join(' ');
}

function escapeQuotes(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}

/** Labels come from anywhere; a line that is copied into a shell must stay one argument. */
function inShell(argument: string): string {
  return /^[\w.:/=-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", "'\\''")}'`;
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
