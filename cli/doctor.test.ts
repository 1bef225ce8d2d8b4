import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { dataFolder, privacy } from './doctor.ts';

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

test('a data folder is tried where it is, or will be', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'clustermon-doctor-'));
  t.after(() => rmSync(folder, { recursive: true }));
  for (const place of [folder, join(folder, 'not/yet')])
    assert.equal(dataFolder(place).verdict, 'ok');
  assert.deepEqual(readdirSync(folder), []);
  const { verdict, what } = dataFolder('/proc/clustermon');
  assert.equal(verdict, 'fail');
  assert.match(what, /data folder \/proc\/clustermon: /);
});
