/** Wall times as text, always in the 24-hour form. */
import { type WallTime, wallTime } from './zone.ts';

/** The zone of all texts and axes of the page; undefined = the browser's. */
let zone: string | undefined;

export function setTextZone(next: string | undefined): void {
  zone = next;
}

export function textZone(): string | undefined {
  return zone;
}

function two(value: number): string {
  return value < 10 ? `0${value}` : String(value);
}

function dateOf({ year, month, day }: WallTime): string {
  return `${year}-${two(month)}-${two(day)}`;
}

function timeOf({ hour, minute, second }: WallTime): string {
  return `${two(hour)}:${two(minute)}:${two(second)}`;
}

/** `10:02:15` */
export function timeText(seconds: number): string {
  return timeOf(wallTime(seconds, zone));
}

/** `2026-11-21 10:02:15` */
export function dateTimeText(seconds: number): string {
  const at = wallTime(seconds, zone);
  return `${dateOf(at)} ${timeOf(at)}`;
}

/** The time alone within a day of `nowS`, else with its date. */
export function whenText(seconds: number, nowS: number): string {
  return Math.abs(nowS - seconds) < 86_400 ? timeText(seconds) : dateTimeText(seconds);
}

/** Labels of a time axis whose ticks are `stepSeconds` apart: the date where a day begins, seconds only where they matter. */
export function timeTicks(ticks: readonly number[], stepSeconds: number): string[] {
  return ticks.map((tick) => {
    const at = wallTime(tick, zone);
    if (stepSeconds >= 28 * 86_400) return dateOf(at).slice(0, 7);
    if (stepSeconds >= 86_400) return dateOf(at).slice(5);
    if (at.hour === 0 && at.minute === 0 && at.second === 0) return dateOf(at).slice(5);
    return stepSeconds < 60 ? timeOf(at) : timeOf(at).slice(0, 5);
  });
}
