import { goTime } from './go-time.ts';
import { formatFloat } from './number.ts';
import type { GoTime, GoValue } from './value.ts';

const LARGE = ['k', 'M', 'G', 'T', 'P', 'E', 'Z', 'Y'];
const SMALL = ['m', 'u', 'n', 'p', 'f', 'a', 'z', 'y'];
const BINARY = ['ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei', 'Zi', 'Yi'];

/** A number for the humanize functions, which take floats, ints and texts. */
export function toFloat(value: GoValue): number {
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint') return Number(value);
  if (typeof value === 'string') {
    const number = Number(value);
    if (value.trim() !== '' && !Number.isNaN(number)) return number;
    if (/^[+-]?(inf|infinity)$/i.test(value)) {
      return value.startsWith('-') ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
    }
    if (/^nan$/i.test(value)) return Number.NaN;
    throw new Error(`strconv.ParseFloat: parsing ${JSON.stringify(value)}: invalid syntax`);
  }
  throw new Error(`can't convert ${String(value)} to float`);
}

/** `%.4g` */
function four(value: number): string {
  return formatFloat(value, 'g', 4);
}

/** 1234567 → `1.235M`, 0.0012 → `1.2m` */
export function humanize(value: number): string {
  if (value === 0 || !Number.isFinite(value)) return four(value);
  return Math.abs(value) >= 1 ? scaled(value, LARGE, 1000) : shrunk(value);
}

/** 2048 → `2ki` */
export function humanize1024(value: number): string {
  if (Math.abs(value) <= 1 || !Number.isFinite(value)) return four(value);
  return scaled(value, BINARY, 1024);
}

/** 0.425 → `42.5%` */
export function humanizePercentage(value: number): string {
  return `${four(value * 100)}%`;
}

/** 3661 → `1h 1m 1s`, 0.5 → `500ms` */
export function humanizeDuration(value: number): string {
  if (!Number.isFinite(value)) return four(value);
  if (value === 0) return '0s';
  if (Math.abs(value) < 1) return `${shrunk(value)}s`;
  const sign = value < 0 ? '-' : '';
  const total = Math.abs(value);
  const whole = Math.trunc(total);
  const seconds = whole % 60;
  const minutes = Math.floor(whole / 60) % 60;
  const hours = Math.floor(whole / 3600) % 24;
  const days = Math.floor(whole / 86_400);
  if (days !== 0) return `${sign}${days}d ${hours}h ${minutes}m ${seconds}s`;
  if (hours !== 0) return `${sign}${hours}h ${minutes}m ${seconds}s`;
  if (minutes !== 0) return `${sign}${minutes}m ${seconds}s`;
  return `${sign}${four(total)}s`;
}

/** Seconds since the epoch → `2026-11-21 10:00:00 +0000 UTC` */
export function humanizeTimestamp(value: number): string {
  if (!Number.isFinite(value)) return four(value);
  return toTime(value).toString();
}

/** Range of an int64 of nanoseconds, in seconds. */
const TIME_MAX = 2 ** 63 / 1e9;

export function toTime(value: number): GoTime {
  if (Math.abs(value) >= TIME_MAX || Number.isNaN(value)) {
    throw new Error(
      `${formatFloat(value, 'g', -1)} cannot be represented as a nanoseconds timestamp since it overflows int64`,
    );
  }
  return goTime(value * 1000);
}

function scaled(value: number, prefixes: readonly string[], base: number): string {
  let rest = value;
  let prefix = '';
  for (const next of prefixes) {
    if (Math.abs(rest) < base) break;
    prefix = next;
    rest /= base;
  }
  return four(rest) + prefix;
}

function shrunk(value: number): string {
  let rest = value;
  let prefix = '';
  for (const next of SMALL) {
    if (Math.abs(rest) >= 1) break;
    prefix = next;
    rest *= 1000;
  }
  return four(rest) + prefix;
}
