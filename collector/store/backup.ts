/** Copies of the sample database, and back. */
import { copyFileSync, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { InputError } from '../../base/errors.ts';
import { openSamplesReadonly } from './block-store.ts';
import { checkSamples } from './check.ts';
import { lockFolder } from './lock.ts';

/**
 * Writes a copy that is consistent, also while a collector writes.
 * @param onProgress gets the share that is done, 0 to 1
 * @throws InputError `backup-exists` when `to` is there already
 */
export async function backupSamples(
  file: string,
  to: string,
  onProgress: (share: number) => void,
): Promise<void> {
  if (existsSync(to)) {
    throw new InputError('backup-exists', `${to} exists: choose another name, or remove it first`);
  }
  const database = openSamplesReadonly(file);
  const part = `${to}.part`;
  try {
    await database.backup(part, {
      progress({ totalPages, remainingPages }) {
        onProgress(totalPages === 0 ? 1 : 1 - remainingPages / totalPages);
        return 2000;
      },
    });
    onProgress(1);
    renameSync(part, to);
  } finally {
    database.close();
    rmSync(part, { force: true });
  }
}

/**
 * Puts a backup in the place of the sample database of a folder whose collector does not run.
 * @returns where the replaced database is now; undefined when there was none
 * @throws InputError `backup-damaged`, `data-locked`
 */
export function restoreSamples(from: string, folder: string, nowMs: number): string | undefined {
  const [damage] = checkSamples(from).damages;
  if (damage) {
    throw new InputError(
      'backup-damaged',
      `${from} cannot be restored: ${damage.where}: ${damage.what}`,
    );
  }
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const unlock = lockFolder(folder);
  try {
    const file = join(folder, 'samples.db');
    const part = `${file}.part`;
    copyFileSync(from, part);
    const before = setAside(file, nowMs);
    // Datagrams of the replaced database's last minutes have no place in the restored one.
    rmSync(join(folder, 'journal'), { recursive: true, force: true });
    renameSync(part, file);
    return before;
  } finally {
    unlock();
  }
}

function setAside(file: string, nowMs: number): string | undefined {
  if (!existsSync(file)) return undefined;
  const aside = `${file}.${new Date(nowMs).toISOString().replaceAll(':', '')}`;
  for (const suffix of ['-wal', '-shm', '']) {
    if (existsSync(file + suffix)) renameSync(file + suffix, aside + suffix);
  }
  return aside;
}
