import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { startCheckpoints } from './checkpoints.ts';
import { openDatabase } from './sqlite.ts';

test('what is written comes from the log into the file, by another thread', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'clustermon-checkpoints-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'x.db');
  const migrations = ['CREATE TABLE t (a TEXT) STRICT'];
  const database = openDatabase(file, { migrations, synchronous: 'NORMAL' });
  t.after(() => database.close());
  database.pragma('wal_autocheckpoint = 0');
  database.prepare('INSERT INTO t VALUES (?)').run('x'.repeat(100_000));
  assert.ok(statSync(file).size < 100_000, 'it is in the log alone');
  const errors: Error[] = [];
  const stop = startCheckpoints(file, (error) => errors.push(error), 5);
  t.after(stop);
  const deadlineMs = Date.now() + 20_000;
  while (statSync(file).size < 100_000 && Date.now() < deadlineMs) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  assert.ok(statSync(file).size >= 100_000);
  assert.deepEqual(errors, []);
});
