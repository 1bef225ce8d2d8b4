import type { AlertInfo } from '../../../wire/http.ts';
import { alerts, nowS } from '../../data/live.ts';
import { linkTo } from '../../data/router.ts';
import { formatDuration } from '../../lib/units.ts';
import { SEVERITY_SHAPES, Status } from '../../parts/status.tsx';

const ROWS_MAX = 30;
const SEVERITY_RANK = { critical: 0, warning: 1, info: 2 } as const;
const STATE_RANK = { firing: 0, nodata: 1, pending: 2, resolved: 3 } as const;

export function byUrgency(a: AlertInfo, b: AlertInfo): number {
  return (
    STATE_RANK[a.state] - STATE_RANK[b.state] ||
    SEVERITY_RANK[a.severity] - SEVERITY_RANK[b.severity] ||
    b.activeAtMs - a.activeAtMs
  );
}

/** Alerts of now, the most urgent first. */
export function AlertList() {
  const sorted = alerts.value.toSorted(byUrgency);
  return (
    <section class="panel alert-list" aria-label="Alerts">
      <h2>
        <a href={linkTo({ name: 'alerts' })}>Alerts</a> <span class="faint">{sorted.length}</span>
      </h2>
      {sorted.length === 0 ? <p class="faint calm">All quiet.</p> : null}
      <ul>
        {sorted.slice(0, ROWS_MAX).map((alert) => (
          <AlertRow key={alert.rule + JSON.stringify(alert.labels)} alert={alert} />
        ))}
      </ul>
      {sorted.length > ROWS_MAX ? (
        <a href={linkTo({ name: 'alerts' })}>and {sorted.length - ROWS_MAX} more</a>
      ) : null}
    </section>
  );
}

function AlertRow({ alert }: { alert: AlertInfo }) {
  const host = alert.labels['host'];
  const seconds = Math.max(0, nowS.value - alert.activeAtMs / 1000);
  return (
    <li class={alert.state}>
      <Status shape={alert.state === 'resolved' ? 'ok' : SEVERITY_SHAPES[alert.severity]}>
        <strong class="clipped">{alert.rule}</strong>
      </Status>
      <div class="alert-where">
        {host === undefined ? null : <a href={linkTo({ name: 'host', host })}>{host}</a>}
        <span class="faint">
          {alert.severity} {alert.state} {formatDuration(seconds)}
        </span>
      </div>
    </li>
  );
}
