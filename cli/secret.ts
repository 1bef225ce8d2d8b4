import { randomBytes } from 'node:crypto';
import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeDataFolder } from '../base/data-folder.ts';
import { InputError, WorldError } from '../base/errors.ts';

/** Bytes of the cluster's secret, twice as many hexadecimal digits in its file. */
const SECRET_SIZE = 32;

/**
 * Makes the data folder and the cluster's secret in it when they are not there yet; both for their owner only.
 * @returns the path of the file with the secret
 * @throws InputError `secret-invalid` when the file does not hold 64 hexadecimal digits
 * @throws WorldError `data-folder` when the folder cannot be made or written
 */
export function ensureSecret(dataFolder: string): string {
  const file = join(dataFolder, 'secret');
  makeDataFolder(dataFolder);
  const draft = `${file}.${process.pid}`;
  try {
    writeFileSync(draft, `${randomBytes(SECRET_SIZE).toString('hex')}\n`, { mode: 0o600 });
    // Fails when the file is there: of two that start at once, one makes the secret, whole, and both use it.
    linkSync(draft, file);
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error) || error.code !== 'EEXIST') {
      throw new WorldError('data-folder', `cannot use the data folder ${dataFolder}`, error);
    }
  } finally {
    rmSync(draft, { force: true });
  }
  checkSecret(file);
  return file;
}

/** @throws InputError `secret-invalid` @throws WorldError `data-folder` when the file cannot be read */
export function checkSecret(file: string): void {
  if (/^[0-9a-f]{64}\s*$/i.test(readSecret(file))) return;
  throw new InputError(
    'secret-invalid',
    `${file} does not hold 64 hexadecimal digits. Restore it, or delete it so that a new one is made; agents on other machines then need the new one.`,
  );
}

function readSecret(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new WorldError(
      'data-folder',
      `cannot read the cluster's secret in ${file}; it is a file that belongs to the user who runs clustermon`,
      error,
    );
  }
}
