import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { ensureSecret } from './secret.ts';

test('the secret is made once, for its owner only, and nothing is left beside it', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'clustermon-secret-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const data = join(folder, 'data');
  const file = ensureSecret(data);
  const secret = readFileSync(file, 'utf8');
  assert.match(secret, /^[0-9a-f]{64}\n$/);
  assert.equal(statSync(file).mode & 0o777, 0o600);
  assert.equal(readFileSync(ensureSecret(data), 'utf8'), secret);
  assert.deepEqual(readdirSync(data), ['secret']);
});

test('what is no secret is refused, and stays', (t) => {
  const data = mkdtempSync(join(tmpdir(), 'clustermon-secret-'));
  t.after(() => rmSync(data, { recursive: true }));
  writeFileSync(join(data, 'secret'), '');
  assert.throws(() => ensureSecret(data), { code: 'secret-invalid' });
  assert.deepEqual(readdirSync(data), ['secret']);
});
