import { useSignal } from '@preact/signals';
import { useId } from 'preact/hooks';
import { nowS } from '../data/live.ts';
import { compare, range, setRange, toggleCompare } from '../data/router.ts';
import {
  chooseZone,
  ZONE_CHOICES,
  ZONE_NAMES,
  type ZoneChoice,
  zone,
  zoneChoice,
} from '../data/zone.ts';
import { dateTimeText } from '../lib/clock-text.ts';
import { durationText, fixedRange, PRESETS, panned, rangeBounds } from '../lib/time-range.ts';
import { parseWindow } from '../lib/time-text.ts';
import { Calendar } from './calendar.tsx';

/** The time on screen: presets that move with the clock, and a form for any other window. */
export function RangePicker() {
  const current = range.value;
  const id = useId();
  const isOpen = useSignal(false);
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
      <button
        type="button"
        popovertarget={id}
        aria-pressed={!hasPreset}
        aria-label="Another range"
        title="Another range, calendar, comparison, time zone"
      >
        {hasPreset ? '…' : rangeText()}
      </button>
      <div
        id={id}
        popover="auto"
        class="range-form"
        onToggle={(event) => {
          isOpen.value = event.newState === 'open';
        }}
      >
        {isOpen.value ? <RangeForm id={id} /> : null}
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

/** The range as the form's two fields take it. */
function fieldTexts(): readonly [from: string, to: string] {
  const current = range.value;
  if (current.kind === 'live') return [`-${durationText(current.seconds)}`, 'now'];
  return [dateTimeText(current.fromS), dateTimeText(current.toS)];
}

const COMPARISONS = [
  { text: '24h', word: 'yesterday' },
  { text: '7d', word: 'last week' },
] as const;

function RangeForm({ id }: { id: string }) {
  const failure = useSignal('');
  const { fromS, toS } = rangeBounds(range.value, nowS.peek());
  const [fromText, toText] = fieldTexts();
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const [from, to] = [String(form.get('from')), String(form.get('to'))];
    const next = parseWindow(from, to, { nowS: nowS.peek(), zone: zone.peek() });
    failure.value = next ? '' : 'That is no window of time: from must come before to.';
    if (!next) return;
    setRange(next);
    document.getElementById(id)?.hidePopover();
  };
  const pan = (share: number) => setRange(panned(range.value, share, nowS.peek()));
  return (
    <form class="fields" onSubmit={submit}>
      <div class="field-row">
        <label>
          From
          <input name="from" size={19} required key={fromText} defaultValue={fromText} />
        </label>
        <label>
          To
          <input name="to" size={19} key={toText} defaultValue={toText} />
        </label>
        <button type="submit">Show</button>
      </div>
      {failure.value === '' ? (
        <p class="faint">-6h · now · 14:30 · 2026-11-21 · 2026-11-21 14:30</p>
      ) : (
        <p class="failure" role="alert">
          {failure}
        </p>
      )}
      <Calendar
        fromS={fromS}
        toS={toS}
        onDays={(from, to) => setRange(fixedRange(from, to))}
        key={zoneChoice.value}
      />
      <div class="field-row">
        <button type="button" title="[" onClick={() => pan(-0.5)}>
          ◀ earlier
        </button>
        <button type="button" title="]" onClick={() => pan(0.5)}>
          later ▶
        </button>
        <span class="dim">Compare with</span>
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
      <label>
        Times of
        <select
          value={zoneChoice.value}
          onChange={(event) => chooseZone(event.currentTarget.value as ZoneChoice)}
        >
          {ZONE_CHOICES.map((choice) => (
            <option key={choice} value={choice}>
              {ZONE_NAMES.value[choice]}
            </option>
          ))}
        </select>
      </label>
    </form>
  );
}
