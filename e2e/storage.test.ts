/** RAID and LVM on disks of a virtual machine, by the installer's own programs: what was planned is made, seen, and made again over itself. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { build } from 'esbuild';
import { systemClock } from '../base/clock.ts';
import { packageSources } from '../pxe/image/sources.ts';
import { Workshop } from '../pxe/image/workshop.ts';
import { provideBootFiles } from '../pxe/installer/initramfs.ts';
import type { NodeHardware } from '../wire/pxe.ts';
import { CLUSTERMON, ROOT } from './harness/appliance.ts';
import { runGuest } from './harness/guest.ts';
import { prepareRackData, RACK_DATA } from './harness/rack.ts';

const LAYOUT = join(import.meta.dirname, 'testdata/raid-lvm');
const DISKS = ['3G', '3G'];
const GUEST_MS = 15 * 60_000;
/** Of a logical volume: sizes are whole extents of it. */
const EXTENT_BYTES = 4 << 20;

/** Partitions and mounts twice, the second time over what the first has made and udev holds open; then shows what there is. */
const SCRIPT = `
cp -a /usr/lib/clustermon/space/. /fai/
echo 'vda vdb' >/run/clustermon/disklist
mkfifo /tmp/ask /tmp/answer
for round in 1 2; do
    exec 3<>/tmp/ask 4<>/tmp/answer
    while read -r line <&3; do
        case $line in
            'ASK approval') echo yes >&4 ;;
            'ASK extract')
                findmnt --real --noheadings --raw -o TARGET,SOURCE,FSTYPE | grep /target | sed "s/^/MOUNT $round /"
                echo 'the image is not part of this test' >&4
                ;;
        esac
    done &
    reader=$!
    HOSTNAME=guest ADDCLASSES=RAID_LVM ip=dhcp SERVER=none bash /usr/lib/clustermon/run-fai install 3>/tmp/ask >/tmp/run.log 2>&1
    kill $reader
    grep -h 'TASKEND' /tmp/fai/fai-monitor.log | sed "s/^/ROUND $round /"
    grep -h -A3 'had exit code' /tmp/fai/format.log
    findmnt --noheadings --raw -o TARGET | grep '^/target' | sort -r | xargs -r -n 1 umount
    swapoff -a
done
sed 's/^/FSTAB /' /tmp/fai/fstab
echo "INVENTORY $(node /usr/lib/clustermon/guest-inventory.mjs)"
`;

interface Plan {
  readonly disks: Readonly<
    Record<string, readonly { number: number; start: number; size: number }[]>
  >;
  readonly arrays: readonly { device: string; level: string; devices: readonly string[] }[];
  readonly volumes: readonly { device: string; size: number }[];
  readonly fstab: readonly string[];
}

test('RAID and LVM are made as planned, over themselves too, and found again', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'clustermon-storage-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const { kernel, initramfs } = await bootFiles();
  const options = { kernel, initramfs, script: SCRIPT, files: await guestFiles(folder) };
  const console = await runGuest({ ...options, disks: DISKS }, GUEST_MS);
  const lines = (word: string) =>
    console
      .split(/\r?\n/)
      .filter((line) => line.startsWith(`${word} `))
      .map((line) => line.slice(word.length + 1));
  for (const round of ['1', '2']) {
    assert.ok(lines('ROUND').includes(`${round} TASKEND partition 0`), console);
    assert.deepEqual(
      lines('MOUNT').filter((line) => line.startsWith(round)),
      [
        `${round} /target /dev/mapper/vg0-root ext4`,
        `${round} /target/boot /dev/md0 ext4`,
        `${round} /target/home /dev/mapper/vg0-home ext4`,
      ],
    );
  }
  const plan = planned();
  assertFound(JSON.parse(lines('INVENTORY')[0] ?? '{}') as NodeHardware, plan);
  const mounts = (text: readonly string[]) =>
    text.filter((line) => /^UUID=/.test(line)).map((line) => line.split(/\s+/).slice(1).join(' '));
  assert.deepEqual(mounts(lines('FSTAB')), mounts(plan.fstab));
});

function assertFound({ disks = [], volumes = [] }: NodeHardware, plan: Plan): void {
  for (const { name, partitions = [] } of disks) {
    assert.deepEqual(
      partitions.map(({ number, startBytes, sizeBytes }) => ({ number, startBytes, sizeBytes })),
      plan.disks[name]?.map(({ number, start, size }) => ({
        ...{ number, startBytes: start, sizeBytes: size },
      })),
    );
  }
  assert.deepEqual(
    volumes.filter(({ kind }) => kind !== 'lvm'),
    plan.arrays.map(({ device, level, devices }) => ({ path: device, kind: level, devices })),
  );
  const extents = (bytes: number) => Math.ceil(bytes / EXTENT_BYTES);
  const sizes = (all: readonly { path: string; bytes: number }[]) =>
    all.map(({ path, bytes }) => `${path} ${extents(bytes)}`).sort();
  assert.deepEqual(
    sizes(
      volumes.flatMap(({ path, kind, sizeBytes = 0 }) =>
        kind === 'lvm' ? { path, bytes: sizeBytes } : [],
      ),
    ),
    sizes(plan.volumes.map(({ device, size }) => ({ path: device, bytes: size }))),
  );
}

function planned(): Plan {
  const disks = DISKS.flatMap((size, index) => ['--disk', `vd${'ab'[index]}=${size}iB`]);
  const args = ['profile', 'disks', LAYOUT, ...disks, '--json'];
  return JSON.parse(execFileSync(CLUSTERMON, args, { encoding: 'utf8' })) as Plan;
}

/** The same that the tests of installations use. */
async function bootFiles() {
  prepareRackData();
  const sources = packageSources({ suite: 'bookworm', mirror: '', securityMirror: '' });
  const workshop = new Workshop({
    data: RACK_DATA,
    space: '/',
    sources,
    installerPackages: [],
    clock: systemClock,
  });
  try {
    return await provideBootFiles({
      folder: join(RACK_DATA, 'installer/amd64'),
      toolbox: await workshop.toolbox('amd64'),
      publicKey: workshop.key.publicKey,
      authorizedKeys: '',
    });
  } finally {
    await workshop.close();
  }
}

async function guestFiles(folder: string): Promise<readonly string[]> {
  const space = join(folder, 'space');
  mkdirSync(join(space, 'class'), { recursive: true });
  mkdirSync(join(space, 'disk_config'));
  writeFileSync(join(space, 'class/10-none'), '#!/bin/sh\n', { mode: 0o755 });
  execFileSync('cp', [LAYOUT, join(space, 'disk_config/RAID_LVM')]);
  const inventory = join(folder, 'guest-inventory.mjs');
  await build({
    entryPoints: [join(ROOT, 'e2e/harness/guest-inventory.ts')],
    outfile: inventory,
    bundle: true,
    platform: 'node',
    target: 'node18',
    format: 'esm',
  });
  return [space, inventory, join(ROOT, 'pxe/installer/programs/run-fai')];
}
