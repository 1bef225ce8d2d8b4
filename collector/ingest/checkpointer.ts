/**
 * A thread that moves what the write-ahead log holds into the database file, and ends. That waits for the disk, which the ingest thread must
 * not do: on a busy disk a second of datagrams would be lost meanwhile.
 */
import { parentPort, workerData } from 'node:worker_threads';
import Database from 'better-sqlite3';

if (parentPort) {
  const { file } = workerData as { readonly file: string };
  const database = new Database(file, { timeout: 5000 });
  database.pragma('synchronous = NORMAL');
  database.pragma('wal_checkpoint(PASSIVE)');
  database.close();
}
