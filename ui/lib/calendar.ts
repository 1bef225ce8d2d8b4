/** Days of a month, as a calendar shows them. */
import { secondsOf } from './zone.ts';

export interface Month {
  readonly year: number;
  /** 1 to 12 */
  readonly month: number;
}

export interface Day extends Month {
  readonly day: number;
}

/** Weeks from Monday to Sunday; null before the first and after the last day. */
export function weeksOf({ year, month }: Month): (number | null)[][] {
  const days = new Date(Date.UTC(year, month, 0)).getUTCDate();
  // getUTCDay counts from Sunday.
  const offset = (new Date(Date.UTC(year, month - 1, 1)).getUTCDay() + 6) % 7;
  const cells = Array.from({ length: Math.ceil((offset + days) / 7) * 7 }, (_, cell) => {
    const day = cell - offset + 1;
    return day >= 1 && day <= days ? day : null;
  });
  return Array.from({ length: cells.length / 7 }, (_, week) => cells.slice(week * 7, week * 7 + 7));
}

export function monthAfter({ year, month }: Month, count: number): Month {
  const index = year * 12 + month - 1 + count;
  return { year: Math.floor(index / 12), month: (index % 12) + 1 };
}

/** When the day begins. */
export function startOfDay(day: Day, zone: string | undefined): number {
  return secondsOf({ ...day, hour: 0, minute: 0, second: 0 }, zone);
}
