/**
 * Flap detection: an alert that begins and ends all the time is told once and then held, as if it fired without a break, until its condition
 * has become calm. As in Nagios, the bound for becoming calm is below the one for flapping.
 */
export interface FlapLimits {
  /** More changes of the condition than this within the window are flapping. */
  readonly changesMax: number;
  /** It is calm again with no more changes than this within the window. */
  readonly calmChangesMax: number;
  readonly windowMs: number;
}

export const FLAP_LIMITS: FlapLimits = {
  changesMax: 6,
  calmChangesMax: 2,
  windowMs: 15 * 60_000,
};

/** What is remembered of an alert's changes. */
export interface FlapRecord {
  /** When it began or ended; at most `changesMax + 1`, the oldest first. */
  readonly changesMs: readonly number[];
  readonly isFlapping: boolean;
  /** While it flaps: since when its condition is false. */
  readonly falseSinceMs: number | undefined;
}

export const NO_FLAPS: FlapRecord = { changesMs: [], isFlapping: false, falseSinceMs: undefined };

/** The record after a change of the condition at `nowMs`. */
export function noteChange(before: FlapRecord, limits: FlapLimits, nowMs: number): FlapRecord {
  const changesMs = [...before.changesMs, nowMs].slice(-(limits.changesMax + 1));
  const recent = countRecent(changesMs, limits, nowMs);
  return { ...before, changesMs, isFlapping: before.isFlapping || recent > limits.changesMax };
}

/** True when a flapping alert has been calm for long enough. */
export function isCalm({ changesMs }: FlapRecord, limits: FlapLimits, nowMs: number): boolean {
  return countRecent(changesMs, limits, nowMs) <= limits.calmChangesMax;
}

function countRecent(changesMs: readonly number[], limits: FlapLimits, nowMs: number): number {
  return changesMs.filter((timeMs) => nowMs - timeMs < limits.windowMs).length;
}
