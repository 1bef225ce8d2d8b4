import { InputError } from '../../base/errors.ts';
import { isKnownLocation, type Range, type TimeInterval } from './time-interval.ts';

export const WEEKDAYS = [
  'sunday',
  'monday',
  'tuesday',
  'wednesday',
  'thursday',
  'friday',
  'saturday',
];

/**
 * When a silence recurs: `tue 02:00-04:00`, `mon-fri 08:00-18:00`, `sat,sun`, `daily 01:00-02:00`, with a time zone behind as in
 * `tue 02:00-04:00 Europe/Vienna` (UTC unless told).
 * @throws InputError `recurrence-invalid`
 */
export function parseRecurrence(text: string): TimeInterval {
  const [days = '', ...rest] = text.trim().split(/\s+/);
  const times = rest.find((word) => /^\d\d?:\d\d-\d\d?:\d\d$/.test(word));
  const location = rest.find((word) => word !== times);
  const isTooMuch = rest.length > 2 || (rest.length === 2 && times === undefined);
  if (isTooMuch || (location !== undefined && !isKnownLocation(location))) throw bad(text);
  return {
    ...(days !== 'daily' && { weekdays: parseDays(days, text) }),
    ...(times !== undefined && { times: parseTimes(times, text) }),
    ...(location !== undefined && { location }),
  };
}

function parseDays(days: string, text: string): readonly Range[] {
  return days.split(',').map((part) => {
    const [from = '', to = from] = part.split('-');
    const range = { from: dayOf(from), to: dayOf(to) };
    if (range.from < 0 || range.to < range.from) throw bad(text);
    return range;
  });
}

function dayOf(name: string): number {
  return name.length < 3 ? -1 : WEEKDAYS.findIndex((day) => day.startsWith(name.toLowerCase()));
}

/** A time that ends before it begins goes over midnight. */
function parseTimes(times: string, text: string): readonly Range[] {
  const [from = -1, to = -1] = times.split('-').map(parseClock);
  if (from < 0 || to < 0) throw bad(text);
  if (from < to) return [{ from, to }];
  return [
    { from, to: 1440 },
    { from: 0, to },
  ];
}

/** Minutes of `HH:MM`, 24:00 included; -1 for anything else. */
export function parseClock(text: string): number {
  const [hours = 0, minutes = 0] = text.split(':').map(Number);
  const total = hours * 60 + minutes;
  return /^\d\d?:\d\d$/.test(text) && minutes < 60 && total <= 1440 ? total : -1;
}

function bad(text: string): InputError {
  return new InputError(
    'recurrence-invalid',
    `"${text}" is no recurring time; write such as 'tue 02:00-04:00', 'mon-fri 08:00-18:00' or 'daily 01:00-02:00 Europe/Vienna'`,
  );
}
