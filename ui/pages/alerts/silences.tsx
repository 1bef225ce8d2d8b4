import { handlingIsDone, openSilence } from '../../data/handling.ts';
import { nowS } from '../../data/live.ts';
import { expireSilence, type Silence } from '../../data/silences.ts';
import { dateTimeText } from '../../lib/clock-text.ts';
import { matcherText } from '../../lib/matchers.ts';
import { formatDuration } from '../../lib/units.ts';
import { Status } from '../../parts/status.tsx';
import { TableHead } from '../../parts/table-head.tsx';
import { useAction } from '../../parts/use-action.tsx';

/** A silence that ends within this is pointed out. */
const SOON_SECONDS = 15 * 60;

/** What is held back, by whom, and until when. */
export function Silences({ silences }: { silences: readonly Silence[] }) {
  return (
    <section class="panel scroll" aria-label="Silences">
      <div class="section-head">
        <h2>
          Silences <span class="faint">{silences.length}</span>
        </h2>
        <button type="button" title="s" onClick={() => openSilence([])}>
          New silence
        </button>
      </div>
      {silences.length === 0 ? (
        <p class="faint">Nothing is silenced.</p>
      ) : (
        <table class="list">
          <TableHead
            columns={['State', 'Holds back', 'Ends', 'By', 'Comment', { hidden: 'Actions' }]}
          />
          <tbody>
            {silences.map((silence) => (
              <SilenceLine key={silence.id} silence={silence} />
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

function SilenceLine({ silence }: { silence: Silence }) {
  const { run, refusal } = useAction();
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
        {silence.every && <div class="faint">only {silence.every}</div>}
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
        <button
          type="button"
          onClick={() => void run(() => expireSilence(silence.id).finally(handlingIsDone))}
        >
          End now
        </button>{' '}
        {refusal}
      </td>
    </tr>
  );
}
