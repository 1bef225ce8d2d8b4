/**
 * The checkpoint thread: moves what the write-ahead log holds into the database file. That waits for the disk, which the ingest thread must
 * not do: on a busy disk a second of datagrams would be lost meanwhile.
 */
import { parentPort, workerData } from 'node:worker_threads';
import Database from 'better-sqlite3';

/** Pages that are written several times in that while cost one write to the file; the log of 10,000 hosts grows by some 60 MB. */
const EVERY_MS = 60_000;

if (parentPort) {
  const { file } = workerData as { readonly file: string };
  const database = new Database(file, { timeout: 5000 });
  database.pragma('synchronous = NORMAL');
  const timer = setInterval(() => database.pragma('wal_checkpoint(PASSIVE)'), EVERY_MS);
  parentPort.once('message', () => {
    clearInterval(timer);
    database.close();
    parentPort?.close();
  });
}
