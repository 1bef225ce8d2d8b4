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
  readonly labels: LabelSet;
  readonly alerts: readonly Alert[];
}

/**
 * Groups alerts by the routing tree and tells when a group is due: `group_wait` after its first alert, then each `group_interval`.
 * Source: Alertmanager dispatch/dispatch.go
 */
export class Dispatcher {
  readonly #clock: Clock;
  readonly #flush: (flush: GroupFlush) => void;
  readonly #groups = new Map<string, AlertGroup>();
  #root: Route;

  constructor(root: Route, clock: Clock, flush: (flush: GroupFlush) => void) {
    this.#root = root;
    this.#clock = clock;
    this.#flush = flush;
  }

  put(alert: Alert): void {
    for (const route of matchRoutes(this.#root, alert.labels)) {
      const groupLabels = groupLabelsOf(route, alert.labels);
      const key = groupKeyOf(route, groupLabels);
      let group = this.#groups.get(key);
      if (!group) {
        group = new AlertGroup({ route, groupLabels, key }, this.#clock, this.#flush, () =>
          this.#groups.delete(key),
        );
        this.#groups.set(key, group);
      }
      group.put(alert);
    }
  }

  /** Begins anew with another tree and the alerts that are known. */
  restart(root: Route, alerts: Iterable<Alert>): void {
    this.close();
    this.#root = root;
    for (const alert of alerts) this.put(alert);
  }

  groups(): readonly GroupView[] {
    return [...this.#groups.values()].map(({ view }) => view);
  }

  close(): void {
    for (const group of this.#groups.values()) group.close();
    this.#groups.clear();
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
  readonly #forget: () => void;
  readonly #alerts = new Map<string, Alert>();
  #cancel: Cancel;
  #hasFlushed = false;

  constructor(
    identity: GroupIdentity,
    clock: Clock,
    flush: (flush: GroupFlush) => void,
    forget: () => void,
  ) {
    this.#identity = identity;
    this.#clock = clock;
    this.#flush = flush;
    this.#forget = forget;
    this.#cancel = clock.after(identity.route.groupWaitMs, () => this.#due());
  }

  get view(): GroupView {
    const { route, groupLabels } = this.#identity;
    return { route, labels: groupLabels, alerts: this.#sorted() };
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
    if (this.#alerts.size === 0) {
      this.#forget();
      return;
    }
    this.#hasFlushed = true;
    this.#cancel = this.#clock.after(route.groupIntervalMs, () => this.#due());
    this.#flush({ route, groupKey: key, groupLabels, alerts: this.#sorted(), timeMs });
    for (const [id, alert] of this.#alerts) {
      if (isResolved(alert, timeMs)) this.#alerts.delete(id);
    }
  }

  #sorted(): readonly Alert[] {
    return [...this.#alerts.values()].sort(compareAlerts);
  }
}
