import type { AlertDetail } from '../../../wire/http.ts';
import { type HandledAlerts, useHandledAlerts } from '../../data/handling.ts';
import { alerts, nowS } from '../../data/live.ts';
import { linkTo } from '../../data/router.ts';
import { type AlertGroup, groupAlerts } from '../../lib/alert-groups.ts';
import { formatDuration } from '../../lib/units.ts';
import { AlertButtons, handlingOf } from '../../parts/alert-handling.tsx';
import { SEVERITY_SHAPES, Status } from '../../parts/status.tsx';

const GROUPS_MAX = 30;
const HOSTS_MAX = 3;

/** Alerts of now by rule, the most urgent first, with what is done about each. */
export function AlertList({ hosts }: { hosts: ReadonlySet<string> | undefined }) {
  const shown = hosts ? alerts.value.filter(({ labels }) => isOf(hosts, labels)) : alerts.value;
  const groups = groupAlerts(shown);
  const { state } = useHandledAlerts();
  const handled = state.kind === 'loaded' ? handledOf(state.value, hosts) : undefined;
  return (
    <section class="panel alert-list" aria-label="Alerts">
      <h2>
        <a href={linkTo({ name: 'alerts' })}>Alerts</a>{' '}
        <span class="faint">
          {shown.length}
          {hosts ? ` of ${alerts.value.length}` : ''}
        </span>
      </h2>
      {groups.length === 0 ? (
        <p class="calm">
          <Status shape="ok">All quiet</Status>
        </p>
      ) : null}
      <ul>
        {groups.slice(0, GROUPS_MAX).map((group) => (
          <AlertLine
            key={`${group.rule} ${group.severity} ${group.state}`}
            group={group}
            handled={handled}
          />
        ))}
      </ul>
    </section>
  );
}

interface AlertLineProps {
  readonly group: AlertGroup;
  readonly handled: HandledAlerts | undefined;
}

function AlertLine({ group, handled }: AlertLineProps) {
  const { rule, severity, state, count, hosts } = group;
  const seconds = Math.max(0, nowS.value - group.sinceMs / 1000);
  const members = handled?.alerts.filter((alert) => isIn(group, alert)) ?? [];
  const [first] = members;
  return (
    <li class={state}>
      <Status shape={state === 'resolved' ? 'ok' : SEVERITY_SHAPES[severity]}>
        <strong>{rule}</strong>
        {count > 1 ? ` × ${count}` : ''}
      </Status>
      <div class="alert-where">
        <span class="faint">
          {severity} {state} {formatDuration(seconds)}
        </span>
        <span>
          {hosts.slice(0, HOSTS_MAX).map((host) => (
            <a key={host} href={linkTo({ name: 'host', host })}>
              {host}{' '}
            </a>
          ))}
          {hosts.length > HOSTS_MAX ? (
            <a href={`${linkTo({ name: 'alerts' })}`}>+{hosts.length - HOSTS_MAX}</a>
          ) : null}
        </span>
        {first && state !== 'resolved' ? <AlertButtons alerts={members} /> : null}
        {first && isQuiet(first) ? (
          <span class="dim alert-handling">{handlingOf(first, handled!.silences)}</span>
        ) : null}
      </div>
    </li>
  );
}

function isOf(hosts: ReadonlySet<string>, labels: AlertDetail['labels']): boolean {
  return hosts.has(labels['host'] ?? '');
}

function handledOf(all: HandledAlerts, hosts: ReadonlySet<string> | undefined): HandledAlerts {
  if (!hosts) return all;
  return { ...all, alerts: all.alerts.filter(({ labels }) => isOf(hosts, labels)) };
}

function isIn(group: AlertGroup, { rule, severity, state }: AlertDetail): boolean {
  return rule === group.rule && severity === group.severity && state === group.state;
}

/** Worth a word where there is little room: somebody or something keeps it quiet. */
function isQuiet({ acknowledged, silencedBy, inhibitedBy, mutedBy }: AlertDetail): boolean {
  return acknowledged !== null || silencedBy.length + inhibitedBy.length + mutedBy.length > 0;
}
