import type Database from 'better-sqlite3';
import type { AlertTransition, NewRule } from '../../wire/http.ts';
import { DeferredWrites } from '../deferred-writes.ts';
import { Labels } from '../query/labels.ts';
import { type FlapRecord, NO_FLAPS } from './flapping.ts';
import type { AlertInstance } from './state.ts';

/** Part of the schema of `registry.db`: rules that people added, alerts as they stand, and what happened to them. */
export const ALERT_TABLES = `
  CREATE TABLE alert_rule (
    name       TEXT PRIMARY KEY,
    definition TEXT NOT NULL,           -- JSON, NewRule
    created_ms INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE alert_instance (
    rule     TEXT NOT NULL,             -- identity of the rule
    key      TEXT NOT NULL,             -- labels
    instance TEXT NOT NULL,             -- JSON, StoredInstance
    PRIMARY KEY (rule, key)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE alert_transition (
    id      INTEGER PRIMARY KEY,
    time_ms INTEGER NOT NULL,
    rule    TEXT NOT NULL,              -- name of the alert
    labels  TEXT NOT NULL,              -- JSON object
    state   TEXT NOT NULL,              -- the one that it has come to
    value   REAL                        -- null = not a number
  ) STRICT;
  CREATE INDEX alert_transition_time ON alert_transition (time_ms);
  CREATE TABLE alert_clock (
    id            INTEGER PRIMARY KEY CHECK (id = 1),
    evaluated_ms  INTEGER NOT NULL      -- the last evaluation that is known of
  ) STRICT;`;

/** Transitions kept; the oldest go first. About 200 MB. */
const TRANSITIONS_MAX = 1_000_000;
const ANSWER_MAX = 10_000;

/** What one evaluation changed. */
export interface Changes {
  readonly saved: readonly { readonly rule: string; readonly instance: AlertInstance }[];
  readonly forgotten: readonly { readonly rule: string; readonly key: string }[];
  readonly transitions: readonly AlertTransition[];
}

type StoredInstance = Omit<AlertInstance, 'labels' | 'sampleLabels' | 'value' | 'flaps'> & {
  readonly labels: Readonly<Record<string, string>>;
  readonly sampleLabels: Readonly<Record<string, string>>;
  readonly value: number | null;
  /** undefined = written before there was flap detection. */
  readonly flaps?: FlapRecord;
};

export class AlertStore {
  readonly #database: Database.Database;
  readonly #writes: DeferredWrites;
  readonly #write;

  constructor(registry: Database.Database, writes = new DeferredWrites()) {
    this.#database = registry;
    this.#writes = writes;
    const save = registry.prepare('INSERT OR REPLACE INTO alert_instance VALUES (?, ?, ?)');
    const forget = registry.prepare('DELETE FROM alert_instance WHERE rule = ? AND key = ?');
    const note = registry.prepare(
      'INSERT INTO alert_transition (time_ms, rule, labels, state, value) VALUES (?, ?, ?, ?, ?)',
    );
    const trim = registry.prepare(
      `DELETE FROM alert_transition WHERE id <= (SELECT max(id) FROM alert_transition) - ${TRANSITIONS_MAX}`,
    );
    this.#write = registry.transaction((changes: Changes) => {
      for (const { rule, instance } of changes.saved) {
        save.run(rule, instance.labels.key, JSON.stringify(toStored(instance)));
      }
      for (const { rule, key } of changes.forgotten) forget.run(rule, key);
      for (const { timeMs, rule, labels, state, value } of changes.transitions) {
        note.run(timeMs, rule, JSON.stringify(labels), state, value);
      }
      if (changes.transitions.length > 0) trim.run();
    });
  }

  write(changes: Changes): void {
    const { saved, forgotten, transitions } = changes;
    if (saved.length + forgotten.length + transitions.length === 0) return;
    this.#writes.do(() => this.#write.immediate(changes));
  }

  /** Alerts by the identity of their rule, then by their labels. */
  instances(): ReadonlyMap<string, ReadonlyMap<string, AlertInstance>> {
    const byRule = new Map<string, Map<string, AlertInstance>>();
    const rows = this.#database
      .prepare<[], { rule: string; instance: string }>('SELECT rule, instance FROM alert_instance')
      .all();
    for (const row of rows) {
      const instance = fromStored(JSON.parse(row.instance) as StoredInstance);
      const instances = byRule.get(row.rule) ?? new Map<string, AlertInstance>();
      instances.set(instance.labels.key, instance);
      byRule.set(row.rule, instances);
    }
    return byRule;
  }

  /** Times are inclusive; newest last. */
  transitions(range: {
    readonly fromMs: number;
    readonly toMs: number;
    readonly rule?: string;
  }): readonly AlertTransition[] {
    const rows = this.#database
      .prepare<
        [number, number, string | null, string | null],
        AlertTransition & { labels: string }
      >(
        `SELECT time_ms AS timeMs, rule, labels, state, value FROM alert_transition
         WHERE time_ms BETWEEN ? AND ? AND (? IS NULL OR rule = ?)
         ORDER BY id DESC LIMIT ${ANSWER_MAX}`,
      )
      .all(range.fromMs, range.toMs, range.rule ?? null, range.rule ?? null);
    return rows.reverse().map((row) => ({ ...row, labels: JSON.parse(row.labels) }));
  }

  rules(): readonly NewRule[] {
    return this.#database
      .prepare<[], { definition: string }>(
        'SELECT definition FROM alert_rule ORDER BY created_ms, name',
      )
      .all()
      .map(({ definition }) => JSON.parse(definition) as NewRule);
  }

  addRule(name: string, rule: NewRule, nowMs: number): void {
    this.#database
      .prepare('INSERT INTO alert_rule VALUES (?, ?, ?)')
      .run(name, JSON.stringify({ ...rule, name }), nowMs);
  }

  /** @returns false when there is no such rule */
  removeRule(name: string): boolean {
    return this.#database.prepare('DELETE FROM alert_rule WHERE name = ?').run(name).changes > 0;
  }

  /** When rules were last evaluated, or undefined when never. */
  get evaluatedMs(): number | undefined {
    const row = this.#database
      .prepare<[], { evaluated_ms: number }>('SELECT evaluated_ms FROM alert_clock')
      .get();
    return row?.evaluated_ms;
  }

  noteEvaluation(timeMs: number): void {
    const save = this.#database.prepare('INSERT OR REPLACE INTO alert_clock VALUES (1, ?)');
    this.#writes.do(() => save.run(timeMs));
  }
}

function toStored(instance: AlertInstance): StoredInstance {
  return {
    ...instance,
    labels: instance.labels.toObject(),
    sampleLabels: instance.sampleLabels.toObject(),
    value: Number.isFinite(instance.value) ? instance.value : null,
  };
}

/** JSON leaves out what is undefined, so those fields are put back. */
function fromStored(stored: StoredInstance): AlertInstance {
  return {
    annotations: stored.annotations,
    state: stored.state,
    activeAtMs: stored.activeAtMs,
    firedAtMs: stored.firedAtMs,
    resolvedAtMs: stored.resolvedAtMs,
    keepFiringSinceMs: stored.keepFiringSinceMs,
    missingSinceMs: stored.missingSinceMs,
    flaps: stored.flaps ?? NO_FLAPS,
    labels: Labels.from(stored.labels),
    sampleLabels: Labels.from(stored.sampleLabels),
    value: stored.value ?? Number.NaN,
  };
}
