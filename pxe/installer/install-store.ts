import type Database from 'better-sqlite3';
import type { ApprovedDisk } from './protocol.ts';

/** Schema of `installs.db`. Entries are never edited once released. */
export const INSTALL_MIGRATIONS = [
  `CREATE TABLE install (
     node_id   INTEGER PRIMARY KEY,
     disks     TEXT NOT NULL,          -- ApprovedDisk[] as JSON, as they were at the approval
     classes   TEXT NOT NULL,          -- class list as the machine found it, JSON
     image_id  TEXT
   ) STRICT;
   CREATE TABLE ticket (
     hash       TEXT PRIMARY KEY,      -- SHA-256 of the ticket, which itself is nowhere kept
     node_id    INTEGER NOT NULL,
     mac        TEXT NOT NULL,
     uuid       TEXT,
     expires_ms INTEGER NOT NULL,
     used_ms    INTEGER
   ) STRICT, WITHOUT ROWID;
   CREATE INDEX ticket_of_node ON ticket (node_id);`,
] as const;

export interface Install {
  readonly disks: readonly ApprovedDisk[];
  readonly classes: readonly string[];
  readonly imageId: string | undefined;
}

export interface Ticket {
  readonly hash: string;
  readonly nodeId: number;
  readonly mac: string;
  readonly uuid: string | undefined;
  readonly expiresMs: number;
  readonly usedMs: number | undefined;
}

type InstallRow = { disks: string; classes: string; image_id: string | null };
type TicketRow = {
  hash: string;
  node_id: number;
  mac: string;
  uuid: string | null;
  expires_ms: number;
  used_ms: number | null;
};

/** The SQL of installations and their tickets. */
export class InstallStore {
  readonly #db: Database.Database;

  constructor(db: Database.Database) {
    this.#db = db;
  }

  /** undefined for a node that was never approved, and whose machine never asked. */
  install(nodeId: number): Install | undefined {
    const row = this.#db
      .prepare<[number], InstallRow>(
        'SELECT disks, classes, image_id FROM install WHERE node_id = ?',
      )
      .get(nodeId);
    return (
      row && {
        disks: JSON.parse(row.disks) as ApprovedDisk[],
        classes: JSON.parse(row.classes) as string[],
        imageId: row.image_id ?? undefined,
      }
    );
  }

  save(nodeId: number, install: Install): void {
    this.#db
      .prepare(
        `INSERT INTO install (node_id, disks, classes, image_id) VALUES (?, ?, ?, ?)
         ON CONFLICT (node_id) DO UPDATE
         SET disks = excluded.disks, classes = excluded.classes, image_id = excluded.image_id`,
      )
      .run(
        nodeId,
        JSON.stringify(install.disks),
        JSON.stringify(install.classes),
        install.imageId ?? null,
      );
  }

  /** A new ticket of a node takes the place of those before it. */
  saveTicket(ticket: Omit<Ticket, 'usedMs'>): void {
    this.#db.transaction(() => {
      this.#db.prepare('DELETE FROM ticket WHERE node_id = ?').run(ticket.nodeId);
      this.#db
        .prepare('INSERT INTO ticket (hash, node_id, mac, uuid, expires_ms) VALUES (?, ?, ?, ?, ?)')
        .run(ticket.hash, ticket.nodeId, ticket.mac, ticket.uuid ?? null, ticket.expiresMs);
    })();
  }

  ticket(hash: string): Ticket | undefined {
    const row = this.#db
      .prepare<[string], TicketRow>('SELECT * FROM ticket WHERE hash = ?')
      .get(hash);
    return (
      row && {
        hash: row.hash,
        nodeId: row.node_id,
        mac: row.mac,
        uuid: row.uuid ?? undefined,
        expiresMs: row.expires_ms,
        usedMs: row.used_ms ?? undefined,
      }
    );
  }

  /** @returns false when the ticket is used already: of two that come together, one gets true */
  useTicket(hash: string, nowMs: number): boolean {
    const { changes } = this.#db
      .prepare('UPDATE ticket SET used_ms = ? WHERE hash = ? AND used_ms IS NULL')
      .run(nowMs, hash);
    return changes === 1;
  }
}
