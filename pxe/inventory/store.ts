import type Database from 'better-sqlite3';
import type { AuditEntry, NodeEvent, PxeNode } from '../../wire/pxe.ts';

/** Schema of `pxe.db`, the registry of nodes and leases. Entries are never edited once released. */
export const REGISTRY_MIGRATIONS = [
  `CREATE TABLE node (
     id       INTEGER PRIMARY KEY,
     name     TEXT NOT NULL UNIQUE,
     document TEXT NOT NULL            -- PxeNode as JSON
   ) STRICT;
   CREATE TABLE node_mac (
     mac     TEXT PRIMARY KEY,
     node_id INTEGER NOT NULL REFERENCES node (id) ON DELETE CASCADE
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE event (
     id      INTEGER PRIMARY KEY,
     at_ms   INTEGER NOT NULL,
     mac     TEXT NOT NULL,
     kind    TEXT NOT NULL,
     text    TEXT NOT NULL
   ) STRICT;
   CREATE INDEX event_of_mac ON event (mac, id);
   CREATE TABLE audit (
     id     INTEGER PRIMARY KEY,
     at_ms  INTEGER NOT NULL,
     who    TEXT NOT NULL,
     source TEXT NOT NULL,
     action TEXT NOT NULL,
     node   TEXT NOT NULL,
     detail TEXT NOT NULL
   ) STRICT;
   CREATE INDEX audit_of_node ON audit (node, id);
   CREATE TABLE lease (
     address    INTEGER PRIMARY KEY,   -- IPv4 as a number
     client     TEXT,                  -- client identifier or MAC (RFC 2131 §4.2); null while quarantined
     mac        TEXT,
     host_name  TEXT,
     expires_ms INTEGER NOT NULL
   ) STRICT;
   CREATE UNIQUE INDEX lease_of_client ON lease (client) WHERE client IS NOT NULL;
   CREATE INDEX lease_expiry ON lease (expires_ms);`,
] as const;

/** Events kept for one MAC address; the oldest go first. */
export const EVENTS_PER_MAC_MAX = 500;

/** Steps that a node's machine took, kept in the audit; the oldest go first. What people and rules decided stays. */
export const MACHINE_STEPS_MAX = 500;
const BY_MACHINE = "who IN ('appliance', 'installer')";

export type NewEvent = Omit<NodeEvent, 'id'>;

export interface Changes {
  readonly nodes?: readonly PxeNode[];
  readonly audit?: readonly AuditEntry[];
  readonly events?: readonly NewEvent[];
}

/** The SQL of nodes, timeline and audit. */
export class NodeStore {
  readonly #db: Database.Database;
  readonly #saveNode;
  readonly #dropMacs;
  readonly #addMac;
  readonly #addEvent;
  readonly #trimEvents;
  readonly #addAudit;
  readonly #trimAudit;

  constructor(db: Database.Database) {
    this.#db = db;
    this.#saveNode = db.prepare<[number, string, string]>(
      `INSERT INTO node (id, name, document) VALUES (?, ?, ?)
       ON CONFLICT (id) DO UPDATE SET name = excluded.name, document = excluded.document`,
    );
    this.#dropMacs = db.prepare<[number]>('DELETE FROM node_mac WHERE node_id = ?');
    this.#addMac = db.prepare<[string, number]>(
      'INSERT INTO node_mac (mac, node_id) VALUES (?, ?)',
    );
    this.#addEvent = db.prepare<[number, string, string, string]>(
      'INSERT INTO event (at_ms, mac, kind, text) VALUES (?, ?, ?, ?)',
    );
    this.#trimEvents = db.prepare<[string, string]>(
      `DELETE FROM event WHERE mac = ? AND id <= (
         SELECT id FROM event WHERE mac = ? ORDER BY id DESC LIMIT 1 OFFSET ${EVENTS_PER_MAC_MAX})`,
    );
    this.#addAudit = db.prepare<[number, string, string, string, string, string]>(
      'INSERT INTO audit (at_ms, who, source, action, node, detail) VALUES (?, ?, ?, ?, ?, ?)',
    );
    this.#trimAudit = db.prepare<[string, string]>(
      `DELETE FROM audit WHERE node = ? AND ${BY_MACHINE} AND id <= (
         SELECT id FROM audit WHERE node = ? AND ${BY_MACHINE} ORDER BY id DESC LIMIT 1 OFFSET ${MACHINE_STEPS_MAX})`,
    );
  }

  /** All nodes, oldest first. */
  loadNodes(): PxeNode[] {
    return this.#db
      .prepare<[], { document: string }>('SELECT document FROM node ORDER BY id')
      .all()
      .map((row) => JSON.parse(row.document) as PxeNode);
  }

  /**
   * Writes nodes, who changed them, and events in one transaction.
   * @param isDecision on disk when it returns; what was only observed is there within seconds, and does not wait for the disk
   */
  write({ nodes = [], audit = [], events = [] }: Changes, { isDecision = true } = {}): void {
    this.#db.pragma(`synchronous = ${isDecision ? 'FULL' : 'NORMAL'}`);
    this.#db
      .transaction(() => {
        for (const node of nodes) this.#putNode(node);
        for (const { atMs, who, from, action, node, detail } of audit) {
          this.#addAudit.run(atMs, who, from, action, node, detail);
        }
        for (const node of new Set(audit.map((entry) => entry.node)))
          this.#trimAudit.run(node, node);
        for (const { atMs, mac, kind, text } of events) this.#addEvent.run(atMs, mac, kind, text);
        for (const mac of new Set(events.map((event) => event.mac))) this.#trimEvents.run(mac, mac);
      })
      .immediate();
  }

  #putNode(node: PxeNode): void {
    this.#saveNode.run(node.id, node.name, JSON.stringify(node));
    this.#dropMacs.run(node.id);
    for (const mac of node.macs) this.#addMac.run(mac, node.id);
  }

  /** The last `limit` events of these addresses after `afterId`, oldest first. */
  events(macs: readonly string[], afterId: number, limit: number): NodeEvent[] {
    return this.#db
      .prepare<[string, number, number], NodeEvent>(
        `SELECT id, at_ms AS atMs, mac, kind, text FROM event
         WHERE mac IN (SELECT value FROM json_each(?)) AND id > ? ORDER BY id DESC LIMIT ?`,
      )
      .all(JSON.stringify(macs), afterId, limit)
      .reverse();
  }

  /** Entries about one node (all nodes when undefined), newest first. */
  audit(node: string | undefined, limit: number): AuditEntry[] {
    return this.#db
      .prepare<[string | null, string | null, number], AuditEntry>(
        `SELECT at_ms AS atMs, who, source AS "from", action, node, detail FROM audit
         WHERE ? IS NULL OR node = ? ORDER BY id DESC LIMIT ?`,
      )
      .all(node ?? null, node ?? null, limit);
  }
}
