import { alerts, nowS } from '../../data/live.ts';
import { linkTo } from '../../data/router.ts';
import { type AlertGroup, groupAlerts } from '../../lib/alert-groups.ts';
import { formatDuration } from '../../lib/units.ts';
import { SEVERITY_SHAPES, Status } from '../../parts/status.tsx';

const GROUPS_MAX = 30;
const HOSTS_MAX = 3;

/** Alerts of now by rule, the most urgent first. */
export function AlertList() {
  const groups = groupAlerts(alerts.value);
  return (
    <section class="panel alert-list" aria-label="Alerts">
      <h2>
        <a href={linkTo({ name: 'alerts' })}>Alerts</a>{' '}
        <span class="faint">{alerts.value.length}</span>
      </h2>
      {groups.length === 0 ? <p class="faint calm">All quiet.</p> : null}
      <ul>
        {groups.slice(0, GROUPS_MAX).map((group) => (
          <AlertLine key={`${group.rule} ${group.severity} ${group.state}`} group={group} />
        ))}
      </ul>
    </section>
  );
}

function AlertLine({ group }: { group: AlertGroup }) {
  const { rule, severity, state, count, hosts } = group;
  const seconds = Math.max(0, nowS.value - group.sinceMs / 1000);
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
      </div>
    </li>
  );
}
