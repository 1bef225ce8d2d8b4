import type Database from 'better-sqlite3';
import { DeferredWrites } from '../deferred-writes.ts';
import type { NotificationEntry, NotificationReason } from './dedup.ts';
import type { Refusal } from './delivery.ts';
import { formatMatchers, parseMatchers } from './matcher.ts';
import type { Notification } from './payload.ts';
import { parseRecurrence } from './recurrence.ts';
import type { Silence } from './silence.ts';

/** Part of the schema of `registry.db`: silences, what receivers have been told, and what they still have to be told. */
export const NOTIFY_TABLES = `
  CREATE TABLE silence (
    id      TEXT PRIMARY KEY,
    silence TEXT NOT NULL               -- JSON, StoredSilence
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE notification_log (
    group_key   TEXT NOT NULL,
    integration TEXT NOT NULL,
    entry       TEXT NOT NULL,          -- JSON, NotificationEntry
    PRIMARY KEY (group_key, integration)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE outbox (
    id           INTEGER PRIMARY KEY,
    integration  TEXT NOT NULL,
    notification TEXT NOT NULL,         -- JSON, Notification
    reason       TEXT NOT NULL,
    created_ms   INTEGER NOT NULL,
    attempts     INTEGER NOT NULL,      -- begun; more than 0 after a crash = it may have arrived
    next_ms      INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE delivery (
    id          INTEGER PRIMARY KEY,
    time_ms     INTEGER NOT NULL,
    integration TEXT NOT NULL,
    group_key   TEXT NOT NULL,
    reason      TEXT NOT NULL,
    outcome     TEXT NOT NULL,          -- delivered, refused, expired
    detail      TEXT NOT NULL
  ) STRICT;
  CREATE TABLE acknowledgement (
    fingerprint TEXT PRIMARY KEY,
    by_whom     TEXT NOT NULL,
    comment     TEXT NOT NULL,
    at_ms       INTEGER NOT NULL,
    until_ms    INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;`;

/** Deliveries remembered; the oldest go first. */
const DELIVERIES_MAX = 100_000;
/** Expired silences, and what was told of groups that are over, are forgotten after this time. */
export const RETENTION_MS = 5 * 86_400_000;

/** By it what a receiver was last told about a group is found. */
export interface LogPlace {
  readonly groupKey: string;
  readonly integration: string;
}

/** A notification on its way. */
export interface Outgoing {
  readonly id: number;
  readonly integration: string;
  readonly notification: Notification;
  readonly reason: NotificationReason;
  readonly createdMs: number;
  readonly attempts: number;
  readonly nextMs: number;
}

export interface Delivery {
  readonly timeMs: number;
  readonly integration: string;
  readonly groupKey: string;
  readonly reason: string;
  readonly outcome: 'delivered' | 'refused' | 'expired';
  readonly detail: string;
}

export interface Acknowledgement {
  readonly fingerprint: string;
  readonly byWhom: string;
  readonly comment: string;
  readonly atMs: number;
  readonly untilMs: number;
}

interface StoredSilence extends Omit<Silence, 'matchers' | 'recurs'> {
  readonly matchers: string;
  readonly recurs: string | undefined;
}

export class NotifyStore {
  readonly #database: Database.Database;
  readonly #writes: DeferredWrites;
  #nextId: number;

  constructor(registry: Database.Database, writes = new DeferredWrites()) {
    this.#database = registry;
    this.#writes = writes;
    this.#nextId = 1 + Math.max(0, ...this.outbox().map(({ id }) => id));
  }

  silences(): readonly Silence[] {
    return this.#database
      .prepare<[], { silence: string }>('SELECT silence FROM silence')
      .all()
      .map((row) => fromStored(JSON.parse(row.silence) as StoredSilence));
  }

  saveSilence(silence: Silence): void {
    const stored: StoredSilence = {
      ...silence,
      matchers: formatMatchers(silence.matchers),
      recurs: silence.recurs?.text,
    };
    this.#database
      .prepare('INSERT OR REPLACE INTO silence VALUES (?, ?)')
      .run(silence.id, JSON.stringify(stored));
  }

  removeSilence(id: string): void {
    this.#database.prepare('DELETE FROM silence WHERE id = ?').run(id);
  }

  entries(): readonly (LogPlace & { readonly entry: NotificationEntry })[] {
    return this.#database
      .prepare<[], LogPlace & { readonly entry: string }>(
        'SELECT group_key AS groupKey, integration, entry FROM notification_log',
      )
      .all()
      .map((row) => ({ ...row, entry: JSON.parse(row.entry) as NotificationEntry }));
  }

  /** What a receiver is going to be told, and that it counts as told, in one transaction. */
  enqueue(
    outgoing: Pick<Outgoing, 'integration' | 'notification' | 'reason' | 'createdMs'> | undefined,
    log: LogPlace & { readonly entry: NotificationEntry },
  ): Outgoing | undefined {
    const queued = outgoing && {
      ...outgoing,
      id: this.#nextId,
      attempts: 0,
      nextMs: outgoing.createdMs,
    };
    if (queued) this.#nextId += 1;
    const write = this.#database.transaction(() => {
      this.#database
        .prepare('INSERT OR REPLACE INTO notification_log VALUES (?, ?, ?)')
        .run(log.groupKey, log.integration, JSON.stringify(log.entry));
      if (!queued) return;
      const { id, integration, notification, reason, createdMs, attempts, nextMs } = queued;
      this.#database
        .prepare(
          'INSERT INTO outbox (id, integration, notification, reason, created_ms, attempts, next_ms) VALUES (?, ?, ?, ?, ?, ?, ?)',
        )
        .run(id, integration, JSON.stringify(notification), reason, createdMs, attempts, nextMs);
    });
    this.#writes.do(() => write.immediate());
    return queued;
  }

  removeEntry({ groupKey, integration }: LogPlace): void {
    const remove = this.#database.prepare(
      'DELETE FROM notification_log WHERE group_key = ? AND integration = ?',
    );
    this.#writes.do(() => remove.run(groupKey, integration));
  }

  /** Oldest first. */
  outbox(): readonly Outgoing[] {
    return this.#database
      .prepare<[], Omit<Outgoing, 'notification'> & { notification: string }>(
        `SELECT id, integration, notification, reason, created_ms AS createdMs, attempts, next_ms AS nextMs
         FROM outbox ORDER BY id`,
      )
      .all()
      .map((row) => ({ ...row, notification: JSON.parse(row.notification) as Notification }));
  }

  noteAttempt({ id, attempts, nextMs }: Pick<Outgoing, 'id' | 'attempts' | 'nextMs'>): void {
    const save = this.#database.prepare('UPDATE outbox SET attempts = ?, next_ms = ? WHERE id = ?');
    this.#writes.do(() => save.run(attempts, nextMs, id));
  }

  finish(id: number, delivery: Delivery): void {
    const write = this.#database.transaction(() => {
      this.#database.prepare('DELETE FROM outbox WHERE id = ?').run(id);
      this.#database
        .prepare(
          'INSERT INTO delivery (time_ms, integration, group_key, reason, outcome, detail) VALUES (?, ?, ?, ?, ?, ?)',
        )
        .run(
          delivery.timeMs,
          delivery.integration,
          delivery.groupKey,
          delivery.reason,
          delivery.outcome,
          delivery.detail,
        );
      this.#database
        .prepare(
          `DELETE FROM delivery WHERE id <= (SELECT max(id) FROM delivery) - ${DELIVERIES_MAX}`,
        )
        .run();
    });
    this.#writes.do(() => write.immediate());
  }

  /** The newest last. */
  deliveries(range: { readonly fromMs: number; readonly toMs: number }): readonly Delivery[] {
    return this.#database
      .prepare<[number, number], Delivery>(
        `SELECT time_ms AS timeMs, integration, group_key AS groupKey, reason, outcome, detail FROM delivery
         WHERE time_ms BETWEEN ? AND ? ORDER BY id`,
      )
      .all(range.fromMs, range.toMs);
  }

  /** Channels that have refused since they last accepted, or ever. */
  refusals(): readonly Refusal[] {
    return this.#database
      .prepare<[], Refusal>(
        `WITH accepted AS (SELECT integration, max(id) AS id FROM delivery WHERE outcome = 'delivered' GROUP BY integration),
           refused AS (
             SELECT delivery.integration, min(delivery.time_ms) AS since_ms, max(delivery.id) AS id
             FROM delivery LEFT JOIN accepted USING (integration)
             WHERE outcome = 'refused' AND delivery.id > coalesce(accepted.id, 0) GROUP BY delivery.integration)
         SELECT refused.integration, since_ms AS sinceMs, detail FROM refused JOIN delivery USING (id)`,
      )
      .all();
  }

  acknowledgements(): readonly Acknowledgement[] {
    return this.#database
      .prepare<[], Acknowledgement>(
        'SELECT fingerprint, by_whom AS byWhom, comment, at_ms AS atMs, until_ms AS untilMs FROM acknowledgement',
      )
      .all();
  }

  saveAcknowledgement(ack: Acknowledgement): void {
    this.#database
      .prepare('INSERT OR REPLACE INTO acknowledgement VALUES (?, ?, ?, ?, ?)')
      .run(ack.fingerprint, ack.byWhom, ack.comment, ack.atMs, ack.untilMs);
  }

  removeAcknowledgement(fingerprint: string): void {
    this.#database.prepare('DELETE FROM acknowledgement WHERE fingerprint = ?').run(fingerprint);
  }

  /** Forgets silences and acknowledgements that ended more than RETENTION_MS ago. */
  forgetOld(nowMs: number): void {
    const beforeMs = nowMs - RETENTION_MS;
    const forget = this.#database.transaction(() => {
      this.#database
        .prepare("DELETE FROM silence WHERE json_extract(silence, '$.endsAtMs') < ?")
        .run(beforeMs);
      this.#database.prepare('DELETE FROM acknowledgement WHERE until_ms < ?').run(beforeMs);
    });
    this.#writes.do(() => forget.immediate());
  }
}

function fromStored(stored: StoredSilence): Silence {
  return {
    ...stored,
    matchers: parseMatchers(stored.matchers),
    recurs:
      stored.recurs === undefined
        ? undefined
        : { text: stored.recurs, interval: parseRecurrence(stored.recurs) },
  };
}
