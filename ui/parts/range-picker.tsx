import { useId } from 'preact/hooks';
import { nowS } from '../data/live.ts';
import { compare, range, setRange, toggleCompare } from '../data/router.ts';
import { dateTimeText } from '../lib/clock-text.ts';
import {
  durationText,
  fixedRange,
  PRESETS,
  panned,
  parseDuration,
  rangeBounds,
} from '../lib/time-range.ts';

/** The time on screen: presets that move with the clock, and a form for any other window. */
export function RangePicker() {
  const current = range.value;
  const id = useId();
  const isPreset = (seconds: number) => current.kind === 'live' && current.seconds === seconds;
  const hasPreset = PRESETS.some(({ seconds }) => isPreset(seconds));
  return (
    <fieldset class="range" aria-label="Time range">
      {PRESETS.map(({ text, seconds }) => (
        <button
          key={text}
          type="button"
          aria-pressed={isPreset(seconds)}
          onClick={() => setRange({ kind: 'live', seconds })}
        >
          {text}
        </button>
      ))}
      <button type="button" popovertarget={id} aria-pressed={!hasPreset} title="Another range">
        {hasPreset ? '…' : rangeText()}
      </button>
      <div id={id} popover="auto" class="range-form">
        <RangeForm id={id} />
      </div>
    </fieldset>
  );
}

function rangeText(): string {
  const current = range.value;
  if (current.kind === 'live') return durationText(current.seconds);
  const [from, to] = [dateTimeText(current.fromS), dateTimeText(current.toS)];
  return `${from.slice(5)} – ${to.slice(0, 10) === from.slice(0, 10) ? to.slice(11) : to.slice(5)}`;
}

const COMPARISONS = [
  { text: '24h', word: 'yesterday' },
  { text: '7d', word: 'last week' },
] as const;

function RangeForm({ id }: { id: string }) {
  const { fromS, toS } = rangeBounds(range.value, nowS.peek());
  const close = () => document.getElementById(id)?.hidePopover();
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const last = parseDuration(String(form.get('last')));
    const from = Date.parse(String(form.get('from'))) / 1000;
    const to = Date.parse(String(form.get('to'))) / 1000;
    if (last !== null) setRange({ kind: 'live', seconds: last });
    else if (to > from) setRange(fixedRange(from, to));
    else return;
    close();
  };
  const pan = (share: number) => setRange(panned(range.value, share, nowS.peek()));
  return (
    <form onSubmit={submit}>
      <label>
        Last (such as 90s, 45m, 12h, 3d); empty for a window
        <input name="last" pattern="\d+[smhdwy]" />
      </label>
      <label>
        From
        <input
          name="from"
          type="datetime-local"
          step="1"
          defaultValue={inputTime(fromS)}
          key={fromS}
        />
      </label>
      <label>
        To
        <input name="to" type="datetime-local" step="1" defaultValue={inputTime(toS)} key={toS} />
      </label>
      <div>
        <button type="submit">Show</button>{' '}
        <button type="button" onClick={() => pan(-0.5)}>
          ◀ earlier
        </button>{' '}
        <button type="button" onClick={() => pan(0.5)}>
          later ▶
        </button>
      </div>
      <div>
        Compare with{' '}
        {COMPARISONS.map(({ text, word }) => (
          <button
            key={text}
            type="button"
            aria-pressed={compare.value?.text === text}
            onClick={() => toggleCompare(text)}
          >
            {word}
          </button>
        ))}
      </div>
    </form>
  );
}

function inputTime(seconds: number): string {
  return dateTimeText(seconds).replace(' ', 'T');
}
