import { mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { WorldError } from './errors.ts';

/**
 * Makes the data folder and those above it that are missing, for their owner only; one that is there stays as it is.
 * @throws WorldError `data-folder`
 */
export function makeDataFolder(folder: string): void {
  try {
    makeFolder(folder);
  } catch (error) {
    throw new WorldError(
      'data-folder',
      `cannot make the data folder ${folder} (name one that this user may make with --data)`,
      error,
    );
  }
}

/**
 * As `mkdir -p -m 700`.
 * Node's own recursive mkdir never ends in a folder that has no room for new ones, such as /proc: mkdir(2) fails there with ENOENT although
 * the parent exists.
 * @throws the error of mkdir(2)
 */
export function makeFolder(folder: string): void {
  if (isFolder(folder)) return;
  const parent = dirname(folder);
  if (parent !== folder) makeFolder(parent);
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    // Another process may have been faster.
    if (!isFolder(folder)) throw error;
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
