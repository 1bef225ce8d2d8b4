import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { NodeLog } from './node-log.ts';

test('a log takes twice its bound, and a last piece, whatever a machine says', () => {
  const folder = mkdtempSync(join(tmpdir(), 'clustermon-node-log-'));
  try {
    const log = new NodeLog(folder);
    for (let said = 0; said < 100; said += 1) log.append('n001', ['x'.repeat(99)], 1000);
    log.append('n001', ['the last'], 1000);
    assert.deepEqual(readdirSync(folder).sort(), ['n001.log', 'n001.log.1']);
    for (const name of readdirSync(folder)) assert.ok(statSync(join(folder, name)).size <= 1100);
    assert.equal(log.last('n001', 1)[0], 'the last');
    assert.ok(log.last('n001', 100).length < 20);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
