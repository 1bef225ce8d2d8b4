import type { AlertBacktestJson, DryRunNotification } from '../../wire/http.ts';
import { fingerprint } from '../notify/alert.ts';
import type { NotifyConfig } from '../notify/config.ts';
import {
  type NotificationEntry,
  reasonToNotify,
  repeatAfterMs,
  repeatsAfter,
} from '../notify/dedup.ts';
import { TOPOLOGY } from '../notify/default-config.ts';
import { Inhibitor, type InhibitRule } from '../notify/inhibit.ts';
import { groupKeyOf, groupLabelsOf, matchRoutes, mutedBy, type Route } from '../notify/route.ts';

type PastAlert = Pick<AlertBacktestJson, 'labels' | 'firings'>;

/** Alerts of one route with the same group labels. */
interface PastGroup {
  readonly route: Route;
  readonly key: string;
  readonly alerts: PastAlert[];
}

/**
 * The notifications that alerts of the past would have caused with a routing: grouping, repeats, inhibition among these alerts and time
 * intervals. Silences and acknowledgements are people's and not known; without them escalations would all be due, so there are none.
 * @param untilMs end of the past
 * @returns the oldest first
 */
export function dryRunNotifications(
  alerts: readonly PastAlert[],
  config: NotifyConfig,
  inhibitRules: readonly InhibitRule[],
  untilMs: number,
): readonly DryRunNotification[] {
  const fired = alerts.filter(({ firings }) => firings.length > 0);
  const sourcesOf = inhibitionAmong(fired, [...TOPOLOGY, ...inhibitRules, ...config.inhibitRules]);
  const changesMs = [
    ...new Set(
      fired.flatMap(({ firings }) =>
        firings.flatMap(({ fromMs, toMs }) => [fromMs, toMs ?? untilMs]),
      ),
    ),
  ].sort((a, b) => a - b);
  return groupsOf(fired, config.route)
    .flatMap((group) => new PastFlushes(group, config, sourcesOf, changesMs).until(untilMs))
    .sort((a, b) => a.timeMs - b.timeMs);
}

/** Which alerts inhibit an alert whenever they fire. */
function inhibitionAmong(
  alerts: readonly PastAlert[],
  rules: readonly InhibitRule[],
): (alert: PastAlert) => readonly PastAlert[] {
  const inhibitor = new Inhibitor(rules);
  const byId = new Map(alerts.map((alert) => [fingerprint(alert.labels), alert]));
  for (const { labels } of alerts) {
    inhibitor.put({
      labels,
      annotations: {},
      startsAtMs: 0,
      endsAtMs: undefined,
      generatorUrl: '',
    });
  }
  return ({ labels }) => inhibitor.inhibitedBy(labels, 0).flatMap((id) => byId.get(id) ?? []);
}

function groupsOf(alerts: readonly PastAlert[], root: Route): readonly PastGroup[] {
  const groups = new Map<Route, Map<string, PastGroup>>();
  for (const alert of alerts) {
    for (const route of matchRoutes(root, alert.labels)) {
      const key = groupKeyOf(route, groupLabelsOf(route, alert.labels));
      const ofRoute = groups.get(route) ?? new Map<string, PastGroup>();
      groups.set(route, ofRoute);
      const group = ofRoute.get(key) ?? { route, key, alerts: [] };
      ofRoute.set(key, group);
      group.alerts.push(alert);
    }
  }
  return [...groups.values()].flatMap((ofRoute) => [...ofRoute.values()]);
}

/** One group over the past: looked at `group_wait` after it began, then each `group_interval` as long as it has alerts. */
class PastFlushes {
  readonly #group: PastGroup;
  readonly #config: NotifyConfig;
  readonly #sources: ReadonlyMap<PastAlert, readonly PastAlert[]>;
  /** When anything changed in the whole cluster: between two of them only repeats can be due. */
  readonly #changesMs: readonly number[];
  readonly #sent: DryRunNotification[] = [];
  #entry: NotificationEntry | undefined;

  constructor(
    group: PastGroup,
    config: NotifyConfig,
    sourcesOf: (alert: PastAlert) => readonly PastAlert[],
    changesMs: readonly number[],
  ) {
    this.#group = group;
    this.#config = config;
    this.#sources = new Map(group.alerts.map((alert) => [alert, sourcesOf(alert)]));
    this.#changesMs = changesMs;
  }

  until(untilMs: number): readonly DryRunNotification[] {
    const { groupWaitMs } = this.#group.route;
    let beganMs = this.#nextStart(Number.NEGATIVE_INFINITY);
    while (beganMs !== undefined && beganMs + groupWaitMs <= untilMs) {
      let flushMs: number | undefined = beganMs + groupWaitMs;
      let flushedMs = beganMs - 1;
      while (flushMs !== undefined && flushMs <= untilMs) {
        this.#flush(flushedMs, flushMs);
        flushedMs = flushMs;
        flushMs = this.#nextFlush(beganMs + groupWaitMs, flushedMs);
      }
      beganMs = this.#nextStart(flushedMs);
    }
    return this.#sent;
  }

  /** When the next alert begins after `timeMs`. */
  #nextStart(timeMs: number): number | undefined {
    const starts = this.#group.alerts
      .flatMap(({ firings }) => firings.map(({ fromMs }) => fromMs))
      .filter((fromMs) => fromMs > timeMs);
    return starts.length > 0 ? Math.min(...starts) : undefined;
  }

  /** The next time in the rhythm of the group at which something may have to be told; undefined when the group is empty. */
  #nextFlush(firstMs: number, flushedMs: number): number | undefined {
    if (!this.#group.alerts.some((alert) => isFiringAt(alert, flushedMs))) return undefined;
    const { route } = this.#group;
    const changeMs =
      this.#changesMs.find((timeMs) => timeMs > flushedMs) ?? Number.POSITIVE_INFINITY;
    const repeatMs = (this.#entry?.timeMs ?? flushedMs) + repeatAfterMs(this.#entry, route) + 1;
    const wantedMs = Math.max(flushedMs + 1, Math.min(changeMs, repeatMs));
    const { groupIntervalMs } = route;
    return firstMs + Math.ceil((wantedMs - firstMs) / groupIntervalMs) * groupIntervalMs;
  }

  #flush(flushedMs: number, timeMs: number): void {
    const { route, key, alerts } = this.#group;
    if (mutedBy(route, this.#config.timeIntervals, timeMs).length > 0) return;
    const audible = alerts.filter(
      (alert) => !this.#sources.get(alert)?.some((source) => isFiringAt(source, timeMs)),
    );
    const firing = audible.filter((alert) => isFiringAt(alert, timeMs));
    const resolved = audible.filter(
      (alert) => !firing.includes(alert) && wasFiringWithin(alert, flushedMs, timeMs),
    );
    if (firing.length + resolved.length === 0) return;
    const ids = (some: readonly PastAlert[]) => some.map(({ labels }) => fingerprint(labels));
    const entry = { firing: ids(firing), resolved: ids(resolved), timeMs };
    const integrations =
      this.#config.receivers.find(({ name }) => name === route.receiver)?.integrations ?? [];
    const sendResolved = integrations.some((integration) => integration.sendResolved);
    const repeatIntervalMs = repeatAfterMs(this.#entry, route);
    const reason = reasonToNotify(this.#entry, { ...entry, repeatIntervalMs, sendResolved });
    if (!reason) return;
    this.#entry = { ...entry, repeats: repeatsAfter(this.#entry, reason) };
    if (integrations.length === 0 || (firing.length === 0 && !sendResolved)) return;
    this.#sent.push({
      timeMs,
      receiver: route.receiver,
      groupKey: key,
      reason,
      firing: firing.length,
      resolved: sendResolved ? resolved.length : 0,
    });
  }
}

function isFiringAt({ firings }: PastAlert, timeMs: number): boolean {
  return firings.some(({ fromMs, toMs }) => fromMs <= timeMs && (toMs === null || timeMs < toMs));
}

/** Whether it fired at any time after `fromMs`, or at it, and until `toMs`. */
function wasFiringWithin({ firings }: PastAlert, fromMs: number, toMs: number): boolean {
  return firings.some((one) => one.fromMs <= toMs && (one.toMs === null || one.toMs > fromMs));
}
