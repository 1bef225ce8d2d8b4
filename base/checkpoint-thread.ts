/** The thread of `startCheckpoints`: one checkpoint, and its end. */
import { parentPort, workerData } from 'node:worker_threads';
import Database from 'better-sqlite3';

if (parentPort) {
  const { file } = workerData as { readonly file: string };
  const database = new Database(file, { timeout: 5000 });
  database.pragma('synchronous = NORMAL');
  database.pragma('wal_checkpoint(PASSIVE)');
  database.close();
}
