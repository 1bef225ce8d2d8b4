import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { WorldError } from '../base/errors.ts';
import type { ServerFile } from '../wire/http.ts';

/**
 * Says in the data folder how its owner's programs reach this collector.
 * @returns removes the file
 * @throws WorldError `server-file`
 */
export function writeServerFile(folder: string, content: ServerFile): () => void {
  const file = join(folder, 'server.json');
  try {
    // Readers see the whole file or none.
    writeFileSync(`${file}.new`, `${JSON.stringify(content)}\n`, { mode: 0o600 });
    renameSync(`${file}.new`, file);
  } catch (error) {
    throw new WorldError('server-file', `cannot write ${file}`, error);
  }
  return () => rmSync(file, { force: true });
}

/** The URL by which this machine reaches what listens on `address`; one that listens on all addresses is reached by loopback. */
export function localUrl(address: string, port: number): string {
  if (address === '0.0.0.0') return `http://127.0.0.1:${port}`;
  if (address === '::') return `http://[::1]:${port}`;
  return `http://${address.includes(':') ? `[${address}]` : address}:${port}`;
}
