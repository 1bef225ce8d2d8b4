/** The numbers that a person wants of a window: what it was at least, on average, mostly, at most, and in all. */
import type { Column } from './time-window.ts';

export interface Summary {
  readonly min: number;
  readonly mean: number;
  readonly p95: number;
  readonly max: number;
  readonly sum: number;
  /** Value × time over the known rows: bytes of bytes per second; null when the unit is no rate. */
  readonly total: number | null;
}

/** Units per second and what they add up to. */
const RATE = /^(.+)\/(sec|s)$/;

/** @returns what a rate adds up to: `bytes/sec` → `bytes`; null for other units */
export function totalUnits(units: string): string | null {
  return RATE.exec(units)?.[1] ?? null;
}

/** @returns null when nothing is known */
export function summarise(times: readonly number[], column: Column, units: string): Summary | null {
  const known = column.filter((value) => value !== null).sort((a, b) => a - b);
  if (known.length === 0) return null;
  const sum = known.reduce((total, value) => total + value, 0);
  return {
    min: known[0]!,
    mean: sum / known.length,
    p95: known[Math.ceil(0.95 * known.length) - 1]!,
    max: known.at(-1)!,
    sum,
    total: totalUnits(units) === null ? null : integral(times, column),
  };
}

/** Each row lasts until the next one; the last as long as the one before it. */
function integral(times: readonly number[], column: Column): number {
  let total = 0;
  for (let row = 0; row < column.length; row++) {
    const isLast = row === column.length - 1;
    const seconds = isLast
      ? times[row]! - (times[row - 1] ?? times[row]! - 1)
      : times[row + 1]! - times[row]!;
    total += (column[row] ?? 0) * seconds;
  }
  return total;
}
