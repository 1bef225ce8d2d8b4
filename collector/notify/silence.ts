import { InputError } from '../../base/errors.ts';
import type { LabelSet } from './alert.ts';
import { type LabelMatcher, matchesAll } from './matcher.ts';
import { containsTime, type TimeInterval } from './time-interval.ts';

/** Alerts that match are not notified from its start to its end. Times are ms since the epoch. */
export interface Silence {
  /** UUID */
  readonly id: string;
  readonly matchers: readonly LabelMatcher[];
  readonly startsAtMs: number;
  readonly endsAtMs: number;
  readonly updatedAtMs: number;
  readonly createdBy: string;
  readonly comment: string;
  /** A planned outage rather than an answer to an alert; listed by `maintenance list`. */
  readonly isMaintenance: boolean;
  /** Only in these times between start and end. */
  readonly recurs: Recurrence | undefined;
}

export interface Recurrence {
  /** As a person wrote it: `tue 02:00-04:00`. */
  readonly text: string;
  readonly interval: TimeInterval;
}

export type SilenceState = 'pending' | 'active' | 'expired';

export function stateOf({ startsAtMs, endsAtMs }: Silence, nowMs: number): SilenceState {
  if (nowMs < startsAtMs) return 'pending';
  return nowMs < endsAtMs ? 'active' : 'expired';
}

/** True when the silence holds the alert back now. */
export function silences(silence: Silence, labels: LabelSet, nowMs: number): boolean {
  if (stateOf(silence, nowMs) !== 'active') return false;
  if (silence.recurs && !containsTime(silence.recurs.interval, nowMs)) return false;
  return matchesAll(silence.matchers, labels);
}

/**
 * Refuses what Alertmanager refuses.
 * @throws InputError `silence-invalid`
 */
export function checkSilence(silence: Omit<Silence, 'id' | 'updatedAtMs'>, nowMs: number): void {
  const fail = (message: string): never => {
    throw new InputError('silence-invalid', message);
  };
  if (silence.matchers.length === 0) fail('a silence needs at least one matcher');
  if (silence.matchers.every((matcher) => matcher.matches({}))) {
    fail('at least one matcher must not match the empty string, or everything would be silenced');
  }
  if (silence.endsAtMs <= silence.startsAtMs) fail('the end time must be after the start time');
  if (silence.endsAtMs <= nowMs) fail("the end time can't be in the past");
}
