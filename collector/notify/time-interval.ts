/** When routes are muted or active: Alertmanager's time intervals. */

export interface Range {
  readonly from: number;
  /** Inclusive, except for times of the day. */
  readonly to: number;
}

/** Every part that is given must hold; within a part one of the ranges. */
export interface TimeInterval {
  /** Minutes of the day; `to` is exclusive. */
  readonly times?: readonly Range[];
  /** 0 = Sunday. */
  readonly weekdays?: readonly Range[];
  /** 1 to 31, or negative counted from the month's end. */
  readonly daysOfMonth?: readonly Range[];
  readonly months?: readonly Range[];
  readonly years?: readonly Range[];
  /** IANA name; UTC unless told. */
  readonly location?: string;
}

interface LocalTime {
  readonly minutes: number;
  readonly weekday: number;
  readonly day: number;
  readonly month: number;
  readonly year: number;
}

/** @param timeMs ms since the epoch */
export function containsTime(interval: TimeInterval, timeMs: number): boolean {
  const local = localTime(timeMs, interval.location ?? 'UTC');
  const within = (ranges: readonly Range[] | undefined, value: number) =>
    ranges === undefined || ranges.some(({ from, to }) => value >= from && value <= to);
  return (
    (interval.times === undefined ||
      interval.times.some(({ from, to }) => local.minutes >= from && local.minutes < to)) &&
    within(interval.weekdays, local.weekday) &&
    isDayOfMonth(interval.daysOfMonth, local) &&
    within(interval.months, local.month) &&
    within(interval.years, local.year)
  );
}

function isDayOfMonth(
  ranges: readonly Range[] | undefined,
  { day, month, year }: LocalTime,
): boolean {
  if (ranges === undefined) return true;
  const length = new Date(Date.UTC(year, month, 0)).getUTCDate();
  const fromStart = (value: number) => (value < 0 ? length + value + 1 : value);
  return ranges.some(({ from, to }) => {
    // A range that lies outside of a short month is cut to it.
    if (fromStart(from) > length) return false;
    return day >= Math.max(1, fromStart(from)) && day <= Math.min(length, fromStart(to));
  });
}

const FORMATS = new Map<string, Intl.DateTimeFormat>();
const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

/** @throws RangeError when the location is unknown */
function localTime(timeMs: number, location: string): LocalTime {
  let format = FORMATS.get(location);
  if (!format) {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: location === 'Local' ? undefined : location,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      weekday: 'short',
    });
    FORMATS.set(location, format);
  }
  const parts = Object.fromEntries(
    format.formatToParts(timeMs).map(({ type, value }) => [type, value]),
  );
  const number = (name: string) => Number(parts[name]);
  return {
    minutes: number('hour') * 60 + number('minute'),
    weekday: WEEKDAYS.indexOf(parts['weekday'] ?? ''),
    day: number('day'),
    month: number('month'),
    year: number('year'),
  };
}

export function isKnownLocation(location: string): boolean {
  try {
    localTime(0, location);
    return true;
  } catch {
    return false;
  }
}
