import Database from 'better-sqlite3';
import { isDiskFull } from './disk-full.ts';
import { InputError, reasonOf, WorldError } from './errors.ts';

/** Each entry brings the schema from version `index` to `index + 1`; entries are never edited once released. */
export type Migrations = readonly string[];

export interface OpenOptions {
  readonly migrations: Migrations;
  /** `FULL` for what a person decided (nodes, rules, leases); `NORMAL` for samples, which the journal and the agents can bring back. */
  readonly synchronous: 'NORMAL' | 'FULL';
  readonly readonly?: boolean;
  /** Bytes; only takes effect on a new file. */
  readonly pageSizeBytes?: number;
}

/**
 * Opens a SQLite file in WAL mode and brings its schema up to date.
 * @throws InputError `database-newer` when a later clustermon wrote it, `database-corrupt` when SQLite finds it damaged
 * @throws WorldError `database-open` when it cannot be opened
 */
export function openDatabase(file: string, options: OpenOptions): Database.Database {
  let database: Database.Database | undefined;
  try {
    database = new Database(file, { readonly: options.readonly ?? false, timeout: 5000 });
    // SQLite opens a file when it first reads it.
    if (options.readonly) versionOf(database);
    else {
      if (options.pageSizeBytes) database.pragma(`page_size = ${options.pageSizeBytes}`);
      database.pragma('journal_mode = WAL');
      database.pragma(`synchronous = ${options.synchronous}`);
      migrate(database, file, options.migrations);
    }
    return database;
  } catch (error) {
    database?.close();
    if (error instanceof InputError) throw error;
    if (isCorruption(error)) {
      throw new InputError(
        'database-corrupt',
        `${file} is damaged (${reasonOf(error)}). Move it away or restore it from a backup, then start again; ` +
          '`clustermon store check` names the damage.',
        { cause: error },
      );
    }
    const advice = isDiskFull(error)
      ? ' (its disk is full: make room there, `clustermon image list` and `remove` help)'
      : '';
    throw new WorldError('database-open', `cannot open ${file}${advice}`, error);
  }
}

/**
 * Looks at the pages of a SQLite file, also of one in use.
 * @returns the first damage, or why it cannot be read; undefined when there is none
 */
export function damageOf(file: string): string | undefined {
  let database: Database.Database | undefined;
  try {
    database = new Database(file, { readonly: true, timeout: 5000 });
    const found = String(database.pragma('quick_check(1)', { simple: true }));
    return found === 'ok' ? undefined : found.replaceAll(/\s+/g, ' ');
  } catch (error) {
    return reasonOf(error);
  } finally {
    database?.close();
  }
}

/** True for the errors with which SQLite says that a file's contents are not (any more) a sound database. */
export function isCorruption(error: unknown): boolean {
  const code = error instanceof Database.SqliteError ? error.code : '';
  return code.startsWith('SQLITE_CORRUPT') || code === 'SQLITE_NOTADB';
}

/** Writes nothing when the schema is up to date, so that a full disk does not matter then. */
function migrate(database: Database.Database, file: string, migrations: Migrations): void {
  const version = versionOf(database);
  if (version === migrations.length) return;
  if (version > migrations.length) {
    throw new InputError(
      'database-newer',
      `${file} has schema version ${version}, this clustermon knows versions up to ${migrations.length}. Start the newer clustermon, or use another --data folder.`,
    );
  }
  database
    .transaction(() => {
      // Another process may have been first.
      for (const sql of migrations.slice(versionOf(database))) database.exec(sql);
      database.pragma(`user_version = ${migrations.length}`);
    })
    .exclusive();
}

function versionOf(database: Database.Database): number {
  return Number(database.pragma('user_version', { simple: true }));
}
