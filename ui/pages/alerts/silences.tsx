import { nowS } from '../../data/live.ts';
import type { Loaded } from '../../data/load.ts';
import { expireSilence, matcherText, type Silence } from '../../data/silences.ts';
import { dateTimeText } from '../../lib/clock-text.ts';
import { formatDuration } from '../../lib/units.ts';
import { NotLoaded } from '../../parts/loading.tsx';
import { Status } from '../../parts/status.tsx';

interface SilencesProps {
  readonly state: Loaded<readonly Silence[]>;
  readonly reload: () => void;
}

/** A silence that ends within this is pointed out. */
const SOON_SECONDS = 15 * 60;

export function Silences({ state, reload }: SilencesProps) {
  return (
    <section class="panel" aria-label="Silences">
      <h2>
        Silences <span class="faint">{state.kind === 'loaded' ? state.value.length : ''}</span>
      </h2>
      {state.kind !== 'loaded' ? (
        <NotLoaded state={state} onRetry={reload} />
      ) : state.value.length === 0 ? (
        <p class="faint">Nothing is silenced.</p>
      ) : (
        <table class="list">
          <thead>
            <tr>
              <th scope="col">State</th>
              <th scope="col">Holds back</th>
              <th scope="col">Ends</th>
              <th scope="col">By</th>
              <th scope="col">Comment</th>
              <th scope="col">
                <span class="hidden-text">Actions</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {state.value.map((silence) => (
              <SilenceLine key={silence.id} silence={silence} reload={reload} />
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

function SilenceLine({ silence, reload }: { silence: Silence; reload: () => void }) {
  const endS = Date.parse(silence.endsAt) / 1000;
  const leftS = Math.max(0, endS - nowS.value);
  return (
    <tr>
      <td>
        <Status shape={silence.status.state === 'active' ? 'busy' : 'off'}>
          {silence.status.state}
        </Status>
      </td>
      <td>
        <code>{silence.matchers.map(matcherText).join(', ')}</code>
      </td>
      <td title={dateTimeText(endS)}>
        {leftS < SOON_SECONDS ? (
          <Status shape="warn">in {formatDuration(leftS)}</Status>
        ) : (
          `in ${formatDuration(leftS)}`
        )}
      </td>
      <td>{silence.createdBy}</td>
      <td>{silence.comment}</td>
      <td>
        <button type="button" onClick={() => void expireSilence(silence.id).then(reload, reload)}>
          End now
        </button>
      </td>
    </tr>
  );
}
