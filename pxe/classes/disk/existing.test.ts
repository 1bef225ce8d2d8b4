/** Layouts that keep what is on the disks: planned when it is there, refused with what is there when it is not. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Disk, ExistingVolume } from './layout.ts';
import { planDisks } from './plan.ts';

const GIB = 1024 ** 3;
const MIB = 1024 ** 2;

const SDA: Disk = {
  path: '/dev/sda',
  sizeBytes: 20 * GIB,
  sectorBytes: 512,
  partitions: [
    { number: 1, start: MIB, end: GIB - 1, filesystem: 'ext4' },
    { number: 2, start: GIB, end: 16 * GIB - 1, filesystem: 'LVM2_member' },
  ],
};
const HOME: ExistingVolume = {
  ...{ path: '/dev/vg0/home', kind: 'lvm', sizeBytes: 7 * GIB + 4 * MIB },
  devices: ['/dev/sda2'],
};
const MIRROR: ExistingVolume = {
  path: '/dev/md0',
  kind: 'raid1',
  devices: ['/dev/sda2', '/dev/sdb2'],
};

const LVM = `disk_config disk1 disklabel:gpt preserve_always:1,2
primary /boot 1G ext4 rw
primary - 15G - -
disk_config lvm preserve_always:vg0-home
vg vg0 sda2
vg0-home /home 5G ext4 rw
vg0-root / 3G- ext4 rw
`;

test('a volume that is kept has the size that it has, the others get what is left', () => {
  const { volumes } = planDisks(LVM, [SDA], { volumes: [HOME] });
  assert.deepEqual(
    volumes.map(({ device, size }) => [device, size >= 3 * GIB, size === HOME.sizeBytes]),
    [
      ['/dev/vg0/home', true, true],
      ['/dev/vg0/root', true, false],
    ],
  );
});

const RAID = `disk_config disk1 disklabel:gpt preserve_always:1,2
primary /boot 1G ext4 rw
primary - 15G - -
disk_config raid preserve_always:0
raid1 /data disk1.2 ext4 rw
`;

test('an array that is kept is planned as it is', () => {
  const { arrays } = planDisks(RAID, [SDA], { volumes: [MIRROR] });
  assert.deepEqual(arrays, [{ device: '/dev/md0', level: 'raid1', devices: ['/dev/sda2'] }]);
});

const REFUSED: readonly (readonly [string, string, readonly ExistingVolume[], RegExp])[] = [
  [
    'a volume, on blank disks',
    LVM,
    [],
    /vg0\/home cannot be kept: .* no array and no logical volume/,
  ],
  [
    'a volume, beside an array',
    LVM,
    [MIRROR],
    /hold \/dev\/md0 \(raid1 on \/dev\/sda2 \/dev\/sdb2\)/,
  ],
  [
    'an array, beside a volume',
    RAID,
    [HOME],
    /md0 cannot be kept: .*vg0\/home \(lvm on \/dev\/sda2\)/,
  ],
];
for (const [name, text, volumes, message] of REFUSED) {
  test(`refuses to keep ${name}, and says what is there`, () => {
    assert.throws(() => planDisks(text, [SDA], { volumes }), { code: 'disk-preserve', message });
  });
}
