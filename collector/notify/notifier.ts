import { randomUUID } from 'node:crypto';
import type { Clock } from '../../base/clock.ts';
import { InputError, reasonOf } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import type { ChannelTest } from '../../wire/http.ts';
import { type Alert, type AlertSink, fingerprint, isResolved, type LabelSet } from './alert.ts';
import { integrationId, type NotifyConfig } from './config.ts';
import { type NotificationEntry, reasonToNotify, repeatAfterMs, repeatsAfter } from './dedup.ts';
import { Courier, DeliveryError, type Integration } from './delivery.ts';
import { Dispatcher, type GroupFlush, type GroupView } from './dispatcher.ts';
import { Inhibitor } from './inhibit.ts';
import { NotificationLog } from './notification-log.ts';
import type { Notification } from './payload.ts';
import { matchRoutes, mutedBy } from './route.ts';
import { checkSilence, type Silence, silences } from './silence.ts';
import { type Acknowledgement, type Delivery, type NotifyStore, RETENTION_MS } from './store.ts';

export interface NotifierPorts {
  readonly store: NotifyStore;
  readonly clock: Clock;
  readonly log: Log;
  /** Makes the channels of the receivers. */
  integrations(config: NotifyConfig): readonly Integration[];
  /** Why an alert is held back at present, such as the installation of its host; undefined = it is not. */
  holdReason(labels: LabelSet): string | undefined;
}

/** Why an alert is not notified. */
export interface Suppression {
  /** Ids of silences. */
  readonly silencedBy: readonly string[];
  /** Fingerprints of alerts. */
  readonly inhibitedBy: readonly string[];
  /** Names of time intervals, and reasons for which its host is held. */
  readonly mutedBy: readonly string[];
}

interface KnownAlert {
  readonly alert: Alert;
  readonly updatedAtMs: number;
}

/** Resolved alerts are shown for a while. */
const RESOLVED_KEPT_MS = 15 * 60_000;
const CLEANING_MS = 60_000;

/** What Alertmanager does: takes alerts, groups and routes them, and tells receivers once what they have to know. */
export class Notifier implements AlertSink {
  readonly #ports: NotifierPorts;
  readonly #externalUrl: string;
  readonly #alerts = new Map<string, KnownAlert>();
  readonly #silences: Map<string, Silence>;
  readonly #acknowledgements: Map<string, Acknowledgement>;
  readonly #log: NotificationLog;
  readonly #dispatcher: Dispatcher;
  readonly #courier: Courier;
  readonly #listeners = new Set<() => void>();
  #inhibitor: Inhibitor;
  #config: NotifyConfig;
  #cancelCleaning: () => void;

  constructor(ports: NotifierPorts, config: NotifyConfig, externalUrl: string) {
    this.#ports = ports;
    this.#externalUrl = externalUrl;
    this.#config = config;
    this.#silences = new Map(ports.store.silences().map((silence) => [silence.id, silence]));
    this.#acknowledgements = new Map(
      ports.store.acknowledgements().map((ack) => [ack.fingerprint, ack]),
    );
    this.#log = new NotificationLog(ports.store);
    this.#inhibitor = new Inhibitor(config.inhibitRules);
    this.#dispatcher = new Dispatcher(config.route, ports.clock, (flush) => this.#notify(flush));
    this.#courier = new Courier(
      { ...ports, refused: (outgoing) => this.#log.forgetRefused(outgoing) },
      ports.integrations(config),
    );
    this.#cancelCleaning = ports.clock.after(CLEANING_MS, () => this.#clean());
  }

  get config(): NotifyConfig {
    return this.#config;
  }

  get courier(): Courier {
    return this.#courier;
  }

  /** Another configuration takes over; what is on its way is delivered by it. */
  reconfigure(config: NotifyConfig): void {
    this.#config = config;
    this.#courier.use(this.#ports.integrations(config));
    this.#inhibitor = new Inhibitor(config.inhibitRules);
    for (const { alert } of this.#alerts.values()) this.#inhibitor.put(alert);
    this.#dispatcher.restart(
      config.route,
      [...this.#alerts.values()].map(({ alert }) => alert),
    );
  }

  put(alerts: readonly Alert[], nowMs: number): void {
    for (const alert of alerts) {
      const id = fingerprint(alert.labels);
      const merged = merge(this.#alerts.get(id)?.alert, alert);
      this.#alerts.set(id, { alert: merged, updatedAtMs: nowMs });
      if (isResolved(merged, nowMs)) this.unacknowledge(id);
      this.#inhibitor.put(merged);
      this.#dispatcher.put(merged);
    }
    this.#tell();
  }

  /** Alerts that fire, and those resolved in the last minutes. */
  alerts(): readonly KnownAlert[] {
    return [...this.#alerts.values()];
  }

  alert(id: string): KnownAlert | undefined {
    return this.#alerts.get(id);
  }

  groups(): readonly GroupView[] {
    return this.#dispatcher.groups();
  }

  /** Names of the receivers of an alert, by the routing tree alone. */
  receiversOf(labels: LabelSet): readonly string[] {
    return matchRoutes(this.#config.route, labels).map(({ receiver }) => receiver);
  }

  suppressionOf(labels: LabelSet, nowMs: number): Suppression {
    const held = this.#ports.holdReason(labels);
    const routes = matchRoutes(this.#config.route, labels);
    return {
      silencedBy: this.#silencedBy(labels, nowMs),
      inhibitedBy: this.#inhibitor.inhibitedBy(labels, nowMs),
      mutedBy: [
        ...routes.flatMap((route) => mutedBy(route, this.#config.timeIntervals, nowMs)),
        ...(held ? [held] : []),
      ],
    };
  }

  /** Everything that is decided about an alert with these labels at present. */
  handlingOf(labels: LabelSet) {
    const id = fingerprint(labels);
    const ack = this.acknowledgementOf(id);
    return {
      fingerprint: id,
      receivers: this.receiversOf(labels),
      ...this.suppressionOf(labels, this.#ports.clock.nowMs()),
      acknowledged: ack ? { byWhom: ack.byWhom, comment: ack.comment, untilMs: ack.untilMs } : null,
    };
  }

  /** What receivers were told; both ends of the range are included. */
  deliveries(range: { readonly fromMs: number; readonly toMs: number }): readonly Delivery[] {
    return this.#ports.store.deliveries(range);
  }

  silences(): readonly Silence[] {
    return [...this.#silences.values()];
  }

  /**
   * Adds a silence, or changes the one with this id; one that has ended, or whose matchers change, is replaced by a new one.
   * @returns its id
   * @throws InputError `silence-invalid`, `silence-unknown`
   */
  saveSilence(wanted: Omit<Silence, 'id' | 'updatedAtMs'>, id?: string): string {
    const nowMs = this.#ports.clock.nowMs();
    const before = id === undefined ? undefined : this.#silences.get(id);
    if (id !== undefined && !before) throw unknownSilence(id);
    checkSilence(wanted, nowMs);
    const isChange =
      before !== undefined && before.endsAtMs > nowMs && sameMatchers(before, wanted);
    if (before && !isChange && before.endsAtMs > nowMs) this.expireSilence(before.id);
    const silence: Silence = {
      ...wanted,
      startsAtMs: isChange ? wanted.startsAtMs : Math.max(wanted.startsAtMs, nowMs),
      id: isChange ? before.id : randomUUID(),
      updatedAtMs: nowMs,
    };
    this.#keepSilence(silence);
    return silence.id;
  }

  /** Ends a silence now. @throws InputError `silence-unknown`, `silence-invalid` when it has ended already */
  expireSilence(id: string): void {
    const nowMs = this.#ports.clock.nowMs();
    const silence = this.#silences.get(id);
    if (!silence) throw unknownSilence(id);
    if (silence.endsAtMs <= nowMs) {
      throw new InputError('silence-invalid', `silence ${id} already expired`);
    }
    this.#keepSilence({
      ...silence,
      startsAtMs: Math.min(silence.startsAtMs, nowMs),
      endsAtMs: nowMs,
      updatedAtMs: nowMs,
    });
  }

  acknowledgementOf(id: string): Acknowledgement | undefined {
    const ack = this.#acknowledgements.get(id);
    return ack && ack.untilMs > this.#ports.clock.nowMs() ? ack : undefined;
  }

  /** Stops repeats and escalation of an alert, not the news that it is over. @throws InputError `alert-unknown` */
  acknowledge(ack: Acknowledgement): void {
    if (!this.#alerts.has(ack.fingerprint)) {
      throw new InputError(
        'alert-unknown',
        `no alert ${ack.fingerprint} is known; \`clustermon alert list\` shows all`,
      );
    }
    this.#acknowledgements.set(ack.fingerprint, ack);
    this.#ports.store.saveAcknowledgement(ack);
    this.#tell();
  }

  unacknowledge(id: string): void {
    if (!this.#acknowledgements.delete(id)) return;
    this.#ports.store.removeAcknowledgement(id);
    this.#tell();
  }

  /** Sends a notification past all rules by every channel of a receiver: `notify test`. @throws InputError `receiver-unknown` */
  async test(receiver: string, alert: Alert): Promise<readonly ChannelTest[]> {
    const config = this.#config.receivers.find(({ name }) => name === receiver);
    if (!config) {
      const names = this.#config.receivers.map(({ name }) => name).join(', ');
      throw new InputError(
        'receiver-unknown',
        `there is no receiver ${receiver}; there are ${names}`,
      );
    }
    const ids = config.integrations.map(({ kind }, index) => integrationId(receiver, kind, index));
    const notification = this.#notification(receiver, '{}:{test="true"}', {}, [alert]);
    const integrations = this.#ports
      .integrations(this.#config)
      .filter(({ id }) => ids.includes(id));
    return Promise.all(integrations.map((one) => this.#testChannel(one, notification)));
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  close(): void {
    this.#cancelCleaning();
    this.#dispatcher.close();
    this.#courier.close();
  }

  /** A channel that accepts a test accepts: the problem that it refused is over. */
  async #testChannel(integration: Integration, notification: Notification): Promise<ChannelTest> {
    try {
      await integration.send(notification, { id: randomUUID(), mayBeRepeated: false });
      this.#courier.noteAccepted(integration.id);
      return { integration: integration.id, error: null, advice: null };
    } catch (error) {
      const advice = (error instanceof DeliveryError && error.advice) || null;
      return { integration: integration.id, error: reasonOf(error), advice };
    }
  }

  #notify(flush: GroupFlush): void {
    const { route, alerts, timeMs } = flush;
    if (mutedBy(route, this.#config.timeIntervals, timeMs).length > 0) return;
    const audible = alerts.filter((alert) => !this.#isSuppressed(alert.labels, timeMs));
    if (audible.length === 0) return;
    this.#tellReceiver(route.receiver, flush, audible);
    const { escalation } = route;
    if (!escalation) return;
    const known = this.#toldTo(escalation.receiver, flush.groupKey);
    const escalated = audible.filter((alert) => {
      const id = fingerprint(alert.labels);
      const isOverdue =
        !isResolved(alert, timeMs) &&
        timeMs - alert.startsAtMs >= escalation.afterMs &&
        !this.acknowledgementOf(id);
      return isOverdue || known.has(id);
    });
    if (escalated.length > 0) this.#tellReceiver(escalation.receiver, flush, escalated);
  }

  /** Fingerprints of the group's alerts that a receiver takes to be firing. */
  #toldTo(receiver: string, groupKey: string): ReadonlySet<string> {
    const integrations = this.#integrationsOf(receiver).map(({ id }) => id);
    return new Set(
      integrations.flatMap((integration) => this.#log.at({ groupKey, integration })?.firing ?? []),
    );
  }

  #integrationsOf(receiver: string) {
    const config = this.#config.receivers.find(({ name }) => name === receiver);
    return (config?.integrations ?? []).map((integration, index) => ({
      ...integration,
      id: integrationId(receiver, integration.kind, index),
    }));
  }

  #tellReceiver(receiver: string, flush: GroupFlush, alerts: readonly Alert[]): void {
    for (const { id, sendResolved } of this.#integrationsOf(receiver)) {
      this.#tellIntegration(id, { receiver, sendResolved }, flush, alerts);
    }
  }

  #tellIntegration(
    integration: string,
    { receiver, sendResolved }: { readonly receiver: string; readonly sendResolved: boolean },
    { route, groupKey, groupLabels, timeMs }: GroupFlush,
    alerts: readonly Alert[],
  ): void {
    const firing = alerts.filter((alert) => !isResolved(alert, timeMs));
    const ids = (some: readonly Alert[]) => some.map(({ labels }) => fingerprint(labels));
    const entry: NotificationEntry = {
      firing: ids(firing),
      resolved: ids(alerts.filter((alert) => isResolved(alert, timeMs))),
      timeMs,
    };
    const place = { groupKey, integration };
    const before = this.#log.at(place);
    const reason = reasonToNotify(before, {
      ...entry,
      repeatIntervalMs: repeatAfterMs(before, route),
      sendResolved,
    });
    if (!reason) return;
    const isRepeat = reason === 'repeat interval elapsed';
    const isAcknowledged = entry.firing.every((id) => this.acknowledgementOf(id));
    if (isRepeat && (isAcknowledged || this.#courier.isWaiting(integration, groupKey))) return;
    const told = sendResolved ? alerts : firing;
    const outgoing = this.#log.note(
      place,
      { ...entry, repeats: repeatsAfter(before, reason) },
      told.length === 0
        ? undefined
        : { notification: this.#notification(receiver, groupKey, groupLabels, told), reason },
    );
    if (outgoing) this.#courier.add(outgoing);
  }

  #notification(
    receiver: string,
    groupKey: string,
    groupLabels: LabelSet,
    alerts: readonly Alert[],
  ): Notification {
    const timeMs = this.#ports.clock.nowMs();
    return { receiver, groupKey, groupLabels, alerts, timeMs, externalUrl: this.#externalUrl };
  }

  #isSuppressed(labels: LabelSet, nowMs: number): boolean {
    return (
      this.#ports.holdReason(labels) !== undefined ||
      this.#silencedBy(labels, nowMs).length > 0 ||
      this.#inhibitor.inhibitedBy(labels, nowMs).length > 0
    );
  }

  #silencedBy(labels: LabelSet, nowMs: number): readonly string[] {
    return this.silences()
      .filter((silence) => silences(silence, labels, nowMs))
      .map(({ id }) => id);
  }

  #keepSilence(silence: Silence): void {
    this.#silences.set(silence.id, silence);
    this.#ports.store.saveSilence(silence);
    this.#tell();
  }

  #clean(): void {
    const nowMs = this.#ports.clock.nowMs();
    this.#followClock(nowMs);
    for (const [id, { alert }] of this.#alerts) {
      if (alert.endsAtMs === undefined || nowMs - alert.endsAtMs <= RESOLVED_KEPT_MS) continue;
      this.#alerts.delete(id);
      this.#inhibitor.delete(alert);
    }
    for (const [id, { endsAtMs }] of this.#silences) {
      if (nowMs - endsAtMs > RETENTION_MS) this.#silences.delete(id);
    }
    this.#log.forgetOld(nowMs, new Set(this.groups().map(({ key }) => key)));
    this.#ports.store.forgetOld(nowMs);
    this.#cancelCleaning = this.#ports.clock.after(CLEANING_MS, () => this.#clean());
  }

  /** After the clock was set back, what was over would fire until the time comes at which it ended: it is over now. */
  #followClock(nowMs: number): void {
    const over = [...this.#alerts.values()].filter(
      ({ alert, updatedAtMs }) => isResolved(alert, updatedAtMs) && !isResolved(alert, nowMs),
    );
    const ended = over.map(({ alert }) => ({
      ...alert,
      startsAtMs: Math.min(alert.startsAtMs, nowMs),
      endsAtMs: nowMs,
    }));
    if (ended.length > 0) this.put(ended, nowMs);
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}

/** The earliest start of an alert that was told of before and has not ended in between. Source: Alertmanager provider/mem, Alert.Merge */
function merge(before: Alert | undefined, now: Alert): Alert {
  if (!before || (before.endsAtMs !== undefined && before.endsAtMs <= now.startsAtMs)) return now;
  return { ...now, startsAtMs: Math.min(before.startsAtMs, now.startsAtMs) };
}

function sameMatchers(a: Pick<Silence, 'matchers'>, b: Pick<Silence, 'matchers'>): boolean {
  const text = ({ matchers }: Pick<Silence, 'matchers'>) => matchers.map(String).sort().join();
  return text(a) === text(b);
}

function unknownSilence(id: string): InputError {
  return new InputError(
    'silence-unknown',
    `there is no silence ${id}; \`clustermon silence list\` shows all`,
  );
}
