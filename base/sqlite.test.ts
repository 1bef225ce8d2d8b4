import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { openDatabase } from './sqlite.ts';

const FIRST = 'CREATE TABLE a (x INTEGER) STRICT';
const SECOND = 'ALTER TABLE a ADD COLUMN y TEXT';

function inFolder(run: (file: string) => void): void {
  const folder = mkdtempSync(join(tmpdir(), 'clustermon-sqlite-'));
  try {
    run(join(folder, 'test.db'));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test('a new file gets every migration, an older file only what it lacks', () =>
  inFolder((file) => {
    const first = openDatabase(file, { migrations: [FIRST], synchronous: 'FULL' });
    first.exec('INSERT INTO a VALUES (1)');
    first.close();
    const second = openDatabase(file, { migrations: [FIRST, SECOND], synchronous: 'FULL' });
    assert.deepEqual(second.prepare('SELECT x, y FROM a').all(), [{ x: 1, y: null }]);
    assert.equal(second.pragma('user_version', { simple: true }), 2);
    assert.equal(second.pragma('synchronous', { simple: true }), 2);
    second.close();
  }));

test('a file of a later version is refused', () =>
  inFolder((file) => {
    openDatabase(file, { migrations: [FIRST, SECOND], synchronous: 'NORMAL' }).close();
    assert.throws(() => openDatabase(file, { migrations: [FIRST], synchronous: 'NORMAL' }), {
      code: 'database-newer',
    });
  }));

test('a file for which the disk has no room is refused with what to do', () =>
  inFolder((file) => {
    // SQLite answers SQLITE_FULL, as for a full disk, when the file may not grow.
    const migrations = [`PRAGMA max_page_count = 2; ${FIRST}; CREATE TABLE b (x INTEGER) STRICT`];
    assert.throws(() => openDatabase(file, { migrations, synchronous: 'NORMAL' }), {
      code: 'database-open',
      message: /test\.db \(its disk is full: make room there, .*\): database or disk is full$/,
    });
  }));

test('a file that is not a database is refused with what to do', () =>
  inFolder((file) => {
    writeFileSync(
      file,
      'this is not a database, and long enough to be read as a header page.'.repeat(50),
    );
    assert.throws(() => openDatabase(file, { migrations: [FIRST], synchronous: 'NORMAL' }), {
      code: 'database-corrupt',
      message: /restore it from a backup/,
    });
  }));

test('a failing migration leaves the file as it was', () =>
  inFolder((file) => {
    openDatabase(file, { migrations: [FIRST], synchronous: 'NORMAL' }).close();
    assert.throws(() =>
      openDatabase(file, { migrations: [FIRST, SECOND, 'NONSENSE'], synchronous: 'NORMAL' }),
    );
    const again = openDatabase(file, { migrations: [FIRST], synchronous: 'NORMAL' });
    assert.equal(again.pragma('user_version', { simple: true }), 1);
    again.close();
  }));

test('a file that is up to date is opened without writing to it, as on a full disk', () =>
  inFolder((file) => {
    const first = openDatabase(file, { migrations: [FIRST, SECOND], synchronous: 'FULL' });
    const changes = () => Number(first.pragma('data_version', { simple: true }));
    const before = changes();
    openDatabase(file, { migrations: [FIRST, SECOND], synchronous: 'FULL' }).close();
    assert.equal(changes(), before);
    first.close();
  }));
