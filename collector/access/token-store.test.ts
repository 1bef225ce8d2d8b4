import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { openRegistry } from '../registry.ts';
import { TokenStore } from './token-store.ts';

const NOW_MS = Date.UTC(2026, 0, 1);
const HOUR_MS = 3_600_000;

function withStore(run: (store: TokenStore, folder: string) => void): void {
  const folder = mkdtempSync(join(tmpdir(), 'clustermon-tokens-'));
  const registry = openRegistry(folder);
  try {
    run(new TokenStore(registry), folder);
  } finally {
    registry.close();
    rmSync(folder, { recursive: true });
  }
}

test('a token is found by its text alone, and no longer once revoked', () =>
  withStore((store) => {
    const token = store.add('grafana', 'viewer', NOW_MS);
    assert.equal(store.find(token, NOW_MS)?.name, 'grafana');
    assert.equal(store.find(`${token}x`, NOW_MS), undefined);
    assert.equal(store.find('', NOW_MS), undefined);
    assert.equal(store.find('x'.repeat(100_000), NOW_MS), undefined);
    store.revoke('grafana');
    assert.equal(store.find(token, NOW_MS), undefined);
  }));

test('the list shows when a token was last used, to the hour, and no secret', () =>
  withStore((store) => {
    const token = store.add('grafana', 'viewer', NOW_MS);
    store.find(token, NOW_MS + HOUR_MS);
    store.find(token, NOW_MS + HOUR_MS + 1000);
    assert.deepEqual(store.list(), [
      { name: 'grafana', role: 'viewer', createdMs: NOW_MS, usedMs: NOW_MS + HOUR_MS },
    ]);
  }));

const refused = [
  { name: '', code: 'token-name' },
  { name: 'two words', code: 'token-name' },
  { name: 'x'.repeat(65), code: 'token-name' },
  { name: 'taken', code: 'token-exists' },
];
for (const { name, code } of refused) {
  test(`no token is added under the name ${JSON.stringify(name.slice(0, 12))}: ${code}`, () =>
    withStore((store) => {
      store.add('taken', 'viewer', NOW_MS);
      assert.throws(() => store.add(name, 'viewer', NOW_MS), { code });
      assert.equal(store.list().length, 1);
    }));
}

test('revoking a token that is not there says so', () =>
  withStore((store) => {
    assert.throws(() => store.revoke('nobody'), { code: 'token-unknown' });
  }));
