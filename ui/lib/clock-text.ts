/** Wall times as text in the browser's time zone, always in the 24-hour form. */

function two(value: number): string {
  return value < 10 ? `0${value}` : String(value);
}

/** `10:02:15` */
export function timeText(seconds: number): string {
  const at = new Date(seconds * 1000);
  return `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
}

/** `2026-11-21 10:02:15` */
export function dateTimeText(seconds: number): string {
  const at = new Date(seconds * 1000);
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${timeText(seconds)}`;
}

/** The time alone within a day of `nowS`, else with its date. */
export function whenText(seconds: number, nowS: number): string {
  return Math.abs(nowS - seconds) < 86_400 ? timeText(seconds) : dateTimeText(seconds);
}

/** Labels of a time axis whose ticks are `stepSeconds` apart: the date where a day begins, seconds only where they matter. */
export function timeTicks(ticks: readonly number[], stepSeconds: number): string[] {
  return ticks.map((tick) => {
    const at = new Date(tick * 1000);
    const date = `${two(at.getMonth() + 1)}-${two(at.getDate())}`;
    if (stepSeconds >= 28 * 86_400) return `${at.getFullYear()}-${two(at.getMonth() + 1)}`;
    if (stepSeconds >= 86_400) return date;
    if (at.getHours() === 0 && at.getMinutes() === 0 && at.getSeconds() === 0) return date;
    const time = `${two(at.getHours())}:${two(at.getMinutes())}`;
    return stepSeconds < 60 ? `${time}:${two(at.getSeconds())}` : time;
  });
}
