import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { openDatabase } from '../../base/sqlite.ts';
import { WalSync } from './wal-sync.ts';

/** A disk whose writes end when the test says so. */
function slowDisk() {
  const writes: { done: () => void; fail: (error: Error) => void }[] = [];
  const sync = () =>
    new Promise<void>((done, fail) => {
      writes.push({ done, fail });
    });
  return { writes, sync: new WalSync(sync) };
}

const turns = () => new Promise(setImmediate);

test('who comes while the disk writes shares the next write', async () => {
  const { writes, sync } = slowDisk();
  const order: string[] = [];
  const wait = async (name: string) => {
    await sync.done();
    order.push(name);
  };
  const all = [wait('first'), wait('second'), wait('third')];
  await turns();
  assert.equal(writes.length, 1, 'one write at a time');
  writes[0]?.done();
  await turns();
  assert.deepEqual(order, ['first'], 'its commit may have come too late for the others');
  assert.equal(writes.length, 2);
  const late = wait('late');
  writes[1]?.done();
  await turns();
  assert.deepEqual(order, ['first', 'second', 'third']);
  writes[2]?.done();
  await Promise.all([...all, late]);
  assert.equal(writes.length, 3);
});

test('a disk that fails is told to those who waited for it, and asked again by the next', async () => {
  const { writes, sync } = slowDisk();
  const first = sync.done();
  const second = sync.done();
  writes[0]?.fail(new Error('EIO'));
  await assert.rejects(first, /EIO/);
  await turns();
  writes[1]?.done();
  await second;
});

test('the log of a real database can be brought to disk', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'clustermon-wal-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'x.db');
  const migrations = ['CREATE TABLE t (a INTEGER) STRICT'];
  const database = openDatabase(file, { migrations, synchronous: 'NORMAL' });
  const sync = WalSync.of(file);
  database.exec('INSERT INTO t VALUES (1)');
  await sync.done();
  await sync.close();
  database.close();
});
