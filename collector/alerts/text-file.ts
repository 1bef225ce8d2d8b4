import { readFileSync, statSync } from 'node:fs';

/** Larger files are refused: reading one would hold the collector for seconds. About 20,000 rules. */
export const TEXT_FILE_BYTES_MAX = 8 * 1024 * 1024;

/**
 * A file that the configuration names, as text. What is no regular file is refused before it is opened: a named pipe without a
 * writer would hold the collector for ever, a device fill its memory.
 * @throws Error with the reason, without the file's name
 */
export function readTextFile(file: string): string {
  const stat = statSync(file);
  if (!stat.isFile()) throw new Error('it is no regular file');
  if (stat.size > TEXT_FILE_BYTES_MAX) throw new Error(tooLarge());
  return readFileSync(file, 'utf8');
}

export function tooLarge(): string {
  return `the file is larger than ${TEXT_FILE_BYTES_MAX / 1024 / 1024} MiB; split it into several files`;
}
