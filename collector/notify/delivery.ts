import type { Cancel, Clock } from '../../base/clock.ts';
import { reasonOf } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import type { Notification } from './payload.ts';
import type { Delivery, NotifyStore, Outgoing } from './store.ts';

/** A channel by which one receiver is told. */
export interface Integration {
  readonly id: string;
  /** @throws DeliveryError; anything else counts as worth another try */
  send(notification: Notification, mark: DeliveryMark): Promise<void>;
}

/** By it a receiver can tell a notification that comes twice. */
export interface DeliveryMark {
  /** Unique, the same in every attempt. */
  readonly id: string;
  /** An earlier attempt was cut off by a crash or its answer was lost: it may have arrived. */
  readonly mayBeRepeated: boolean;
}

export class DeliveryError extends Error {
  /** False when another try would be refused just the same. */
  readonly isRecoverable: boolean;
  /** What a person does about it. */
  readonly advice: string;

  constructor(message: string, isRecoverable: boolean, advice = '') {
    super(message);
    this.name = 'DeliveryError';
    this.isRecoverable = isRecoverable;
    this.advice = advice;
  }
}

/** A channel whose receiver has refused since then, without accepting anything in between. */
export interface Refusal {
  readonly integration: string;
  readonly sinceMs: number;
  /** What was said last. */
  readonly detail: string;
}

const BACK_OFF_MIN_MS = 1_000;
const BACK_OFF_MAX_MS = 60_000;
/** What could not be delivered for this long is given up. */
export const EXPIRES_MS = 24 * 3_600_000;

/** Notifications that wait for one integration; of more the oldest are given up. */
const WAITING_MAX = 10_000;

export interface CourierPorts {
  readonly store: Pick<NotifyStore, 'noteAttempt' | 'finish' | 'outbox' | 'refusals'>;
  readonly clock: Clock;
  readonly log: Log;
  /** Called for what its receiver will never take. */
  refused(outgoing: Outgoing): void;
}

/** Carries notifications from the outbox to their receivers: in order, one at a time per integration, until delivered or expired. */
export class Courier {
  readonly #ports: CourierPorts;
  readonly #queues = new Map<string, Queue>();
  /** Of channels whose last answer was a refusal; survives restarts in the deliveries. */
  readonly #refusals: Map<string, Refusal>;

  constructor(ports: CourierPorts, integrations: readonly Integration[]) {
    this.#ports = ports;
    this.#refusals = new Map(ports.store.refusals().map((one) => [one.integration, one]));
    this.use(integrations);
    for (const outgoing of ports.store.outbox()) this.add(outgoing);
  }

  /** From now on these are the channels; what waits for one that is no longer among them is given up. */
  use(integrations: readonly Integration[]): void {
    const kept = new Set(integrations.map(({ id }) => id));
    for (const [id, queue] of this.#queues) {
      if (kept.has(id)) continue;
      queue.close();
      this.#queues.delete(id);
      for (const outgoing of queue.waiting) this.#giveUp(outgoing);
    }
    for (const integration of integrations) {
      const queue = this.#queues.get(integration.id);
      if (queue) queue.use(integration);
      else this.#queues.set(integration.id, new Queue(integration, this.#ports, this));
    }
  }

  /** Channels that refused what they were told last. */
  get refusals(): readonly Refusal[] {
    return [...this.#refusals.values()].filter(({ integration }) => this.#queues.has(integration));
  }

  noteRefused(integration: string, detail: string): void {
    const sinceMs = this.#refusals.get(integration)?.sinceMs ?? this.#ports.clock.nowMs();
    this.#refusals.set(integration, { integration, sinceMs, detail });
  }

  noteAccepted(integration: string): void {
    this.#refusals.delete(integration);
  }

  add(outgoing: Outgoing): void {
    const queue = this.#queues.get(outgoing.integration);
    if (queue) queue.add(outgoing);
    else this.#giveUp(outgoing);
  }

  /** True while the integration still has to tell something about the group. */
  isWaiting(integration: string, groupKey: string): boolean {
    return this.#queues.get(integration)?.has(groupKey) ?? false;
  }

  /** Notifications that wait for their receiver. */
  get waiting(): readonly Outgoing[] {
    return [...this.#queues.values()].flatMap(({ waiting }) => waiting);
  }

  /** What went wrong with the channel's last attempt, and what to do; '' when it went well, or there was none since the start. */
  failureOf(integration: string): string {
    return this.#queues.get(integration)?.failure ?? '';
  }

  close(): void {
    for (const queue of this.#queues.values()) queue.close();
  }

  /** Its receiver is no longer in the configuration. */
  #giveUp(outgoing: Outgoing): void {
    this.#ports.store.finish(outgoing.id, {
      ...deliveryOf(outgoing, this.#ports.clock.nowMs()),
      outcome: 'expired',
      detail: 'the receiver was removed from the configuration',
    });
  }
}

class Queue {
  readonly #ports: CourierPorts;
  readonly #waiting: Outgoing[] = [];
  readonly #courier: Pick<Courier, 'noteRefused' | 'noteAccepted'>;
  #integration: Integration;
  #failure = '';
  #isBusy = false;
  #isClosed = false;
  #cancel: Cancel | undefined;

  constructor(
    integration: Integration,
    ports: CourierPorts,
    courier: Pick<Courier, 'noteRefused' | 'noteAccepted'>,
  ) {
    this.#integration = integration;
    this.#ports = ports;
    this.#courier = courier;
  }

  /** What is under way is still sent by the one before. */
  use(integration: Integration): void {
    this.#integration = integration;
  }

  get waiting(): readonly Outgoing[] {
    return this.#waiting;
  }

  get failure(): string {
    return this.#failure;
  }

  has(groupKey: string): boolean {
    return this.#waiting.some(({ notification }) => notification.groupKey === groupKey);
  }

  add(outgoing: Outgoing): void {
    this.#waiting.push(outgoing);
    if (this.#waiting.length > WAITING_MAX) this.#giveUpOldest();
    this.#next();
  }

  close(): void {
    this.#isClosed = true;
    this.#cancel?.();
  }

  /** The first one may be under way. */
  #giveUpOldest(): void {
    const { store, clock } = this.#ports;
    for (const outgoing of this.#waiting.splice(1, 1)) {
      store.finish(outgoing.id, {
        ...deliveryOf(outgoing, clock.nowMs()),
        outcome: 'expired',
        detail: `more than ${WAITING_MAX} notifications wait`,
      });
    }
  }

  #next(): void {
    const [first] = this.#waiting;
    if (!first || this.#isBusy || this.#isClosed) return;
    this.#isBusy = true;
    // No longer than the longest back-off, also when the clock was set back.
    const waitMs = Math.min(first.nextMs - this.#ports.clock.nowMs(), BACK_OFF_MAX_MS);
    if (waitMs <= 0) void this.#attempt(first);
    else this.#cancel = this.#ports.clock.after(waitMs, () => void this.#attempt(first));
  }

  async #attempt(before: Outgoing): Promise<void> {
    const { store, clock, log } = this.#ports;
    const attempts = before.attempts + 1;
    const backOffMs = Math.min(BACK_OFF_MAX_MS, BACK_OFF_MIN_MS * 2 ** before.attempts);
    const outgoing = { ...before, attempts, nextMs: clock.nowMs() + backOffMs };
    // Written before sending, so that after a crash it is known that this one may have arrived.
    store.noteAttempt(outgoing);
    const fields = { integration: outgoing.integration, group: outgoing.notification.groupKey };
    let outcome: Pick<Delivery, 'outcome' | 'detail'> | undefined;
    try {
      await this.#integration.send(outgoing.notification, {
        id: `${outgoing.createdMs.toString(36)}-${outgoing.id}`,
        mayBeRepeated: before.attempts > 0,
      });
      outcome = { outcome: 'delivered', detail: '' };
      this.#failure = '';
      this.#courier.noteAccepted(outgoing.integration);
      log.info('notification-delivered', { ...fields, reason: outgoing.reason, attempts });
    } catch (error) {
      const detail = reasonOf(error);
      this.#failure = explain(error);
      log.warn('notification-failed', { ...fields, attempts, detail });
      if (error instanceof DeliveryError && !error.isRecoverable) {
        outcome = { outcome: 'refused', detail };
        this.#courier.noteRefused(outgoing.integration, this.#failure);
      } else if (clock.nowMs() - outgoing.createdMs > EXPIRES_MS) {
        outcome = { outcome: 'expired', detail };
      }
    }
    if (this.#isClosed) return;
    this.#isBusy = false;
    if (outcome) {
      store.finish(outgoing.id, { ...deliveryOf(outgoing, clock.nowMs()), ...outcome });
      this.#waiting.shift();
      if (outcome.outcome === 'refused') this.#ports.refused(outgoing);
    } else this.#waiting[0] = outgoing;
    this.#next();
  }
}

/** What went wrong, and what to do. */
export function explain(error: unknown): string {
  const advice = error instanceof DeliveryError ? error.advice : '';
  return advice ? `${reasonOf(error)}; ${advice}` : reasonOf(error);
}

function deliveryOf(
  { integration, notification, reason }: Outgoing,
  timeMs: number,
): Pick<Delivery, 'timeMs' | 'integration' | 'groupKey' | 'reason'> {
  return { timeMs, integration, groupKey: notification.groupKey, reason };
}
