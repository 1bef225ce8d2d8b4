/** Durations of the archives as text: `10s`, `5m`, `6h`, `2d`, `3y`. */

const UNITS = [
  ['y', 365 * 86_400],
  ['w', 7 * 86_400],
  ['d', 86_400],
  ['h', 3600],
  ['m', 60],
  ['s', 1],
] as const;

/** @returns seconds, or undefined when the text is not one positive number with a unit */
export function parseDuration(text: string): number | undefined {
  const match = /^([1-9]\d{0,8})([ywdhms])$/.exec(text);
  const unit = UNITS.find(([name]) => name === match?.[2]);
  return unit && Number(match?.[1]) * unit[1];
}

/** The shortest text that `parseDuration` reads as the same number of seconds. */
export function durationText(seconds: number): string {
  const [name, size] = UNITS.find(([, unit]) => seconds % unit === 0 && seconds >= unit) ?? [
    's',
    1,
  ];
  return `${seconds / size}${name}`;
}
