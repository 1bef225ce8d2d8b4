import { useHandledAlerts } from '../../data/handling.ts';
import { alerts, nowS } from '../../data/live.ts';
import { byUrgency } from '../../lib/alert-groups.ts';
import { formatDuration } from '../../lib/units.ts';
import { AlertButtons } from '../../parts/alert-handling.tsx';
import { NotLoaded } from '../../parts/loading.tsx';
import { SEVERITY_SHAPES, Status } from '../../parts/status.tsx';
import { AlertHistory } from '../alerts/alert-history.tsx';
import { AlertTable } from '../alerts/alert-table.tsx';

/** What is wrong with this host, if anything is, above its charts. */
export function HostAlertStrip({ host }: { host: string }) {
  const own = alerts.value.filter(
    (alert) => alert.labels['host'] === host && alert.state !== 'resolved',
  );
  if (own.length === 0) return null;
  return <Strip host={host} />;
}

function Strip({ host }: { host: string }) {
  const { state } = useHandledAlerts();
  if (state.kind !== 'loaded') return null;
  const own = state.value.alerts.filter(
    (alert) => alert.labels['host'] === host && alert.state !== 'resolved',
  );
  return (
    <ul class="panel host-alerts" aria-label={`Alerts of ${host}`}>
      {own.toSorted(byUrgency).map((alert) => (
        <li key={alert.fingerprint}>
          <Status shape={SEVERITY_SHAPES[alert.severity]}>
            <strong>{alert.rule}</strong>
          </Status>
          <span class="dim">
            {alert.severity} {alert.state} for{' '}
            {formatDuration(nowS.value - alert.activeAtMs / 1000)}
          </span>
          <AlertButtons alerts={[alert]} />
        </li>
      ))}
    </ul>
  );
}

/** All alerts of the host: those of now, and those of the time on screen. */
export function HostAlerts({ host }: { host: string }) {
  const { state, reload } = useHandledAlerts();
  if (state.kind !== 'loaded') return <NotLoaded state={state} onRetry={reload} />;
  const own = state.value.alerts.filter((alert) => alert.labels['host'] === host);
  return (
    <div class="stack">
      <AlertTable alerts={own.toSorted(byUrgency)} silences={state.value.silences} />
      <AlertHistory takes={({ labels }) => labels['host'] === host} />
    </div>
  );
}
