import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import type Database from 'better-sqlite3';
import type { InstalledState } from '../../wire/pxe.ts';

export type Ordered = Omit<InstalledState, 'installedMs'>;

/** The SQL of what each node was made from last, with the config space as it was then: an older one can be compared with the present. */
export class InstalledStore {
  readonly #db: Database.Database;

  constructor(db: Database.Database) {
    this.#db = db;
  }

  /** What a node is about to be made from. @param archive the tar of the config space that `what` names */
  order(nodeId: number, what: Ordered, archive: Uint8Array): void {
    this.#db.transaction(() => {
      this.#db
        .prepare('INSERT OR REPLACE INTO ordered (node_id, what) VALUES (?, ?)')
        .run(nodeId, JSON.stringify(what));
      // A rack that is installed together has one space: it is compressed once.
      if (this.#hasSpace(what.spaceSha256)) return;
      this.#db
        .prepare('INSERT INTO space (sha256, archive) VALUES (?, ?)')
        .run(what.spaceSha256, zstdCompressSync(archive));
    })();
  }

  /** What was ordered for the node is on its disk. Spaces that no node refers to any more are forgotten. */
  finish(nodeId: number, nowMs: number): void {
    this.#db.transaction(() => {
      this.#db
        .prepare(
          `INSERT OR REPLACE INTO installed (node_id, what, at_ms)
           SELECT node_id, what, ? FROM ordered WHERE node_id = ?`,
        )
        .run(nowMs, nodeId);
      this.#db.prepare('DELETE FROM ordered WHERE node_id = ?').run(nodeId);
      this.#db
        .prepare(
          `DELETE FROM space WHERE sha256 NOT IN
             (SELECT what ->> 'spaceSha256' FROM installed UNION SELECT what ->> 'spaceSha256' FROM ordered)`,
        )
        .run();
    })();
  }

  /** @returns undefined for a node that this appliance has not installed */
  installed(nodeId: number): InstalledState | undefined {
    const row = this.#db
      .prepare<[number], { what: string; at_ms: number }>(
        'SELECT what, at_ms FROM installed WHERE node_id = ?',
      )
      .get(nodeId);
    return row && { ...(JSON.parse(row.what) as Ordered), installedMs: row.at_ms };
  }

  #hasSpace(sha256: string): boolean {
    return this.#db.prepare('SELECT 1 FROM space WHERE sha256 = ?').get(sha256) !== undefined;
  }

  /** @returns the tar archive of a config space from which a node was made; undefined when none was */
  space(sha256: string): Buffer | undefined {
    const row = this.#db
      .prepare<[string], { archive: Buffer }>('SELECT archive FROM space WHERE sha256 = ?')
      .get(sha256);
    return row && zstdDecompressSync(row.archive);
  }
}
