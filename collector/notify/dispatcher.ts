import type { Cancel, Clock } from '../../base/clock.ts';
import { type Alert, fingerprint, isResolved, type LabelSet } from './alert.ts';
import { compareAlerts } from './payload.ts';
import { groupKeyOf, groupLabelsOf, matchRoutes, type Route } from './route.ts';

/** Alerts of one route with the same group labels, at the moment when they are looked at. */
export interface GroupFlush {
  readonly route: Route;
  readonly groupKey: string;
  readonly groupLabels: LabelSet;
  /** In the order in which they are listed. */
  readonly alerts: readonly Alert[];
  readonly timeMs: number;
}

export interface GroupView {
  readonly route: Route;
  readonly key: string;
  readonly labels: LabelSet;
  readonly alerts: readonly Alert[];
}

/** How often empty groups are looked for. */
const CLEANING_MS = 30_000;

/**
 * Groups alerts by the routing tree and tells when a group is due: `group_wait` after its first alert, then each `group_interval`.
 * Source: Alertmanager dispatch/dispatch.go
 */
export class Dispatcher {
  readonly #clock: Clock;
  readonly #flush: (flush: GroupFlush) => void;
  /** By route and key: siblings with the same matchers have groups of the same keys. */
  readonly #groups = new Map<Route, Map<string, AlertGroup>>();
  #root: Route;
  #cancelCleaning: Cancel = () => {};

  constructor(root: Route, clock: Clock, flush: (flush: GroupFlush) => void) {
    this.#root = root;
    this.#clock = clock;
    this.#flush = flush;
    this.#clean();
  }

  put(alert: Alert): void {
    for (const route of matchRoutes(this.#root, alert.labels)) {
      const groupLabels = groupLabelsOf(route, alert.labels);
      const key = groupKeyOf(route, groupLabels);
      const groups = this.#groups.get(route) ?? new Map<string, AlertGroup>();
      this.#groups.set(route, groups);
      const group =
        groups.get(key) ?? new AlertGroup({ route, groupLabels, key }, this.#clock, this.#flush);
      groups.set(key, group);
      group.put(alert);
    }
  }

  /** Begins anew with another tree and the alerts that are known. */
  restart(root: Route, alerts: Iterable<Alert>): void {
    this.close();
    this.#root = root;
    for (const alert of alerts) this.put(alert);
    this.#clean();
  }

  groups(): readonly GroupView[] {
    return this.#all().map(({ view }) => view);
  }

  close(): void {
    this.#cancelCleaning();
    for (const group of this.#all()) group.close();
    this.#groups.clear();
  }

  #all(): readonly AlertGroup[] {
    return [...this.#groups.values()].flatMap((groups) => [...groups.values()]);
  }

  /** An alert that comes back to a group in which all was over then waits for `group_wait` only, not for `group_interval`. */
  #clean(): void {
    for (const groups of this.#groups.values()) {
      for (const [key, group] of groups) {
        if (!group.isEmpty) continue;
        group.close();
        groups.delete(key);
      }
    }
    this.#cancelCleaning = this.#clock.after(CLEANING_MS, () => this.#clean());
  }
}

interface GroupIdentity {
  readonly route: Route;
  readonly groupLabels: LabelSet;
  readonly key: string;
}

class AlertGroup {
  readonly #identity: GroupIdentity;
  readonly #clock: Clock;
  readonly #flush: (flush: GroupFlush) => void;
  readonly #alerts = new Map<string, Alert>();
  #cancel: Cancel;
  #hasFlushed = false;

  constructor(identity: GroupIdentity, clock: Clock, flush: (flush: GroupFlush) => void) {
    this.#identity = identity;
    this.#clock = clock;
    this.#flush = flush;
    this.#cancel = clock.after(identity.route.groupWaitMs, () => this.#due());
  }

  get view(): GroupView {
    const { route, groupLabels, key } = this.#identity;
    return { route, key, labels: groupLabels, alerts: this.#sorted() };
  }

  get isEmpty(): boolean {
    return this.#alerts.size === 0;
  }

  put(alert: Alert): void {
    this.#alerts.set(fingerprint(alert.labels), alert);
    // An alert that has waited elsewhere, such as before a restart, does not wait once more.
    const waitedMs = this.#clock.nowMs() - alert.startsAtMs;
    if (this.#hasFlushed || waitedMs <= this.#identity.route.groupWaitMs) return;
    this.#cancel();
    this.#cancel = this.#clock.after(0, () => this.#due());
  }

  close(): void {
    this.#cancel();
  }

  #due(): void {
    const { route, groupLabels, key } = this.#identity;
    const timeMs = this.#clock.nowMs();
    this.#hasFlushed = true;
    this.#cancel = this.#clock.after(route.groupIntervalMs, () => this.#due());
    if (this.isEmpty) return;
    this.#flush({ route, groupKey: key, groupLabels, alerts: this.#sorted(), timeMs });
    for (const [id, alert] of this.#alerts) {
      if (isResolved(alert, timeMs)) this.#alerts.delete(id);
    }
  }

  #sorted(): readonly Alert[] {
    return [...this.#alerts.values()].sort(compareAlerts);
  }
}
