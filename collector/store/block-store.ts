/** The SQL of the archives: one table of blocks for each archive, one row for each slot of each host. */
import type Database from 'better-sqlite3';
import { InputError } from '../../base/errors.ts';
import { type Migrations, openDatabase } from '../../base/sqlite.ts';
import { type Block, knownRows, soundBlock } from '../archive/block.ts';
import { type Archive, blockId, blockStart, HOST_NUMBERS } from '../archive/layout.ts';

const MIGRATIONS: Migrations = [
  `CREATE TABLE archive (step INTEGER PRIMARY KEY, span INTEGER NOT NULL, slots INTEGER NOT NULL) STRICT;
   CREATE TABLE metric (number INTEGER PRIMARY KEY, definition TEXT NOT NULL UNIQUE) STRICT;
   CREATE TABLE host (
     number INTEGER PRIMARY KEY,
     id TEXT NOT NULL UNIQUE,
     name TEXT NOT NULL,
     address TEXT NOT NULL,
     labels TEXT NOT NULL,
     facts TEXT NOT NULL,
     boot_ms INTEGER NOT NULL,
     first_seen_ms INTEGER NOT NULL,
     last_seen_ms INTEGER NOT NULL,
     state TEXT NOT NULL,
     schema INTEGER NOT NULL,
     series TEXT NOT NULL,
     live TEXT NOT NULL
   ) STRICT;`,
  // Blocks lay host by host (host × slots + slot) before they lay in the order of time.
  `ALTER TABLE archive ADD COLUMN keyed_by TEXT NOT NULL DEFAULT 'host'`,
];

/**
 * Pages that the write-ahead log holds before they are moved to the file (16 MiB): pages that are written several times in that
 * while, such as inner pages of the tables, cost one write to the file instead of many.
 */
const CHECKPOINT_PAGES = 4096;

/** Files up to this size are looked through before they are written to: that takes a third of a second. */
const CHECKED_BYTES_MAX = 256 * 2 ** 20;

/**
 * Opens `samples.db` for writing and makes the tables of the archives.
 * @throws InputError `archive-changed` when the file has an archive of another span, `database-corrupt` when its pages are damaged
 * @throws what `openDatabase` throws
 */
export function openSamples(file: string, archives: readonly Archive[]): Database.Database {
  const database = openDatabase(file, { migrations: MIGRATIONS, synchronous: 'NORMAL' });
  try {
    refuseDamage(database, file);
    database.pragma(`wal_autocheckpoint = ${CHECKPOINT_PAGES}`);
    database.transaction(() => prepareArchives(database, archives)).immediate();
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function refuseDamage(database: Database.Database, file: string): void {
  const bytes =
    Number(database.pragma('page_count', { simple: true })) *
    Number(database.pragma('page_size', { simple: true }));
  if (bytes > CHECKED_BYTES_MAX) return;
  const found = String(database.pragma('quick_check(1)', { simple: true }));
  if (found === 'ok') return;
  throw new InputError(
    'database-corrupt',
    `${file} is damaged (${found.replaceAll(/\s+/g, ' ')}). \`clustermon store check\` names all of the damage. Restore a backup with ` +
      '`clustermon store restore FOLDER`, or move the file away to begin with empty archives.',
  );
}

export function openSamplesReadonly(file: string): Database.Database {
  return openDatabase(file, { migrations: MIGRATIONS, synchronous: 'NORMAL', readonly: true });
}

function tableOf(step: number): string {
  return `block_${step}`;
}

function prepareArchives(database: Database.Database, archives: readonly Archive[]): void {
  const known = new Map(storedLayout(database).map((stored) => [stored.step, stored]));
  for (const archive of archives) {
    const stored = known.get(archive.stepSeconds);
    known.delete(archive.stepSeconds);
    if (!stored) createTable(database, archive.stepSeconds);
    else if (stored.span !== archive.spanSeconds) throw otherSpan(archive, stored.span);
    else if (isKeyedByHost(database, stored)) moveBlocks(database, archive, `id / ${stored.slots}`);
    else if (stored.slots !== archive.slots) moveBlocks(database, archive, `id % ${HOST_NUMBERS}`);
    else continue;
    database
      .prepare(
        `INSERT OR REPLACE INTO archive (step, span, slots, keyed_by) VALUES (?, ?, ?, 'time')`,
      )
      .run(archive.stepSeconds, archive.spanSeconds, archive.slots);
  }
  for (const step of known.keys()) {
    database.exec(`DROP TABLE ${tableOf(step)}; DELETE FROM archive WHERE step = ${step};`);
  }
}

function createTable(database: Database.Database, step: number): void {
  database.exec(
    `CREATE TABLE ${tableOf(step)} (id INTEGER PRIMARY KEY, start INTEGER NOT NULL, data BLOB NOT NULL) STRICT`,
  );
}

function isKeyedByHost(database: Database.Database, { step }: StoredLayout): boolean {
  const keyedBy = database.prepare<[number]>('SELECT keyed_by FROM archive WHERE step = ?').pluck();
  return keyedBy.get(step) === 'host';
}

/**
 * Another retention is another number of slots: each block moves to its new place, the oldest are overwritten when there are fewer.
 * @param host SQL that gives the host of a row
 */
function moveBlocks(database: Database.Database, archive: Archive, host: string): void {
  const table = tableOf(archive.stepSeconds);
  database.exec(`ALTER TABLE ${table} RENAME TO ${table}_before`);
  createTable(database, archive.stepSeconds);
  database.function('block_id', { deterministic: true }, (number, start) =>
    blockId(archive, Number(number), Number(start)),
  );
  database.exec(
    `INSERT OR REPLACE INTO ${table} SELECT block_id(${host}, start), start, data FROM ${table}_before ORDER BY start;
     DROP TABLE ${table}_before;`,
  );
}

function otherSpan(archive: Archive, span: number): InputError {
  return new InputError(
    'archive-changed',
    `the archive ${archive.name} is stored in blocks of ${span} s, the settings make them ${archive.spanSeconds} s. ` +
      'Blocks depend on the steps of the archives: set the former steps again, or start with another data folder.',
  );
}

export interface StoredLayout {
  readonly step: number;
  readonly span: number;
  readonly slots: number;
}

/** The archives that a file has, from the finest to the coarsest. */
export function storedLayout(database: Database.Database): StoredLayout[] {
  return database
    .prepare<[], StoredLayout>('SELECT step, span, slots FROM archive ORDER BY step')
    .all();
}

interface BlockRow {
  readonly start: number;
  readonly data: Buffer;
}

/** Blocks of all archives, as bytes. */
export class BlockStore {
  readonly #tables: ReadonlyMap<Archive, Statements>;

  /** @param database stays with the caller */
  constructor(database: Database.Database, archives: readonly Archive[]) {
    this.#tables = new Map(archives.map((archive) => [archive, prepare(database, archive)]));
  }

  /** The block of `host` that begins at `start`, or undefined when there is none (any more). */
  read(archive: Archive, host: number, start: number): Uint8Array | undefined {
    const row = this.#of(archive).read.get(blockId(archive, host, start));
    return row?.start === start ? row.data : undefined;
  }

  /** The same, to read its columns; undefined also when it is damaged. */
  open(archive: Archive, host: number, start: number): Block | undefined {
    const data = this.read(archive, host, start);
    return data && soundBlock(data);
  }

  has(archive: Archive, host: number, start: number): boolean {
    return this.#of(archive).start.get(blockId(archive, host, start))?.start === start;
  }

  /** Replaces the oldest block of the host, or this block when it was there. */
  write(archive: Archive, host: number, start: number, data: Uint8Array): void {
    this.#of(archive).write.run(blockId(archive, host, start), start, data);
  }

  /**
   * First second of the newest block of the host that holds `second` or ended before, however long before: blocks stay until others
   * come. @returns undefined when there is none
   */
  newest(archive: Archive, host: number, second: number): number | undefined {
    let newest: number | undefined;
    for (const start of startsOf(archive, host, second)) {
      const stored = this.#of(archive).start.get(blockId(archive, host, start))?.start;
      if (stored === start) return start;
      if (stored !== undefined && stored < second) newest = Math.max(newest ?? 0, stored);
    }
    return newest;
  }

  /**
   * The first second that the newest block of the host lacks: a block that was stored before its end has the seconds up to then, whenever
   * that was.
   * @returns 0 when there is no block; at most `second`
   */
  knownUntil(archive: Archive, host: number, second: number): number {
    const start = this.newest(archive, host, second);
    if (start === undefined) return 0;
    const block = this.open(archive, host, start);
    const known = block ? knownRows(block) : [];
    const gap = known.indexOf(false);
    const rows = gap < 0 ? known.length : gap;
    return Math.min(second, start + rows * archive.stepSeconds);
  }

  removeHost(host: number): void {
    for (const [archive, { remove }] of this.#tables)
      for (const start of startsOf(archive, host, archive.slots * archive.spanSeconds))
        remove.run(blockId(archive, host, start));
  }

  /** How many blocks there are, and their bytes. */
  totals(archive: Archive): { blocks: number; bytes: number } {
    return this.#of(archive).totals.get() ?? { blocks: 0, bytes: 0 };
  }

  #of(archive: Archive): Statements {
    const table = this.#tables.get(archive);
    if (!table) throw new Error(`no table for the archive ${archive.name}`);
    return table;
  }
}

/** First seconds of as many blocks of a host as there are slots: the one that holds `second`, then those before. */
function startsOf(archive: Archive, host: number, second: number): number[] {
  const newest = blockStart(archive, host, second);
  return Array.from({ length: archive.slots }, (_, turn) => newest - turn * archive.spanSeconds);
}

type Statements = ReturnType<typeof prepare>;

function prepare(database: Database.Database, { stepSeconds }: Archive) {
  const table = tableOf(stepSeconds);
  return {
    read: database.prepare<[number], BlockRow>(`SELECT start, data FROM ${table} WHERE id = ?`),
    start: database.prepare<[number], { start: number }>(`SELECT start FROM ${table} WHERE id = ?`),
    write: database.prepare<[number, number, Uint8Array]>(
      `INSERT OR REPLACE INTO ${table} (id, start, data) VALUES (?, ?, ?)`,
    ),
    remove: database.prepare<[number]>(`DELETE FROM ${table} WHERE id = ?`),
    totals: database.prepare<[], { blocks: number; bytes: number }>(
      `SELECT count(*) AS blocks, coalesce(sum(length(data)), 0) AS bytes FROM ${table}`,
    ),
  };
}
