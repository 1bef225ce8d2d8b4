import { loadAlerts } from '../../data/alert-actions.ts';
import { alerts } from '../../data/live.ts';
import { useLoaded } from '../../data/load.ts';
import { params, setParams } from '../../data/router.ts';
import { loadSilences } from '../../data/silences.ts';
import { byUrgency } from '../../lib/alert-groups.ts';
import { namePattern } from '../../lib/name-pattern.ts';
import { NotLoaded } from '../../parts/loading.tsx';
import { AlertHistory } from './alert-history.tsx';
import { AlertTable } from './alert-table.tsx';
import { Rules } from './rules.tsx';
import { Silences } from './silences.tsx';

const RELOAD_SECONDS = 5;

/** What fires now and what is done about it, what is silenced, what happened, and the rules that decide. */
export function AlertsPage() {
  const pattern = params.value.get('name') ?? '';
  const silences = useLoaded(loadSilences, '', 30);
  // The stream says at once that something changed; how each alert is handled is asked for.
  const changed = alerts.value.map((alert) => alert.rule + alert.state + alert.activeAtMs).join();
  const details = useLoaded(loadAlerts, changed, RELOAD_SECONDS);
  const takes = namePattern(pattern);
  const known = details.state.kind === 'loaded' ? details.state.value : [];
  const shown = known
    .filter((alert) =>
      takes([alert.rule, alert.severity, alert.state, ...Object.values(alert.labels)].join(' ')),
    )
    .sort((a, b) => byUrgency(a, b) || b.activeAtMs - a.activeAtMs);
  const onDone = () => {
    details.reload();
    silences.reload();
  };
  return (
    <>
      <div class="page-head">
        <h1>Alerts</h1>
        <input
          type="search"
          aria-label="Filter alerts"
          placeholder="rule, host, severity, state …"
          value={pattern}
          onInput={(event) => setParams({ name: event.currentTarget.value || null })}
        />
        <span class="faint">
          {shown.length} of {known.length}
        </span>
      </div>
      <div class="stack">
        {details.state.kind === 'loaded' ? (
          <AlertTable alerts={shown} onDone={onDone} />
        ) : (
          <section class="panel">
            <NotLoaded state={details.state} onRetry={details.reload} />
          </section>
        )}
        <Silences state={silences.state} reload={silences.reload} />
        <Rules />
        <AlertHistory takes={takes} />
      </div>
    </>
  );
}
