import type { Route } from './route.ts';

/** What a receiver was last told about a group. */
export interface NotificationEntry {
  /** Fingerprints. */
  readonly firing: readonly string[];
  readonly resolved: readonly string[];
  readonly timeMs: number;
  /** How often the same was told before, with nothing new in between; none = 0. */
  readonly repeats?: number;
}

export type NotificationReason =
  | 'first notification'
  | 'new alerts added'
  | 'all alerts resolved'
  | 'some alerts resolved'
  | 'repeat interval elapsed';

/**
 * Why a receiver has to be told about a group now; undefined = it knows already.
 * Source: Alertmanager notify, DedupStage.needsUpdate
 */
export function reasonToNotify(
  entry: NotificationEntry | undefined,
  now: {
    readonly firing: readonly string[];
    readonly resolved: readonly string[];
    readonly timeMs: number;
    readonly repeatIntervalMs: number;
    readonly sendResolved: boolean;
  },
): NotificationReason | undefined {
  if (!entry) return now.firing.length > 0 ? 'first notification' : undefined;
  if (!isSubset(now.firing, entry.firing)) {
    return entry.firing.length === 0 ? 'first notification' : 'new alerts added';
  }
  if (now.firing.length === 0) return entry.firing.length > 0 ? 'all alerts resolved' : undefined;
  if (now.sendResolved && !isSubset(now.resolved, entry.resolved)) return 'some alerts resolved';
  // A time to come was written before the clock was set back.
  const sinceMs = Math.abs(now.timeMs - entry.timeMs);
  return sinceMs > now.repeatIntervalMs ? 'repeat interval elapsed' : undefined;
}

/** Time after which the same is told again: with a maximum it doubles with each repeat until then. */
export function repeatAfterMs(
  entry: NotificationEntry | undefined,
  {
    repeatIntervalMs,
    repeatIntervalMaxMs,
  }: Pick<Route, 'repeatIntervalMs' | 'repeatIntervalMaxMs'>,
): number {
  if (repeatIntervalMaxMs === undefined) return repeatIntervalMs;
  const doubledMs = repeatIntervalMs * 2 ** (entry?.repeats ?? 0);
  return Math.max(repeatIntervalMs, Math.min(repeatIntervalMaxMs, doubledMs));
}

/** Of the entry that is written when this reason has been told. */
export function repeatsAfter(
  before: NotificationEntry | undefined,
  reason: NotificationReason,
): number {
  return reason === 'repeat interval elapsed' ? (before?.repeats ?? 0) + 1 : 0;
}

function isSubset(part: readonly string[], whole: readonly string[]): boolean {
  const known = new Set(whole);
  return part.every((item) => known.has(item));
}
