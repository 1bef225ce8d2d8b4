/** Wall times of time zones, both ways. */

export interface WallTime {
  readonly year: number;
  /** 1 to 12 */
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** @param zone such as `Europe/Berlin`; undefined = the browser's */
export function wallTime(seconds: number, zone: string | undefined): WallTime {
  if (zone === undefined) return localTime(new Date(seconds * 1000));
  const parts = formatOf(zone).formatToParts(seconds * 1000);
  const part = (type: string) => Number(parts.find((one) => one.type === type)!.value);
  return {
    year: part('year'),
    month: part('month'),
    day: part('day'),
    hour: part('hour'),
    minute: part('minute'),
    second: part('second'),
  };
}

function localTime(at: Date): WallTime {
  return {
    year: at.getFullYear(),
    month: at.getMonth() + 1,
    day: at.getDate(),
    hour: at.getHours(),
    minute: at.getMinutes(),
    second: at.getSeconds(),
  };
}

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known) return known;
  const numeric = 'numeric';
  const format = new Intl.DateTimeFormat('en', {
    ...{ timeZone: zone, hourCycle: 'h23', calendar: 'gregory', numberingSystem: 'latn' },
    ...{ year: numeric, month: numeric, day: numeric },
    ...{ hour: numeric, minute: numeric, second: numeric },
  });
  formats.set(zone, format);
  return format;
}

/** Fields out of their bounds carry over, as in `Date`: day 0 is the last of the month before. A time that a clock change skips becomes one beside it. */
export function secondsOf(wall: WallTime, zone: string | undefined): number {
  const wanted = asUtc(wall);
  // The offset of a zone at an instant is known only once the instant is: twice is enough.
  let seconds = wanted;
  for (let round = 0; round < 2; round++) seconds += wanted - asUtc(wallTime(seconds, zone));
  return seconds;
}

function asUtc({ year, month, day, hour, minute, second }: WallTime): number {
  return Date.UTC(year, month - 1, day, hour, minute, second) / 1000;
}
