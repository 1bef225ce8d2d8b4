import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseMdstat, type RaidArray } from './raid.ts';

/** An array in order; a case names what is different. */
function array(device: string, different: Partial<RaidArray> = {}): RaidArray {
  return {
    device,
    isActive: true,
    disksFailed: 0,
    disksMissing: 0,
    sync: undefined,
    ...different,
  };
}

const cases: readonly { name: string; mdstat: string; want: readonly RaidArray[] }[] = [
  {
    name: 'no arrays',
    mdstat: 'Personalities : [raid1] \nunused devices: <none>\n',
    want: [],
  },
  { name: 'an empty file', mdstat: '', want: [] },
  {
    name: 'RAID 1 with a bitmap, RAID 5, RAID 6 and RAID 10 in order',
    mdstat: `Personalities : [raid1] [raid6] [raid5] [raid4] [raid10]
md0 : active raid1 sdb1[1] sda1[0]
      1046528 blocks super 1.2 [2/2] [UU]
      bitmap: 3/8 pages [12KB], 65536KB chunk

md5 : active raid5 sdc1[3] sdb3[1] sda3[0]
      15627544576 blocks super 1.2 level 5, 512k chunk, algorithm 2 [3/3] [UUU]

md6 : active raid6 sdk1[5](S) sdj1[4] sdi1[3] sdh1[2] sdg1[1] sdf1[0]
      1465151808 blocks level 6, 64k chunk, algorithm 2 [5/5] [UUUUU]

md_d10 : active raid10 sdd1[3] sdc2[2] sdb4[1] sda4[0]
      2097152 blocks super 1.2 512K chunks 2 near-copies [4/4] [UUUU]

unused devices: <none>
`,
    want: [array('md0'), array('md5'), array('md6'), array('md_d10')],
  },
  {
    name: 'a failed disk that is still a member',
    mdstat: `Personalities : [raid1]
md127 : active raid1 sdb1[1](W)(F) sda1[0]
      976630336 blocks super 1.2 [2/1] [U_]
      bitmap: 5/8 pages [20KB], 65536KB chunk

unused devices: <none>
`,
    want: [array('md127', { disksFailed: 1, disksMissing: 1 })],
  },
  {
    name: 'a disk that was removed',
    mdstat: `Personalities : [raid6] [raid5] [raid4]
md1 : active raid5 sdd1[4] sdb1[1] sda1[0]
      2929890816 blocks super 1.2 level 5, 512k chunk, algorithm 2 [4/3] [UUU_]

unused devices: <none>
`,
    want: [array('md1', { disksMissing: 1 })],
  },
  {
    name: 'recovery onto a spare, while another array waits',
    mdstat: `Personalities : [raid1] [raid6] [raid5] [raid4]
md0 : active raid5 sdi1[9] sdh1[7](F) sdg1[6] sdf1[5] sde1[4] sdd1[3]
      1318680576 blocks level 5, 1024k chunk, algorithm 2 [7/5] [UU_UU_U]
      [==>..................]  recovery = 12.6% (37043392/292945152) finish=127.5min speed=33440K/sec

md1 : active raid1 sdi2[2] sdg2[0]
      \tresync=DELAYED
      20948800 blocks super 1.2 [2/1] [U_]

unused devices: <none>
`,
    want: [
      array('md0', {
        disksFailed: 1,
        disksMissing: 2,
        sync: { action: 'recovery', percent: 12.6 },
      }),
      array('md1', { disksMissing: 1, sync: { action: 'resync', percent: 0 } }),
    ],
  },
  {
    name: 'the first resync of an array that nothing has written to yet',
    mdstat: `Personalities : [raid10]
md2 : active (auto-read-only) raid10 sdd5[3] sdc5[2] sdb5[1] sda5[0]
      7811891200 blocks super 1.2 512K chunks 2 near-copies [4/4] [UUUU]
      \tresync=PENDING
      bitmap: 59/59 pages [236KB], 65536KB chunk

unused devices: <none>
`,
    want: [array('md2', { sync: { action: 'resync', percent: 0 } })],
  },
  {
    name: 'the monthly check, and a reshape',
    mdstat: `Personalities : [raid1] [raid6]
md3 : active raid1 sdb6[1] sda6[0]
      488254464 blocks super 1.2 [2/2] [UU]
      [>....................]  check =  4.1% (20030592/488254464) finish=52.7min speed=147890K/sec
md4 : active raid6 sde1[4] sdd1[3] sdc1[2] sdb1[1] sda1[0]
      5860267008 blocks super 1.2 level 6, 512k chunk, algorithm 18 [5/4] [UUUU_]
      [=====>...............]  reshape = 100.0% (1953422336/1953422336) finish=0.0min speed=1024K/sec

unused devices: <none>
`,
    want: [
      array('md3', { sync: { action: 'check', percent: 4.1 } }),
      array('md4', { disksMissing: 1, sync: { action: 'reshape', percent: 100 } }),
    ],
  },
  {
    name: 'RAID 0 and linear, which have no disks to spare',
    mdstat: `Personalities : [linear] [raid0]
md8 : active raid0 sdb1[1] sda1[0]
      1953260544 blocks super 1.2 512k chunks

md9 : active linear sdd1[1] sdc1[0]
      586016 blocks super 1.2 0k rounding

md10 : broken raid0 sdf1[1] sde1[0]
      1953260544 blocks super 1.2 512k chunks

unused devices: <none>
`,
    want: [
      array('md8', { disksMissing: undefined }),
      array('md9', { disksMissing: undefined }),
      array('md10', { isActive: false, disksMissing: undefined }),
    ],
  },
  {
    name: 'an array that lacks too many disks to be assembled',
    mdstat: `Personalities : [raid1]
md1 : inactive sdb1[1](S) sda1[0](S)
      1953260976 blocks super 1.2

unused devices: <none>
`,
    want: [array('md1', { isActive: false, disksMissing: undefined })],
  },
  {
    name: "the firmware's RAID: its container is no array",
    mdstat: `Personalities : [raid1]
md126 : active raid1 sda[1] sdb[0]
      976759808 blocks super external:/md127/0 [2/2] [UU]

md127 : inactive sdb[1](S) sda[0](S)
      5288 blocks super external:imsm

unused devices: <none>
`,
    want: [array('md126')],
  },
];

for (const { name, mdstat, want } of cases) {
  test(`/proc/mdstat: ${name}`, () => assert.deepEqual(parseMdstat(mdstat), want));
}
