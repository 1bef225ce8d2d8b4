/** Milliseconds of each unit of a duration, largest first. */
const UNITS: readonly (readonly [unit: string, ms: number])[] = [
  ['y', 365 * 86_400_000],
  ['w', 7 * 86_400_000],
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
  ['ms', 1],
];

const DURATION = /^(?:(\d+)y)?(?:(\d+)w)?(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?(?:(\d+)ms)?$/;

/** Milliseconds of `1h30m`, `250ms`, `0`; undefined when the text is no duration. Units must come in descending order. */
export function parseDurationMs(text: string): number | undefined {
  if (text === '0') return 0;
  const parts = DURATION.exec(text);
  if (!parts || text === '') return undefined;
  return UNITS.reduce((sum, [, ms], index) => sum + Number(parts[index + 1] ?? 0) * ms, 0);
}

/** The shortest exact text: `1h30m`, `90s` becomes `1m30s`, 0 is `0s`. Years and weeks only where they come out even. */
export function formatDurationMs(durationMs: number): string {
  let rest = Math.round(durationMs);
  if (rest === 0) return '0s';
  let text = '';
  for (const [unit, ms] of UNITS) {
    const even = unit === 'y' || unit === 'w';
    if (even && rest % ms !== 0) continue;
    const count = Math.floor(rest / ms);
    if (count > 0) text += `${count}${unit}`;
    rest -= count * ms;
  }
  return text;
}
