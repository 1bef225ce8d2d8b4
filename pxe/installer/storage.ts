/** What is on the disks before an installation, as the system's own tools tell it: nothing is started, mounted or written. */
import { spawnSync } from 'node:child_process';
import type { NodeHardware, NodePartition, NodeVolume } from '../../wire/pxe.ts';

/** Unit of a partition's start in lsblk(8), whatever the disk's own sectors are. */
const SECTOR_BYTES = 512;

export interface Storage {
  /** By the name of their disk. */
  readonly partitions: ReadonlyMap<string, readonly NodePartition[]>;
  readonly volumes: readonly NodeVolume[];
}

export function readStorage(): Storage {
  const columns = 'NAME,PKNAME,TYPE,START,SIZE,FSTYPE';
  const report = ['--reportformat', 'json', '--units', 'b', '--nosuffix'];
  return {
    partitions: parsePartitions(run('lsblk', ['--json', '--bytes', '--list', '-o', columns])),
    volumes: [
      ...parseArrays(run('mdadm', ['--examine', '--scan', '--verbose'])),
      ...parseVolumes(run('lvs', [...report, '-o', 'vg_name,lv_name,lv_size,devices'])),
    ],
  };
}

/** Adds to a machine's hardware what is on its disks. */
export function withStorage(
  hardware: NodeHardware,
  { partitions, volumes }: Storage,
): NodeHardware {
  const disks = hardware.disks?.map((disk) => ({
    ...disk,
    partitions: partitions.get(disk.name) ?? [],
  }));
  return { ...hardware, ...(disks && { disks }), volumes };
}

/** Empty where the tool is missing or fails: an inventory without it is better than none. */
function run(command: string, args: readonly string[]): string {
  const { stdout, status } = spawnSync(command, args, { encoding: 'utf8' });
  return status === 0 ? stdout : '';
}

interface BlockDevice {
  readonly name: string;
  readonly pkname: string | null;
  readonly type: string;
  readonly start: number | null;
  readonly size: number;
  readonly fstype: string | null;
}

/** @param json of `lsblk --json --bytes --list` */
export function parsePartitions(json: string): Storage['partitions'] {
  const devices =
    json === '' ? [] : (JSON.parse(json) as { blockdevices: BlockDevice[] }).blockdevices;
  const found = new Map<string, NodePartition[]>();
  for (const { name, pkname, type, start, size, fstype } of devices) {
    const number = Number(/\d+$/.exec(name)?.[0]);
    if (type !== 'part' || pkname === null || start === null || !number) continue;
    const partition = {
      number,
      startBytes: start * SECTOR_BYTES,
      sizeBytes: size,
      ...(fstype !== null && { fileSystem: fstype }),
    };
    found.set(pkname, [...(found.get(pkname) ?? []), partition]);
  }
  return found;
}

/** @param text of `mdadm --examine --scan --verbose`: lines of mdadm.conf(5), each with a line of its devices */
export function parseArrays(text: string): readonly NodeVolume[] {
  return [...text.matchAll(/^ARRAY (\S+)\s(.*)\n\s*(?:spares=\d+\s+)?devices=(\S+)/gm)].flatMap(
    ([, path = '', words = '', devices = '']) => {
      const level = /\blevel=(\S+)/.exec(words)?.[1];
      // Containers of firmware RAID hold arrays, and are none.
      if (level === undefined || level === 'container') return [];
      return {
        path: path.replace(/^\/dev\/md\/(\d+)$/, '/dev/md$1'),
        kind: level,
        // Node 18 of Debian 12 has no toSorted.
        devices: devices.split(',').sort(),
      };
    },
  );
}

/** @param json of `lvs --reportformat json` */
export function parseVolumes(json: string): readonly NodeVolume[] {
  if (json === '') return [];
  const { report } = JSON.parse(json) as {
    report: readonly { lv: readonly Record<string, string>[] }[];
  };
  return report.flatMap(({ lv }) =>
    lv.map(({ vg_name, lv_name, lv_size, devices = '' }) => ({
      path: `/dev/${vg_name}/${lv_name}`,
      kind: 'lvm',
      sizeBytes: Number(lv_size),
      // `/dev/sda2(0),/dev/sdb2(100)`: with the extent on each.
      devices: devices.split(',').map((device) => device.replace(/\(\d+\)$/, '')),
    })),
  );
}
