import { alerts } from '../../data/live.ts';
import { useLoaded } from '../../data/load.ts';
import { params, setParams } from '../../data/router.ts';
import { loadSilences } from '../../data/silences.ts';
import { byUrgency } from '../../lib/alert-groups.ts';
import { namePattern } from '../../lib/name-pattern.ts';
import { AlertTable } from './alert-table.tsx';
import { Rules } from './rules.tsx';
import { Silences } from './silences.tsx';

/** What fires now, what is silenced, and the rules that decide. */
export function AlertsPage() {
  const pattern = params.value.get('name') ?? '';
  const silences = useLoaded(loadSilences, '', 30);
  const takes = namePattern(pattern);
  const shown = alerts.value
    .filter((alert) =>
      takes([alert.rule, alert.severity, alert.state, ...Object.values(alert.labels)].join(' ')),
    )
    .sort(byUrgency);
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
          {shown.length} of {alerts.value.length}
        </span>
      </div>
      <div class="stack">
        <AlertTable alerts={shown} onSilenced={silences.reload} />
        <Silences state={silences.state} reload={silences.reload} />
        <Rules />
      </div>
    </>
  );
}
