import { useSignal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { nowS } from '../data/live.ts';
import { zone } from '../data/zone.ts';
import { type Day, monthAfter, startOfDay, weeksOf } from '../lib/calendar.ts';
import { wallTime } from '../lib/zone.ts';

const WEEKDAYS = ['Mo', 'Tu', 'We', 'Th', 'Fr', 'Sa', 'Su'] as const;
const MONTHS =
  'January February March April May June July August September October November December'.split(
    ' ',
  );
const ARROWS: Readonly<Record<string, number>> = {
  ArrowLeft: -1,
  ArrowRight: 1,
  ArrowUp: -7,
  ArrowDown: 7,
};

interface CalendarProps {
  /** What is on screen, seconds. */
  readonly fromS: number;
  readonly toS: number;
  readonly onDays: (fromS: number, toS: number) => void;
}

/** A month whose days can be shown; with Shift, all days from the one chosen before. */
export function Calendar({ fromS, toS, onDays }: CalendarProps) {
  const table = useRef<HTMLTableElement>(null);
  const month = useSignal(wallTime(toS, zone.value));
  const focused = useSignal(wallTime(toS, zone.value).day);
  const first = useSignal<Day | null>(null);
  const { year, month: number } = month.value;
  const startOf = (day: number) => startOfDay({ year, month: number, day }, zone.value);
  const choose = (day: number, isEnd: boolean) => {
    const [start, end] = [startOf(day), startOf(day + 1)];
    const other = isEnd && first.value ? startOfDay(first.value, zone.value) : start;
    if (!isEnd) first.value = { year, month: number, day };
    onDays(Math.min(other, start), Math.min(nowS.peek(), Math.max(other + 86_400, end)));
  };
  const turn = (count: number) => {
    month.value = { ...month.value, ...monthAfter(month.value, count) };
    focused.value = 1;
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = ARROWS[event.key];
    if (step === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    const days = new Date(Date.UTC(year, number, 0)).getUTCDate();
    focused.value = Math.min(days, Math.max(1, focused.value + step));
    table.current!.querySelector<HTMLElement>(`[data-day="${focused.value}"]`)?.focus();
  };
  return (
    <div class="calendar">
      <div class="section-head">
        <button type="button" aria-label="Month before" onClick={() => turn(-1)}>
          ◀
        </button>
        <strong aria-live="polite">
          {MONTHS[number - 1]} {year}
        </strong>
        <button type="button" aria-label="Month after" onClick={() => turn(1)}>
          ▶
        </button>
      </div>
      <table ref={table} aria-label={`${MONTHS[number - 1]} ${year}`} onKeyDown={onKeyDown}>
        <thead>
          <tr>
            {WEEKDAYS.map((day) => (
              <th scope="col" key={day}>
                {day}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {weeksOf(month.value).map((week, index) => (
            <tr key={index}>
              {week.map((day, weekday) => (
                <td key={weekday}>
                  {day === null ? null : (
                    <button
                      type="button"
                      data-day={day}
                      tabIndex={day === focused.value ? 0 : -1}
                      disabled={startOf(day) > nowS.peek()}
                      aria-pressed={startOf(day) < toS && startOf(day + 1) > fromS}
                      onClick={(event) => choose(day, event.shiftKey)}
                    >
                      {day}
                    </button>
                  )}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
