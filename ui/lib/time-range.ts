/** The span of time on screen: either the last so many seconds, moving on with the clock, or a fixed window. */

export type TimeRange =
  | { readonly kind: 'live'; readonly seconds: number }
  | { readonly kind: 'fixed'; readonly fromS: number; readonly toS: number };

export const DEFAULT_RANGE: TimeRange = { kind: 'live', seconds: 900 };

/** Shorter than this and a chart has nothing to show at one sample a second. */
const SECONDS_MIN = 10;
const SECONDS_MAX = 10 * 366 * 86_400;

export const PRESETS: readonly { readonly text: string; readonly seconds: number }[] = [
  { text: '5m', seconds: 300 },
  { text: '15m', seconds: 900 },
  { text: '1h', seconds: 3_600 },
  { text: '6h', seconds: 21_600 },
  { text: '24h', seconds: 86_400 },
  { text: '7d', seconds: 7 * 86_400 },
  { text: '30d', seconds: 30 * 86_400 },
  { text: '1y', seconds: 365 * 86_400 },
];

const UNIT_SECONDS: Readonly<Record<string, number>> = {
  s: 1,
  m: 60,
  h: 3_600,
  d: 86_400,
  w: 604_800,
  y: 31_536_000,
};

/** @returns seconds of `90s`, `15m`, `6h`, `7d`, `2w`, `1y`; null for anything else */
export function parseDuration(text: string): number | null {
  const match = /^(\d{1,9})([smhdwy])$/.exec(text.trim());
  if (!match) return null;
  return Number(match[1]) * UNIT_SECONDS[match[2]!]!;
}

/** The shortest text that `parseDuration` reads back. */
export function durationText(seconds: number): string {
  const whole = Math.max(1, Math.round(seconds));
  for (const unit of ['y', 'w', 'd', 'h', 'm'] as const) {
    const size = UNIT_SECONDS[unit]!;
    // One day is 24h and one week is 7d, as on the buttons.
    const single = (unit === 'w' || unit === 'd') && whole < 2 * size;
    if (whole % size === 0 && !single) return `${whole / size}${unit}`;
  }
  return `${whole}s`;
}

/** Reads `range=1h` or `from=…&to=…` (seconds since the epoch); what is missing or makes no sense becomes `fallback`. */
export function parseRange(params: URLSearchParams, fallback = DEFAULT_RANGE): TimeRange {
  const from = Number(params.get('from') ?? Number.NaN);
  const to = Number(params.get('to') ?? Number.NaN);
  if (Number.isFinite(from) && Number.isFinite(to) && to > from) return fixedRange(from, to);
  const seconds = parseDuration(params.get('range') ?? '');
  return seconds === null ? fallback : { kind: 'live', seconds: clampSeconds(seconds) };
}

export function rangeParams(range: TimeRange): Readonly<Record<string, string>> {
  return range.kind === 'live'
    ? { range: durationText(range.seconds) }
    : { from: String(range.fromS), to: String(range.toS) };
}

/** A fixed window of at least SECONDS_MIN around the middle of what was asked. */
export function fixedRange(fromS: number, toS: number): TimeRange {
  const seconds = clampSeconds(toS - fromS);
  const middle = (fromS + toS) / 2;
  const start = Math.round(middle - seconds / 2);
  return { kind: 'fixed', fromS: start, toS: start + seconds };
}

/** A window that ends at now, or later, follows the clock. */
export function rangeOf({ fromS, toS }: { fromS: number; toS: number }, nowS: number): TimeRange {
  const isLive = toS >= nowS - Math.max(2, (toS - fromS) * 0.01);
  return isLive
    ? { kind: 'live', seconds: clampSeconds(Math.max(1, nowS - fromS)) }
    : fixedRange(fromS, toS);
}

function clampSeconds(seconds: number): number {
  return Math.round(Math.min(SECONDS_MAX, Math.max(SECONDS_MIN, seconds)));
}

export function rangeSeconds(range: TimeRange): number {
  return range.kind === 'live' ? range.seconds : range.toS - range.fromS;
}

/** What the range means at `nowS`. */
export function rangeBounds(range: TimeRange, nowS: number): { fromS: number; toS: number } {
  return range.kind === 'live' ? { fromS: nowS - range.seconds, toS: nowS } : range;
}

/** The window moved by `share` of its length; positive = later, and never past now. */
export function panned(range: TimeRange, share: number, nowS: number): TimeRange {
  const { fromS, toS } = rangeBounds(range, nowS);
  const shift = Math.min((toS - fromS) * share, nowS - toS);
  return fixedRange(fromS + shift, toS + shift);
}

/** The window `factor` times as long, `atS` staying where it is. */
export function zoomed(range: TimeRange, factor: number, atS: number, nowS: number): TimeRange {
  const { fromS, toS } = rangeBounds(range, nowS);
  return fixedRange(atS - (atS - fromS) * factor, Math.min(nowS, atS + (toS - atS) * factor));
}
