import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseArrays, parsePartitions, parseVolumes } from './storage.ts';

const block = (name: string, more: object) => ({
  ...{ name, pkname: null, type: 'disk', start: null, size: 21474836480, fstype: null },
  ...more,
});
const LSBLK = JSON.stringify({
  blockdevices: [
    block('sda', {}),
    block('sda1', { pkname: 'sda', type: 'part', start: 2048, size: 1048576, fstype: 'ext4' }),
    block('sda2', { pkname: 'sda', type: 'part', start: 4096, size: 2097152 }),
    block('vg0-home', { pkname: 'sda2', type: 'lvm', size: 1048576, fstype: 'xfs' }),
    block('nvme0n1', {}),
    block('nvme0n1p5', {
      ...{ pkname: 'nvme0n1', type: 'part', start: 34, size: 512, fstype: 'linux_raid_member' },
    }),
  ],
});

test('partitions by disk, with what is in them', () => {
  assert.deepEqual(
    [...parsePartitions(LSBLK)],
    [
      [
        'sda',
        [
          { number: 1, startBytes: 1048576, sizeBytes: 1048576, fileSystem: 'ext4' },
          { number: 2, startBytes: 2097152, sizeBytes: 2097152 },
        ],
      ],
      [
        'nvme0n1',
        [{ number: 5, startBytes: 17408, sizeBytes: 512, fileSystem: 'linux_raid_member' }],
      ],
    ],
  );
});

const MDADM = `ARRAY /dev/md/0  level=raid1 metadata=1.2 num-devices=2 UUID=5e1c:1 name=web01:0
   devices=/dev/sdb2,/dev/sda2
ARRAY metadata=imsm UUID=5e1c:2
   devices=/dev/sdc
ARRAY /dev/md/data  level=raid6 metadata=1.2 num-devices=4 UUID=5e1c:3 name=web01:data
   spares=1   devices=/dev/sdd,/dev/sde,/dev/sdf,/dev/sdg,/dev/sdh
`;

test('arrays by the name that setup-storage has for them; what has no level is none', () => {
  assert.deepEqual(parseArrays(MDADM), [
    { path: '/dev/md0', kind: 'raid1', devices: ['/dev/sda2', '/dev/sdb2'] },
    {
      path: '/dev/md/data',
      kind: 'raid6',
      devices: ['/dev/sdd', '/dev/sde', '/dev/sdf', '/dev/sdg', '/dev/sdh'],
    },
  ]);
});

const LVS = JSON.stringify({
  report: [
    {
      lv: [
        {
          ...{ vg_name: 'vg0', lv_name: 'home', lv_size: '83886080' },
          devices: '/dev/sda3(0),/dev/sdb3(10)',
        },
      ],
    },
  ],
});

test('logical volumes with the devices that they lie on', () => {
  assert.deepEqual(parseVolumes(LVS), [
    {
      path: '/dev/vg0/home',
      kind: 'lvm',
      sizeBytes: 83886080,
      devices: ['/dev/sda3', '/dev/sdb3'],
    },
  ]);
});

test('a tool that is not there tells nothing', () => {
  assert.deepEqual([parsePartitions('').size, parseArrays(''), parseVolumes('')], [0, [], []]);
});
