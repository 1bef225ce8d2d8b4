/** One collector for one data folder. */
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { InputError, WorldError } from '../../base/errors.ts';

/**
 * Takes the folder for this process: an exclusive lock of SQLite on the file `lock`, which the kernel gives back when the process ends, however
 * it ends.
 * @returns gives the folder back
 * @throws InputError `data-locked` when another process has it
 */
export function lockFolder(folder: string): () => void {
  const file = join(folder, 'lock');
  let database: Database.Database | undefined;
  try {
    database = new Database(file, { timeout: 0 });
    database.pragma('locking_mode = EXCLUSIVE');
    database.exec('BEGIN EXCLUSIVE');
    const held = database;
    return () => held.close();
  } catch (error) {
    database?.close();
    if (error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY')) {
      throw new InputError(
        'data-locked',
        `another collector uses the data folder ${folder}: stop that one, or start this one with another --data`,
      );
    }
    throw new WorldError('lock', `cannot lock ${file}`, error);
  }
}
