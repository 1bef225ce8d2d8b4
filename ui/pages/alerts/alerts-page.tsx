import { type HandledAlerts, useHandledAlerts } from '../../data/handling.ts';
import { params } from '../../data/router.ts';
import { byUrgency } from '../../lib/alert-groups.ts';
import { namePattern } from '../../lib/name-pattern.ts';
import { NotLoaded } from '../../parts/loading.tsx';
import { SearchField } from '../../parts/search-field.tsx';
import { AlertHistory } from './alert-history.tsx';
import { AlertTable } from './alert-table.tsx';
import { Receivers } from './receivers.tsx';
import { Rules } from './rules.tsx';
import { Silences } from './silences.tsx';

const NOTHING: HandledAlerts = { alerts: [], silences: [] };

/** What fires now and what is done about it, what is silenced, what happened, and the rules that decide. */
export function AlertsPage() {
  const pattern = params.value.get('name') ?? '';
  const { state, reload } = useHandledAlerts();
  const takes = namePattern(pattern);
  const { alerts: known, silences } = state.kind === 'loaded' ? state.value : NOTHING;
  const shown = known
    .filter((alert) =>
      takes([alert.rule, alert.severity, alert.state, ...Object.values(alert.labels)].join(' ')),
    )
    .sort((a, b) => byUrgency(a, b) || b.activeAtMs - a.activeAtMs);
  return (
    <>
      <div class="page-head">
        <h1>Alerts</h1>
        <SearchField
          param="name"
          label="Filter alerts"
          placeholder="rule, host, severity, state …"
        />
        <span class="faint">
          {shown.length} of {known.length}
        </span>
      </div>
      <div class="stack">
        {state.kind === 'loaded' ? (
          <>
            <AlertTable alerts={shown} silences={silences} isFiltered={known.length > 0} />
            <Silences silences={silences} />
          </>
        ) : (
          <section class="panel">
            <NotLoaded state={state} onRetry={reload} />
          </section>
        )}
        <Rules />
        <Receivers />
        <AlertHistory
          takes={({ rule, state: became, labels }) =>
            takes([rule, became, ...Object.values(labels)].join(' '))
          }
        />
      </div>
    </>
  );
}
