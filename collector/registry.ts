import { join } from 'node:path';
import type Database from 'better-sqlite3';
import { openDatabase } from '../base/sqlite.ts';
import { TOKEN_TABLE } from './access/token-store.ts';
import { ALERT_TABLES } from './alerts/alert-store.ts';
import { OWN_HISTORY_TABLES } from './alerts/own-history.ts';
import { EVENT_TABLE } from './events/event-store.ts';
import { NOTIFY_TABLES } from './notify/store.ts';

/**
 * Schema of `registry.db`: what people decided and what must survive a restart. One entry per release step, each made of the tables
 * of the modules that keep something there; entries are never edited once released.
 */
const REGISTRY_MIGRATIONS = [
  TOKEN_TABLE + EVENT_TABLE,
  ALERT_TABLES + NOTIFY_TABLES,
  OWN_HISTORY_TABLES,
];

/** Opens `registry.db` in the data folder; commits reach the disk before they return. */
export function openRegistry(dataFolder: string): Database.Database {
  return openDatabase(join(dataFolder, 'registry.db'), {
    migrations: REGISTRY_MIGRATIONS,
    synchronous: 'FULL',
  });
}
