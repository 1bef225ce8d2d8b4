import type Database from 'better-sqlite3';
import type { EventInfo } from '../../wire/http.ts';
import { DeferredWrites } from '../deferred-writes.ts';

/** Part of the schema of `registry.db`. */
export const EVENT_TABLE = `
  CREATE TABLE host_event (
    id      INTEGER PRIMARY KEY,
    time_ms INTEGER NOT NULL,
    host    TEXT NOT NULL,              -- name; empty = the whole cluster
    kind    TEXT NOT NULL,
    text    TEXT NOT NULL,
    labels  TEXT NOT NULL               -- JSON object
  ) STRICT;
  CREATE INDEX host_event_time ON host_event (time_ms);`;

/** Events kept; the oldest go first. */
const EVENTS_MAX = 100_000;
const FLUSH_MS = 200;
/** Events in one answer; the newest of the range. */
const ANSWER_MAX = 1000;

export interface EventRange {
  /** Name of the host; undefined = all. Events of the whole cluster always belong. */
  readonly host: string | undefined;
  /** Both ends are included. */
  readonly fromMs: number;
  readonly toMs: number;
}

interface EventRow extends Omit<EventInfo, 'labels'> {
  readonly labels: string;
}

/** What happened on hosts and to the cluster: the ticks on the charts. */
export class EventStore {
  readonly #writeAll;
  readonly #inRange;
  readonly #writes: DeferredWrites;
  readonly #pending: EventInfo[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(registry: Database.Database, writes = new DeferredWrites()) {
    this.#writes = writes;
    const add = registry.prepare<[number, string, string, string, string]>(
      'INSERT INTO host_event (time_ms, host, kind, text, labels) VALUES (?, ?, ?, ?, ?)',
    );
    const trim = registry.prepare(
      `DELETE FROM host_event WHERE id <= (SELECT max(id) FROM host_event) - ${EVENTS_MAX}`,
    );
    this.#writeAll = registry.transaction((events: readonly EventInfo[]) => {
      for (const { timeMs, host, kind, text, labels } of events) {
        add.run(timeMs, host, kind, text, JSON.stringify(labels));
      }
      trim.run();
    });
    this.#inRange = registry.prepare<[number, number, string | null, string | null], EventRow>(
      `SELECT time_ms AS timeMs, host, kind, text, labels FROM host_event
       WHERE time_ms BETWEEN ? AND ? AND (? IS NULL OR host IN (?, ''))
       ORDER BY time_ms DESC LIMIT ${ANSWER_MAX}`,
    );
  }

  /** Written with the others of the same moment: a rack that goes down is one transaction, not forty. */
  add(event: EventInfo): void {
    this.#pending.push(event);
    this.#timer ??= setTimeout(() => this.flush(), FLUSH_MS);
  }

  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const events = this.#pending.splice(0);
    if (events.length > 0) this.#writes.do(() => this.#writeAll(events));
  }

  /** In order of time. */
  inRange({ host = undefined, fromMs, toMs }: EventRange): EventInfo[] {
    this.flush();
    return this.#inRange
      .all(fromMs, toMs, host ?? null, host ?? null)
      .map((row) => ({ ...row, labels: JSON.parse(row.labels) as Record<string, string> }))
      .reverse();
  }
}
