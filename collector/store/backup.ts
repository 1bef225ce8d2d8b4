/** Copies of all that a data folder holds and nobody could make anew: the databases and the keys; and back. */
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import Database from 'better-sqlite3';
import { makeDataFolder, makeFolder } from '../../base/data-folder.ts';
import { InputError } from '../../base/errors.ts';
import { damageOf, openDatabase } from '../../base/sqlite.ts';
import { checkSamples } from './check.ts';
import { lockFolder } from './lock.ts';

/** The cluster's secret and the key that images are signed with. */
const KEYS: readonly string[] = ['secret', 'signing.pem'];
const SAMPLES = 'samples.db';
/** Between two reports of progress. */
const PAGES_PER_STEP = 256;

/**
 * Writes a folder with a copy of each database of the data folder, each consistent, also while the appliance writes, and of the keys.
 * @param onProgress gets the share that is done, 0 to 1
 * @throws WorldError `database-open`
 * @throws InputError `backup-exists` when `to` is there already, `backup-empty` when there are no samples in the data folder
 */
export async function backupFolder(
  data: string,
  to: string,
  onProgress: (share: number) => void,
): Promise<void> {
  if (existsSync(to)) {
    throw new InputError('backup-exists', `${to} exists: choose another name, or remove it first`);
  }
  const databases = databasesIn(data);
  if (!databases.includes(SAMPLES)) {
    throw new InputError(
      'backup-empty',
      `${data} holds no samples: name the data folder with --data`,
    );
  }
  const part = `${to}.part`;
  try {
    makeFolder(part);
    const sizes = databases.map((name) => statSync(join(data, name)).size);
    const total = sizes.reduce((sum, size) => sum + size, 0);
    let done = 0;
    for (const [index, name] of databases.entries()) {
      const size = sizes[index] ?? 0;
      await copyDatabase(join(data, name), join(part, name), (share) =>
        onProgress((done + share * size) / total),
      );
      done += size;
    }
    copyKeys(data, part);
    renameSync(part, to);
    onProgress(1);
  } finally {
    rmSync(part, { recursive: true, force: true });
  }
}

export function databasesIn(folder: string): string[] {
  return readdirSync(folder).filter((name) => name.endsWith('.db'));
}

function copyKeys(from: string, to: string): void {
  for (const name of KEYS) {
    if (!existsSync(join(from, name))) continue;
    copyFileSync(join(from, name), join(to, name));
    chmodSync(join(to, name), 0o600);
  }
}

async function copyDatabase(
  from: string,
  to: string,
  onProgress: (share: number) => void,
): Promise<void> {
  const database = openDatabase(from, { migrations: [], synchronous: 'NORMAL', readonly: true });
  try {
    // What others commit meanwhile would begin the copy anew each time, were it not one view of the file that is read.
    database.exec('BEGIN; SELECT 1 FROM sqlite_schema;');
    await database.backup(to, {
      progress({ totalPages, remainingPages }) {
        onProgress(totalPages === 0 ? 1 : 1 - remainingPages / totalPages);
        return PAGES_PER_STEP;
      },
    });
  } finally {
    database.close();
  }
  makeWhole(to);
}

/** A copy with a write-ahead log could not be read from a medium that cannot be written to. */
function makeWhole(file: string): void {
  const copy = new Database(file);
  try {
    copy.pragma('journal_mode = DELETE');
  } finally {
    copy.close();
  }
}

/**
 * Puts a backup in the place of the databases and keys of a data folder whose appliance does not run.
 * @returns the folder with what was there before; undefined when there was nothing
 * @throws InputError `backup-damaged`, `data-locked`
 */
export function restoreFolder(from: string, data: string, nowMs: number): string | undefined {
  const names = backupIn(from);
  makeDataFolder(data);
  const unlock = lockFolder(data);
  try {
    for (const name of names) {
      copyFileSync(join(from, name), join(data, `${name}.part`));
      chmodSync(join(data, `${name}.part`), 0o600);
    }
    for (const name of names) refuseDamage(join(from, name), join(data, `${name}.part`));
    const before = setAside(data, nowMs);
    // Datagrams of the replaced database's last minutes have no place in the restored one.
    rmSync(join(data, 'journal'), { recursive: true, force: true });
    for (const name of names) renameSync(join(data, `${name}.part`), join(data, name));
    copyKeys(from, data);
    return before;
  } finally {
    for (const name of names) removeDatabase(join(data, `${name}.part`));
    unlock();
  }
}

/** Names of the databases of a backup. */
function backupIn(folder: string): readonly string[] {
  const isFolder = statSync(folder, { throwIfNoEntry: false })?.isDirectory() ?? false;
  const names = isFolder ? databasesIn(folder) : [];
  if (names.includes(SAMPLES)) return names;
  throw new InputError(
    'backup-damaged',
    `${folder} is no folder that \`clustermon store backup\` wrote`,
  );
}

/** Looks at the copy: the medium of a backup may be slow, or one that cannot be written to. */
function refuseDamage(file: string, copy: string): void {
  const damage = basename(file) === SAMPLES ? damageOfSamples(copy) : damageOf(copy);
  if (damage === undefined) return;
  throw new InputError('backup-damaged', `${file} is damaged, nothing was restored: ${damage}`);
}

/** With what SQLite may have left beside it. */
function removeDatabase(file: string): void {
  for (const suffix of ['', '-wal', '-shm']) rmSync(file + suffix, { force: true });
}

function damageOfSamples(file: string): string | undefined {
  const [damage] = checkSamples(file).damages;
  return damage && `${damage.where}: ${damage.what}`;
}

function setAside(data: string, nowMs: number): string | undefined {
  const isOurs = (name: string) => /\.db(-wal|-shm)?$/.test(name) || KEYS.includes(name);
  const names = readdirSync(data).filter(isOurs);
  if (names.length === 0) return undefined;
  const aside = join(data, `before-${new Date(nowMs).toISOString().replaceAll(':', '')}`);
  mkdirSync(aside, { mode: 0o700 });
  for (const name of names) renameSync(join(data, name), join(aside, name));
  return aside;
}
