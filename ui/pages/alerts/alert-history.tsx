import type { AlertTransition } from '../../../wire/http.ts';
import { getJson } from '../../data/api.ts';
import { clockReady, nowS } from '../../data/live.ts';
import { useLoaded } from '../../data/load.ts';
import { linkTo, range } from '../../data/router.ts';
import { dateTimeText } from '../../lib/clock-text.ts';
import { rangeBounds } from '../../lib/time-range.ts';
import { formatValue } from '../../lib/units.ts';
import { NotLoaded } from '../../parts/loading.tsx';

const ROWS_MAX = 200;
const RELOAD_SECONDS = 10;

/** What happened to alerts in the time on screen, the newest first. */
export function AlertHistory({ takes }: { takes: (row: AlertTransition) => boolean }) {
  const shown = range.value;
  const load = async () => {
    await clockReady;
    const { fromS, toS } = rangeBounds(shown, nowS.peek());
    return getJson<readonly AlertTransition[]>('/api/alerts/history', { from: fromS, to: toS });
  };
  const { state, reload } = useLoaded(
    load,
    JSON.stringify(shown),
    shown.kind === 'live' ? RELOAD_SECONDS : 0,
  );
  if (state.kind !== 'loaded')
    return (
      <section class="panel" aria-label="History">
        <NotLoaded state={state} onRetry={reload} />
      </section>
    );
  const rows = state.value.filter(takes).toSorted((a, b) => b.timeMs - a.timeMs);
  return (
    <section class="panel scroll" aria-label="History">
      <h2>
        History <span class="faint">{rows.length} changes in this range</span>
      </h2>
      <ol class="timeline history">
        {rows.slice(0, ROWS_MAX).map((row) => (
          <li key={`${row.timeMs} ${row.rule} ${JSON.stringify(row.labels)} ${row.state}`}>
            <span class="faint">{dateTimeText(row.timeMs / 1000)}</span>
            <span>
              {row.state === 'inactive' ? 'over' : row.state}{' '}
              {row.value === null ? '' : formatValue(row.value, '')}
            </span>
            <span>{row.rule}</span>
            {row.labels['host'] === undefined ? null : (
              <a href={linkTo({ name: 'host', host: row.labels['host'] })}>{row.labels['host']}</a>
            )}
          </li>
        ))}
      </ol>
      {rows.length > ROWS_MAX ? (
        <p class="faint">The newest {ROWS_MAX} are shown; zoom in for others.</p>
      ) : null}
    </section>
  );
}
