import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openDatabase } from '../../base/sqlite.ts';
import { INSTALL_MIGRATIONS } from './install-store.ts';
import { InstalledStore } from './installed-store.ts';

const what = (spaceSha256: string) => ({
  assigned: ['WEB'],
  classes: ['DEFAULT', 'WEB', 'LAST'],
  imageId: 'image-1',
  spaceSha256,
});

test('an order becomes what is installed, and the spaces of installed nodes are kept', () => {
  const db = openDatabase(':memory:', { migrations: INSTALL_MIGRATIONS, synchronous: 'FULL' });
  const store = new InstalledStore(db);
  store.order(1, what('a'), Buffer.from('space a'));
  assert.equal(store.installed(1), undefined, 'ordered is not installed');
  store.finish(1, 1000);
  assert.deepEqual(store.installed(1), { ...what('a'), installedMs: 1000 });

  store.order(2, what('a'), Buffer.from('space a'));
  store.finish(2, 2000);
  store.order(1, what('b'), Buffer.from('space b'));
  assert.equal(
    store.installed(1)?.spaceSha256,
    'a',
    'the old system is there until the new one is',
  );
  store.finish(1, 3000);
  assert.equal(store.space('a')?.toString(), 'space a', 'node 2 was made from it');
  store.order(2, what('b'), Buffer.from('space b'));
  store.finish(2, 4000);
  assert.equal(store.space('a'), undefined);
  assert.equal(store.space('b')?.toString(), 'space b');
  store.finish(2, 5000);
  assert.equal(store.installed(2)?.installedMs, 4000, 'told twice, finished once');
  db.close();
});
