import { useSignal } from '@preact/signals';
import { acknowledge } from '../data/alert-actions.ts';
import { messageOf } from '../data/api.ts';
import { author, keepAuthor } from '../data/author.ts';
import { type Handling, handling, handlingIsDone, handlingIsOpen } from '../data/handling.ts';
import { nowS } from '../data/live.ts';
import { addSilence } from '../data/silences.ts';
import { dateTimeText } from '../lib/clock-text.ts';
import { matcherText, parseMatchers } from '../lib/matchers.ts';
import { parseDuration } from '../lib/time-range.ts';
import { Modal } from './modal.tsx';

const DURATIONS = ['30m', '1h', '4h', '24h', '7d'] as const;
const DEFAULT_DURATION = '4h';

/** Acknowledges alerts or silences what matches: by whom, until when, and why. */
export function HandlingDialog() {
  const current = handling.value;
  const label = current?.kind === 'acknowledge' ? 'Acknowledge' : 'Silence';
  return (
    <Modal isOpen={handlingIsOpen} label={label} className="handling">
      {current ? <HandlingForm handling={current} /> : null}
    </Modal>
  );
}

function HandlingForm({ handling: current }: { handling: Handling }) {
  const failure = useSignal('');
  const duration = useSignal<string>(DEFAULT_DURATION);
  const seconds = parseDuration(duration.value);
  const isSilence = current.kind === 'silence';
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const fields = new FormData(event.currentTarget as HTMLFormElement);
    const text = (name: string) => String(fields.get(name) ?? '').trim();
    keepAuthor(text('by'));
    try {
      await handle(current, {
        matchers: text('matchers'),
        by: text('by'),
        comment: text('comment'),
        seconds: seconds ?? 0,
      });
      handlingIsOpen.value = false;
      handlingIsDone();
    } catch (error) {
      failure.value = messageOf(error);
    }
  };
  return (
    <form class="fields" onSubmit={(event) => void submit(event)}>
      <h2>{isSilence ? 'Silence' : `Acknowledge ${subjectOf(current)}`}</h2>
      <p class="dim">
        {isSilence
          ? 'Nobody is told of alerts that match, until it ends.'
          : 'Somebody is on it: nobody is told again until it ends or the alert is over.'}
      </p>
      {current.kind === 'silence' ? (
        <label>
          Holds back
          <textarea
            name="matchers"
            required
            rows={2}
            spellcheck={false}
            placeholder='alertname="HostDown", host=~"n001|n002"'
            defaultValue={current.matchers.map(matcherText).join(', ')}
          />
        </label>
      ) : null}
      <div class="field-row">
        <label>
          For
          <input
            name="for"
            required
            size={6}
            pattern="\d+[smhdwy]"
            value={duration.value}
            onInput={(event) => {
              duration.value = event.currentTarget.value;
            }}
          />
        </label>
        <span class="buttons">
          {DURATIONS.map((text) => (
            <button
              key={text}
              type="button"
              aria-pressed={duration.value === text}
              onClick={() => {
                duration.value = text;
              }}
            >
              {text}
            </button>
          ))}
        </span>
        <span class="faint">
          {seconds === null ? '' : `until ${dateTimeText(nowS.value + seconds)}`}
        </span>
      </div>
      <label>
        By
        <input name="by" required={isSilence} defaultValue={author()} placeholder="your name" />
      </label>
      <label>
        Comment
        <input name="comment" required={isSilence} placeholder="why" />
      </label>
      <div class="field-row">
        <button type="submit">{isSilence ? 'Silence' : 'Acknowledge'}</button>
        <button
          type="button"
          onClick={() => {
            handlingIsOpen.value = false;
          }}
        >
          Cancel
        </button>
      </div>
      {failure.value === '' ? null : (
        <p class="failure" role="alert">
          {failure}
        </p>
      )}
    </form>
  );
}

function subjectOf(current: Handling): string {
  if (current.kind === 'silence') return '';
  const rules = [...new Set(current.alerts.map(({ rule }) => rule))].join(', ');
  return current.alerts.length > 1 ? `${rules} × ${current.alerts.length}` : rules;
}

interface Given {
  readonly matchers: string;
  readonly by: string;
  readonly comment: string;
  readonly seconds: number;
}

async function handle(current: Handling, { matchers, by, comment, seconds }: Given): Promise<void> {
  if (current.kind === 'acknowledge') {
    const acknowledgement = { byWhom: by, comment, seconds };
    await Promise.all(
      current.alerts.map(({ fingerprint }) => acknowledge(fingerprint, acknowledgement)),
    );
    return;
  }
  const parsed = parseMatchers(matchers);
  if (!parsed) throw new Error('Write what it holds back as name="value", several with commas.');
  await addSilence({ matchers: parsed, startS: nowS.peek(), seconds, createdBy: by, comment });
}
