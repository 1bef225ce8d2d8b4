import { formatGoTime } from './time-format.ts';
import { type GoMethod, GoTime, type GoValue, withMethods } from './value.ts';

/**
 * A time with the methods that templates call.
 * @param zone IANA name
 */
export function goTime(ms: number, zone = 'UTC'): GoTime {
  const time = new GoTime(ms, zone);
  const itself: GoMethod = () => time;
  return withMethods(time, {
    Format: ([layout = '']: readonly GoValue[]) => formatGoTime(ms, String(layout), zone),
    Unix: () => BigInt(Math.floor(ms / 1000)),
    IsZero: () => ms === GO_ZERO_MS,
    UTC: () => goTime(ms),
    Local: itself,
  });
}

/** Go's zero time, the end of an alert that fires. */
export const GO_ZERO_MS = Date.parse('0001-01-01T00:00:00Z');
