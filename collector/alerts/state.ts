import type { Labels } from '../query/labels.ts';
import { type FlapLimits, type FlapRecord, isCalm, NO_FLAPS, noteChange } from './flapping.ts';

/** `nodata`: it fires, and the data that it is about has vanished since. */
export type InstanceState = 'pending' | 'firing' | 'nodata' | 'inactive';

/** One alert of a rule: one element of its expression's result. Times are ms since the epoch. */
export interface AlertInstance {
  /** Its identity: labels of the sample and of the rule, and `alertname`. */
  readonly labels: Labels;
  /** Labels of the sample without its name: by them it is found in other expressions on the same series. */
  readonly sampleLabels: Labels;
  readonly annotations: Readonly<Record<string, string>>;
  readonly state: InstanceState;
  readonly value: number;
  readonly activeAtMs: number;
  readonly firedAtMs: number | undefined;
  readonly resolvedAtMs: number | undefined;
  /** Since when the condition is false while `keep_firing_for` holds it. */
  readonly keepFiringSinceMs: number | undefined;
  /** Since when its data is missing. */
  readonly missingSinceMs: number | undefined;
  readonly flaps: FlapRecord;
}

/** A resolved alert is remembered, and sent again, for 15 minutes (Prometheus rules/alerting.go, resolvedRetention). */
export const RESOLVED_RETENTION_MS = 15 * 60_000;
/** A pending alert whose data is missing is dropped after 5 minutes, Prometheus' lookback. */
export const PENDING_MISSING_MAX_MS = 5 * 60_000;

export interface Timing {
  readonly forMs: number;
  readonly keepFiringForMs: number;
  /** undefined = alerts may begin and end as often as they like. */
  readonly flapLimits: FlapLimits | undefined;
}

/** What the expression's result says of an alert that it contains. */
export interface Observation {
  readonly labels: Labels;
  readonly sampleLabels: Labels;
  readonly annotations: Readonly<Record<string, string>>;
  readonly value: number;
}

/** Why an alert that was active is not in the result: its condition became false, hysteresis still holds it, or its data is gone. */
export type Absence = 'cleared' | 'held' | 'missing';

/** The alert after an evaluation that found it. */
export function observe(
  before: AlertInstance | undefined,
  seen: Observation,
  timing: Timing,
  nowMs: number,
): AlertInstance {
  const continues = before !== undefined && before.state !== 'inactive';
  const activeAtMs = continues ? before.activeAtMs : nowMs;
  const isDue = nowMs - activeAtMs >= timing.forMs;
  const fired = continues && before.state !== 'pending' ? before.firedAtMs : undefined;
  return {
    ...seen,
    // A reload that raised `for` takes a firing alert back to pending.
    state: isDue ? 'firing' : 'pending',
    activeAtMs,
    firedAtMs: isDue ? (fired ?? nowMs) : undefined,
    resolvedAtMs: undefined,
    keepFiringSinceMs: undefined,
    missingSinceMs: undefined,
    flaps: flapsWhileTrue(before?.flaps ?? NO_FLAPS, isDue && fired === undefined, timing, nowMs),
  };
}

function flapsWhileTrue(
  before: FlapRecord,
  begins: boolean,
  { flapLimits }: Timing,
  nowMs: number,
): FlapRecord {
  if (!flapLimits) return NO_FLAPS;
  const isChange = begins || before.falseSinceMs !== undefined;
  const flaps = isChange ? noteChange(before, flapLimits, nowMs) : before;
  if (flaps.falseSinceMs === undefined && !flaps.isFlapping) return flaps;
  const isFlapping = flaps.isFlapping && !isCalm(flaps, flapLimits, nowMs);
  return { ...flaps, isFlapping, falseSinceMs: undefined };
}

/** The alert after an evaluation that did not find it; undefined = forget it. */
export function miss(
  before: AlertInstance,
  absence: Absence,
  timing: Timing,
  nowMs: number,
): AlertInstance | undefined {
  if (before.state === 'inactive') {
    const age = nowMs - (before.resolvedAtMs ?? nowMs);
    return age > RESOLVED_RETENTION_MS ? undefined : before;
  }
  if (absence === 'missing') return withoutData(before, nowMs);
  if (before.state === 'pending') return undefined;
  if (absence === 'held') return { ...before, state: 'firing', missingSinceMs: undefined };
  const keepFiringSinceMs = before.keepFiringSinceMs ?? nowMs;
  if (timing.keepFiringForMs > 0 && nowMs - keepFiringSinceMs < timing.keepFiringForMs) {
    return { ...before, state: 'firing', keepFiringSinceMs, missingSinceMs: undefined };
  }
  return cleared(before, timing, nowMs);
}

/** Resolved, unless it flaps. */
function cleared(before: AlertInstance, { flapLimits }: Timing, nowMs: number): AlertInstance {
  const after = { ...before, missingSinceMs: undefined };
  if (!flapLimits) return { ...after, state: 'inactive', resolvedAtMs: nowMs };
  const { falseSinceMs } = before.flaps;
  const flaps =
    falseSinceMs === undefined ? noteChange(before.flaps, flapLimits, nowMs) : before.flaps;
  if (flaps.isFlapping && !isCalm(flaps, flapLimits, nowMs)) {
    return { ...after, state: 'firing', flaps: { ...flaps, falseSinceMs: falseSinceMs ?? nowMs } };
  }
  return {
    ...after,
    state: 'inactive',
    resolvedAtMs: nowMs,
    flaps: { ...flaps, isFlapping: false, falseSinceMs: undefined },
  };
}

/**
 * The alert after time in which nobody looked.
 * @param byMs negative = the clock was set back; then the start of an alert that fires would be to come, and is moved too
 */
export function skipTime(before: AlertInstance, byMs: number): AlertInstance {
  const moved = (timeMs: number | undefined) => (timeMs === undefined ? undefined : timeMs + byMs);
  const isStartMoved = byMs < 0 || before.state === 'pending';
  return {
    ...before,
    activeAtMs: before.activeAtMs + (isStartMoved ? byMs : 0),
    firedAtMs: byMs < 0 ? moved(before.firedAtMs) : before.firedAtMs,
    resolvedAtMs: byMs < 0 ? moved(before.resolvedAtMs) : before.resolvedAtMs,
    keepFiringSinceMs: moved(before.keepFiringSinceMs),
    missingSinceMs: moved(before.missingSinceMs),
  };
}

function withoutData(before: AlertInstance, nowMs: number): AlertInstance | undefined {
  const missingSinceMs = before.missingSinceMs ?? nowMs;
  if (before.state !== 'pending') return { ...before, state: 'nodata', missingSinceMs };
  return nowMs - missingSinceMs > PENDING_MISSING_MAX_MS
    ? undefined
    : { ...before, missingSinceMs };
}

/** Firing, as those who are notified see it: an alert without data has not been resolved. */
export function isFiring(instance: AlertInstance): boolean {
  return instance.state === 'firing' || instance.state === 'nodata';
}

/** The texts of an alert, one that it flaps among them. */
export function annotationsOf({
  annotations,
  flaps,
}: AlertInstance): Readonly<Record<string, string>> {
  if (!flaps.isFlapping) return annotations;
  return { ...annotations, flapping: 'begins and ends all the time; held until it is calm' };
}
