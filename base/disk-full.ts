import { reasonOf } from './errors.ts';

/** What Node and SQLite call a disk that is full; the last is that of a file whose shared memory (`-shm`) finds no room. */
const CODES: readonly unknown[] = ['ENOSPC', 'EDQUOT', 'SQLITE_FULL', 'SQLITE_IOERR_SHMSIZE'];

export function isDiskFull(error: unknown): boolean {
  return CODES.includes((error as { code?: unknown } | null)?.code);
}

/** What the HTTP APIs answer when the appliance's disk is full (RFC 4918 §11.5); undefined for any other error. */
export function diskFullAnswer(
  error: unknown,
): { readonly status: 507; readonly body: { code: string; message: string } } | undefined {
  if (!isDiskFull(error)) return undefined;
  const message = `the appliance's disk is full (${reasonOf(error)}): nothing was changed`;
  return { status: 507, body: { code: 'disk-full', message } };
}
