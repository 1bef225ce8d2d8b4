import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addDisk } from './profile-options.ts';

test('--disk adds disks in the order in which they are given', () => {
  const disks = addDisk('/dev/sdb=1GiB:4096', addDisk('sda=21474836480'));
  assert.deepEqual(
    disks.map(({ path, sizeBytes, sectorBytes }) => [path, sizeBytes, sectorBytes]),
    [
      ['/dev/sda', 20 * 1024 ** 3, 512],
      ['/dev/sdb', 1024 ** 3, 4096],
    ],
  );
});

for (const [text, wrong] of [
  ['sda', 'expected NAME=SIZE'],
  ['sda=20GiB:100', 'a sector has 512 bytes or more'],
  ['/dev/sda=1GiB', 'sda is there already'],
] as const) {
  test(`--disk ${text} is refused: ${wrong}`, () => {
    const before = addDisk('sda=20GiB');
    assert.throws(
      () => addDisk(text, before),
      ({ message }: Error) => message.includes(wrong),
    );
  });
}
