import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { privacy } from './doctor.ts';

test('a data folder that others can read is warned of', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'clustermon-doctor-'));
  t.after(() => rmSync(folder, { recursive: true }));
  assert.deepEqual(privacy(folder), []);
  assert.deepEqual(privacy(join(folder, 'not-yet')), []);
  chmodSync(folder, 0o750);
  const [finding] = privacy(folder);
  assert.equal(finding?.verdict, 'warn');
  assert.match(finding.advice ?? '', /chmod 700/);
});
