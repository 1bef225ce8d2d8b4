import type { ChangedSeries, ChangeList } from '../../wire/http.ts';
import { getJson } from '../data/api.ts';
import { useLoaded } from '../data/load.ts';
import { marked } from '../data/marked.ts';
import { linkTo, range } from '../data/router.ts';
import { formatValue } from '../lib/units.ts';
import { NotLoaded } from './loading.tsx';

const ROWS = 12;
/** Below this the values lie about where they lay before. */
const DISTANCE_MIN = 0.5;

/** For the marked window, else for the fixed range: the series that behave most unlike the time before it. Nothing while the page is live. */
export function Changes({ host = '' }: { host?: string }) {
  const shown = range.value;
  const window = marked.value ?? (shown.kind === 'fixed' ? shown : null);
  return window ? <ChangesIn host={host} fromS={window.fromS} toS={window.toS} /> : null;
}

function ChangesIn({ host, fromS, toS }: { host: string; fromS: number; toS: number }) {
  const { state, reload } = useLoaded(
    () =>
      getJson<ChangeList>('/api/changes', {
        ...(host === '' ? {} : { host }),
        from: fromS,
        to: toS,
        limit: ROWS,
      }),
    `${host} ${fromS} ${toS}`,
  );
  const changes =
    state.kind === 'loaded'
      ? state.value.changes.filter((one) => one.distance >= DISTANCE_MIN && isSeen(one))
      : [];
  return (
    <section class="panel changes" aria-label="What changed in this window">
      <h2>
        What changed in this window <span class="faint">compared with the time before it</span>
      </h2>
      {state.kind !== 'loaded' ? (
        <NotLoaded state={state} onRetry={reload} />
      ) : changes.length === 0 ? (
        <p class="faint">Nothing stands out.</p>
      ) : (
        <ol>
          {changes.map((change) => (
            <li key={change.key}>
              <a href={linkTo({ name: 'metric', metric: change.metric })} title={change.key}>
                {[change.title || change.metric, ...Object.values(change.labels)].join(' ')}
              </a>
              <b>
                {formatValue(change.medianBefore, change.units)} →{' '}
                {formatValue(change.medianWithin, change.units)}
              </b>
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}

/** A counter of uptime is always unlike the time before it, but reads the same. */
function isSeen({ medianBefore, medianWithin, units }: ChangedSeries): boolean {
  return formatValue(medianBefore, units) !== formatValue(medianWithin, units);
}
