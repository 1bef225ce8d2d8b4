import { alerts, nowS } from '../../data/live.ts';
import { byUrgency } from '../../lib/alert-groups.ts';
import { formatDuration } from '../../lib/units.ts';
import { SEVERITY_SHAPES, Status } from '../../parts/status.tsx';

/** What is wrong with this host, if anything is. */
export function HostAlerts({ host }: { host: string }) {
  const own = alerts.value.filter(
    (alert) => alert.labels['host'] === host && alert.state !== 'resolved',
  );
  if (own.length === 0) return null;
  return (
    <ul class="panel host-alerts" aria-label={`Alerts of ${host}`}>
      {own.toSorted(byUrgency).map((alert) => (
        <li key={alert.rule + JSON.stringify(alert.labels)}>
          <Status shape={SEVERITY_SHAPES[alert.severity]}>
            <strong>{alert.rule}</strong>
          </Status>
          <span class="dim">
            {alert.severity} {alert.state} for{' '}
            {formatDuration(nowS.value - alert.activeAtMs / 1000)}
          </span>
        </li>
      ))}
    </ul>
  );
}
