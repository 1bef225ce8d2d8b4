import type Database from 'better-sqlite3';

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
  // Approved disks are the registry's: an approval and its disks are one transaction there.
  `ALTER TABLE install DROP COLUMN disks;
   ALTER TABLE install ADD COLUMN machine_id TEXT; -- machine-id(5) of the new system, the same in each installation of the node`,
  `CREATE TABLE ordered (node_id INTEGER PRIMARY KEY, what TEXT NOT NULL) STRICT;
   CREATE TABLE installed (node_id INTEGER PRIMARY KEY, what TEXT NOT NULL, at_ms INTEGER NOT NULL) STRICT;
   CREATE TABLE space (sha256 TEXT PRIMARY KEY, archive BLOB NOT NULL) STRICT; -- tar, compressed with zstd`,
] as const;

export interface Install {
  /** As the machine found them; empty before. */
  readonly classes: readonly string[];
  /** The image of its last order. */
  readonly imageId: string | undefined;
  /** 32 hexadecimal digits, from its first order on. */
  readonly machineId: string | undefined;
}

export interface Ticket {
  readonly hash: string;
  readonly nodeId: number;
  readonly mac: string;
  readonly uuid: string | undefined;
  readonly expiresMs: number;
  readonly usedMs: number | undefined;
}

type InstallRow = { classes: string; image_id: string | null; machine_id: string | null };
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

  install(nodeId: number): Install {
    const row = this.#db
      .prepare<[number], InstallRow>(
        'SELECT classes, image_id, machine_id FROM install WHERE node_id = ?',
      )
      .get(nodeId);
    return {
      classes: row ? (JSON.parse(row.classes) as string[]) : [],
      imageId: row?.image_id ?? undefined,
      machineId: row?.machine_id ?? undefined,
    };
  }

  save(nodeId: number, { classes, imageId, machineId }: Install): void {
    this.#db
      .prepare(
        'INSERT OR REPLACE INTO install (node_id, classes, image_id, machine_id) VALUES (?, ?, ?, ?)',
      )
      .run(nodeId, JSON.stringify(classes), imageId ?? null, machineId ?? null);
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

  /** Makes a ticket good again until `expiresMs`: for the machine that holds it, when it took longer or the answer got lost. */
  renewTicket(hash: string, expiresMs: number): void {
    this.#db
      .prepare('UPDATE ticket SET expires_ms = ?, used_ms = NULL WHERE hash = ?')
      .run(expiresMs, hash);
  }
}
