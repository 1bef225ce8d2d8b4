import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { NodeDisk } from '../../wire/pxe.ts';
import { approvedDiskNames } from './disks-check.ts';

const GIB = 1024 ** 3;
const sda = { name: 'sda', sizeBytes: 20 * GIB, serial: 'A1' };
const sdb = { name: 'sdb', sizeBytes: 20 * GIB, serial: 'B2' };
const plain = { name: 'vda', sizeBytes: 8 * GIB };

const GOOD: readonly {
  name: string;
  approved: NodeDisk[];
  found: NodeDisk[];
  disks: string[];
}[] = [
  { name: 'the same disks', approved: [sdb, sda], found: [sda, sdb], disks: ['sda', 'sdb'] },
  {
    name: 'names follow the serial numbers',
    approved: [sda],
    found: [
      { ...sdb, name: 'sda' },
      { ...sda, name: 'sdb' },
    ],
    disks: ['sdb'],
  },
  {
    name: 'a disk without serial number goes by its name',
    approved: [plain],
    found: [plain],
    disks: ['vda'],
  },
  {
    name: 'a disk that was plugged in since is left alone',
    approved: [sda],
    found: [sda, sdb],
    disks: ['sda'],
  },
];
for (const { name, approved, found, disks } of GOOD) {
  test(name, () => assert.deepEqual(approvedDiskNames(approved, found), disks));
}

const BAD: readonly { name: string; approved: NodeDisk[]; found: NodeDisk[] }[] = [
  { name: 'nothing was approved', approved: [], found: [sda] },
  { name: 'the disk is gone', approved: [sda], found: [] },
  { name: 'another disk has its name', approved: [sda], found: [{ ...sda, serial: 'Z9' }] },
  {
    name: 'the size is another one',
    approved: [sda],
    found: [{ ...sda, sizeBytes: 20 * GIB - 512 }],
  },
  {
    name: 'a disk with a serial number for one without',
    approved: [plain],
    found: [{ ...plain, serial: 'X' }],
  },
];
for (const { name, approved, found } of BAD) {
  test(`refused: ${name}`, () => {
    assert.throws(() => approvedDiskNames(approved, found), { code: 'disks-differ' });
  });
}
