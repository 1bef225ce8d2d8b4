/** Times as people type them: `now`, `-6h`, `14:30`, `2026-11-21`, `2026-11-21 14:30`. */
import { fixedRange, parseDuration, type TimeRange } from './time-range.ts';
import { secondsOf, wallTime } from './zone.ts';

const DATE = /^(?:(\d{4})-(\d{1,2})-(\d{1,2}))?[ t]?(?:(\d{1,2}):(\d{2})(?::(\d{2}))?)?$/;

export interface Clock {
  readonly nowS: number;
  /** undefined = the browser's */
  readonly zone: string | undefined;
}

/** @returns seconds since the epoch; null for what is no time */
export function parseTime(text: string, { nowS, zone }: Clock): number | null {
  const typed = text.trim().toLowerCase();
  if (typed === 'now') return nowS;
  const back = typed.startsWith('-') ? parseDuration(typed.slice(1)) : null;
  if (back !== null) return nowS - back;
  const match = typed === '' ? null : DATE.exec(typed);
  if (!match) return null;
  const [year, month, day, hour, minute, second] = match
    .slice(1)
    .map((part) => (part === undefined ? undefined : Number(part)));
  const today = wallTime(nowS, zone);
  const date =
    year === undefined
      ? { year: today.year, month: today.month, day: today.day }
      : { year, month: month!, day: day! };
  const time = { hour: hour ?? 0, minute: minute ?? 0, second: second ?? 0 };
  const isTime = time.hour < 25 && time.minute < 60 && time.second < 60;
  const isDate = date.month >= 1 && date.month <= 12 && date.day >= 1 && date.day <= 31;
  return isTime && isDate ? secondsOf({ ...date, ...time }, zone) : null;
}

/** Back from now to `now` follows the clock; anything else stands still. @returns null where the texts are no window */
export function parseWindow(from: string, to: string, clock: Clock): TimeRange | null {
  const [fromS, toS] = [parseTime(from, clock), parseTime(to === '' ? 'now' : to, clock)];
  if (fromS === null || toS === null || toS <= fromS) return null;
  const isLive = from.trim().startsWith('-') && toS === clock.nowS;
  return isLive ? { kind: 'live', seconds: toS - fromS } : fixedRange(fromS, toS);
}
