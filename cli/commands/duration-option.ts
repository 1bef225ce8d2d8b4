import { InvalidArgumentError, Option } from 'commander';
import { parseDurationMs } from '../../collector/query/duration.ts';

/** Seconds of an option such as `90s`, `5m`, `1h30m`, `30d`. */
export function parseSeconds(text: string): number {
  const ms = parseDurationMs(text);
  if (ms === undefined)
    throw new InvalidArgumentError('write a duration such as 90s, 5m, 1h30m, 30d');
  return ms / 1000;
}

/** @param normal what it is when it is not given, such as `1d` */
export function durationOption(flags: string, description: string, normal: string): Option {
  return new Option(flags, description)
    .argParser(parseSeconds)
    .default(parseSeconds(normal), normal);
}

/** `2h 5m` for people; the two largest units. */
export function formatSeconds(seconds: number): string {
  const parts: string[] = [];
  let rest = Math.max(0, Math.round(seconds));
  for (const [unit, size] of [
    ['d', 86_400],
    ['h', 3600],
    ['m', 60],
    ['s', 1],
  ] as const) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count > 0) parts.push(`${count}${unit}`);
  }
  return parts.slice(0, 2).join(' ') || '0s';
}
