/** Looks at every page and every block of a sample database, and names what is damaged. */
import { existsSync } from 'node:fs';
import type Database from 'better-sqlite3';
import { reasonOf, WorldError } from '../../base/errors.ts';
import { Block, DamagedBlock } from '../archive/block.ts';
import { durationText } from '../archive/duration.ts';
import { hostOfBlock } from '../archive/layout.ts';
import { openSamplesReadonly, storedLayout } from './block-store.ts';

export interface Damage {
  /** What it is part of: `file`, `pages`, or an archive such as `1s`. */
  readonly where: string;
  readonly what: string;
}

export interface CheckReport {
  readonly hosts: number;
  readonly blocks: number;
  readonly damages: readonly Damage[];
}

/** Messages that SQLite gives at most: one damaged page makes many. */
const MESSAGES_MAX = 20;
const DAMAGES_MAX = 1000;

/**
 * Reads the whole file; a collector may run on it at the same time.
 * @throws WorldError `database-open` when it cannot be read, which says nothing of what is in it
 */
export function checkSamples(file: string): CheckReport {
  if (!existsSync(file)) return broken('file', `${file} does not exist`);
  let database: Database.Database;
  try {
    database = openSamplesReadonly(file);
  } catch (error) {
    if (error instanceof WorldError) throw error;
    return broken('file', reasonOf(error));
  }
  try {
    return checkOpen(database);
  } catch (error) {
    return broken('file', reasonOf(error));
  } finally {
    database.close();
  }
}

function broken(where: string, what: string): CheckReport {
  return { hosts: 0, blocks: 0, damages: [{ where, what }] };
}

function checkOpen(database: Database.Database): CheckReport {
  const damages: Damage[] = checkPages(database);
  const names = new Map(
    database
      .prepare<[], { number: number; name: string }>('SELECT number, name FROM host')
      .all()
      .map(({ number, name }) => [number, number === 0 ? 'the cluster' : name]),
  );
  let blocks = 0;
  for (const { step } of storedLayout(database)) {
    const where = durationText(step);
    const rows = database
      .prepare<[], BlockRow>(`SELECT id, start, data FROM block_${step}`)
      .iterate();
    try {
      for (const { id, start, data } of rows) {
        blocks += 1;
        const what = damageOf(data);
        if (what === undefined || damages.length >= DAMAGES_MAX) continue;
        const host = names.get(hostOfBlock(id)) ?? `host number ${hostOfBlock(id)}`;
        damages.push({
          where,
          what: `${host}, from ${new Date(start * 1000).toISOString()}: ${what}`,
        });
      }
    } catch (error) {
      damages.push({ where, what: reasonOf(error) });
    }
  }
  return { hosts: names.size, blocks, damages };
}

interface BlockRow {
  readonly id: number;
  readonly start: number;
  readonly data: Buffer;
}

/** What SQLite says of the pages. It gives up where a page makes no sense at all; blocks elsewhere can be read all the same. */
function checkPages(database: Database.Database): Damage[] {
  const damages: Damage[] = [];
  const add = (what: string) => damages.push({ where: 'pages', what });
  try {
    const messages = database
      .prepare<[], { integrity_check: string }>(`PRAGMA integrity_check(${MESSAGES_MAX})`)
      .iterate();
    for (const { integrity_check: message } of messages) if (message !== 'ok') add(message);
  } catch (error) {
    add(reasonOf(error));
  }
  return damages;
}

function damageOf(data: Buffer): string | undefined {
  try {
    new Block(data);
    return undefined;
  } catch (error) {
    if (error instanceof DamagedBlock) return error.message;
    throw error;
  }
}
