import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { diskFacts, readFacts } from './facts.ts';

test('disks are told with their size, also those without a model', () => {
  const root = mkdtempSync(join(tmpdir(), 'clustermon-facts-'));
  const add = (name: string, sectors: number, hasDevice: boolean) => {
    const folder = join(root, 'sys/block', name);
    mkdirSync(hasDevice ? join(folder, 'device') : folder, { recursive: true });
    writeFileSync(join(folder, 'size'), `${sectors}\n`);
  };
  try {
    assert.deepEqual(diskFacts(root), {});
    add('vda', 20_971_520, true);
    add('sdb', 3_907_029_168, true);
    add('sdc', 0, true); // a card reader without a card
    add('sr0', 2_097_151, true);
    add('dm-0', 20_971_520, false);
    add('loop0', 4096, false);
    assert.deepEqual(diskFacts(root), { 'disk.sdb': '2000 GB', 'disk.vda': '11 GB' });
    assert.equal(readFacts(root)['disk.vda'], '11 GB');
  } finally {
    rmSync(root, { recursive: true });
  }
});
