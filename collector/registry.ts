import { join } from 'node:path';
import type Database from 'better-sqlite3';
import { InputError, reasonOf } from '../base/errors.ts';
import { isCorruption, openDatabase } from '../base/sqlite.ts';
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

/**
 * Opens `registry.db` in the data folder; commits reach the disk before they return.
 * @throws InputError `database-corrupt` when its pages are damaged, and what `openDatabase` throws
 */
export function openRegistry(dataFolder: string): Database.Database {
  const file = join(dataFolder, 'registry.db');
  const registry = openDatabase(file, { migrations: REGISTRY_MIGRATIONS, synchronous: 'FULL' });
  const damage = damageIn(registry);
  if (damage === undefined) return registry;
  registry.close();
  throw new InputError(
    'database-corrupt',
    `${file} is damaged (${damage}). Restore a backup with \`clustermon store restore FOLDER\`, or move the file away to begin ` +
      'with an empty one: without rules, silences, notes and tokens that were added.',
  );
}

/** The first damage that SQLite finds in the pages; undefined when there is none. */
function damageIn(database: Database.Database): string | undefined {
  try {
    const found = String(database.pragma('quick_check(1)', { simple: true }));
    return found === 'ok' ? undefined : found.replaceAll(/\s+/g, ' ');
  } catch (error) {
    if (isCorruption(error)) return reasonOf(error);
    throw error;
  }
}
