/** The SQL of the host table: which hosts and series there ever were, so that their numbers stay the same over restarts. */
import type Database from 'better-sqlite3';
import type { HostState } from '../../wire/http.ts';
import type { Labels, Metric } from '../../wire/metric.ts';

export interface StoredHost {
  readonly number: number;
  /** 32 hexadecimal digits. */
  readonly id: string;
  readonly name: string;
  readonly address: string;
  readonly labels: Labels;
  readonly facts: Labels;
  readonly bootMs: number;
  readonly firstSeenMs: number;
  readonly lastSeenMs: number;
  readonly state: HostState;
  /** Number of the schema by which its samples are read. */
  readonly schema: number;
  /** By series id: number of the metric. */
  readonly series: readonly number[];
  /** Series ids in the order of the schema. */
  readonly live: readonly number[];
}

interface HostRow {
  number: number;
  id: string;
  name: string;
  address: string;
  labels: string;
  facts: string;
  boot_ms: number;
  first_seen_ms: number;
  last_seen_ms: number;
  state: HostState;
  schema: number;
  series: string;
  live: string;
}

export class HostStore {
  readonly #database: Database.Database;
  readonly #saveHost: Database.Statement<[HostRow]>;
  readonly #saveMetric: Database.Statement<[number, string]>;

  /** @param database stays with the caller, who also wraps writes in a transaction */
  constructor(database: Database.Database) {
    this.#database = database;
    this.#saveHost = database.prepare(
      `INSERT OR REPLACE INTO host VALUES (@number, @id, @name, @address, @labels, @facts, @boot_ms, @first_seen_ms, @last_seen_ms,
       @state, @schema, @series, @live)`,
    );
    this.#saveMetric = database.prepare('INSERT OR REPLACE INTO metric VALUES (?, ?)');
  }

  hosts(): StoredHost[] {
    return this.#database
      .prepare<[], HostRow>('SELECT * FROM host ORDER BY number')
      .all()
      .map(fromRow);
  }

  /** In order of their numbers, which are 0, 1, 2… */
  metrics(): Metric[] {
    return this.#database
      .prepare<[], { definition: string }>('SELECT definition FROM metric ORDER BY number')
      .all()
      .map(({ definition }) => JSON.parse(definition) as Metric);
  }

  saveHost(host: StoredHost): void {
    this.#saveHost.run({
      number: host.number,
      id: host.id,
      name: host.name,
      address: host.address,
      labels: JSON.stringify(host.labels),
      facts: JSON.stringify(host.facts),
      boot_ms: host.bootMs,
      first_seen_ms: host.firstSeenMs,
      last_seen_ms: host.lastSeenMs,
      state: host.state,
      schema: host.schema,
      series: JSON.stringify(host.series),
      live: JSON.stringify(host.live),
    });
  }

  saveMetric(number: number, metric: Metric): void {
    this.#saveMetric.run(number, JSON.stringify(metric));
  }

  removeHost(number: number): void {
    this.#database.prepare('DELETE FROM host WHERE number = ?').run(number);
  }
}

function fromRow(row: HostRow): StoredHost {
  return {
    number: row.number,
    id: row.id,
    name: row.name,
    address: row.address,
    labels: JSON.parse(row.labels) as Labels,
    facts: JSON.parse(row.facts) as Labels,
    bootMs: row.boot_ms,
    firstSeenMs: row.first_seen_ms,
    lastSeenMs: row.last_seen_ms,
    state: row.state,
    schema: row.schema,
    series: JSON.parse(row.series) as number[],
    live: JSON.parse(row.live) as number[],
  };
}
