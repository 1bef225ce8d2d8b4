import { InputError } from '../../../base/errors.ts';
import { partitionPath } from './device.ts';
import { type DiskVariables, planMounts } from './fstab.ts';
import type { Disk, DiskLayout, ExistingVolume, Layout } from './layout.ts';
import { parseDiskConfig } from './parse.ts';
import { biosGrubNumber, type Extent, placePartitions } from './partition.ts';
import { resolveLayout } from './resolve.ts';
import { sizeVolumes } from './volume.ts';

export interface PlannedPart {
  readonly number: number;
  /** Such as `/dev/sda1`. */
  readonly device: string;
  readonly type: 'primary' | 'logical' | 'extended' | 'bios_grub';
  /** Bytes from the start of the disk; absent on a `virtual` disk, whose partitions exist already. */
  readonly start?: number;
  /** Inclusive. */
  readonly end?: number;
  readonly size?: number;
  readonly filesystem: string;
  /** `-` for none, `none` for swap. */
  readonly mountPoint: string;
  readonly name?: string;
  readonly flags: readonly string[];
  readonly preserved: boolean;
}

export interface DiskPlan {
  /** Partitions by the short name of their disk. */
  readonly disks: Readonly<Record<string, readonly PlannedPart[]>>;
  readonly arrays: readonly { device: string; level: string; devices: readonly string[] }[];
  readonly volumes: readonly {
    device: string;
    size: number;
    filesystem: string;
    mountPoint: string;
  }[];
  readonly fstab: readonly string[];
  readonly crypttab: readonly string[];
  readonly variables: DiskVariables;
}

export interface PlanOptions {
  readonly ramBytes?: number | undefined;
  readonly initial?: boolean;
  readonly hostname?: string | undefined;
  /** Arrays and logical volumes that are on the disks now, and can be kept. */
  readonly volumes?: readonly ExistingVolume[] | undefined;
}

/**
 * Says what setup-storage(8) would make of a disk_config file on given disks. Touches nothing.
 * @param text  the file's content
 * @param disks in the order of the machine's disk list (`disk1` is the first)
 * @throws InputError with the line: `disk-syntax`, `disk-size`, `disk-space`, `disk-unknown` …
 */
export function planDisks(
  text: string,
  disks: readonly Disk[],
  options: PlanOptions = {},
): DiskPlan {
  const { ramBytes, initial = false, hostname, volumes = [] } = options;
  const layout = resolveLayout(parseDiskConfig(text), disks, { initial, hostname, volumes });
  const placed = new Map(
    layout.disks
      .filter((one) => one.partitioned)
      .map((one) => [one.disk.path, placePartitions(one, ramBytes)]),
  );
  const sizes = sizeVolumes(layout, disks, placed, ramBytes);
  const members = memberFlags(layout);
  return {
    disks: Object.fromEntries(
      layout.disks.map((one) => [
        one.disk.path.replace('/dev/', ''),
        partsOf(one, placed.get(one.disk.path), members),
      ]),
    ),
    arrays: layout.arrays.map((one) => ({
      device: one.path,
      level: `raid${one.level}`,
      devices: one.devices.map((member) => (member.missing ? 'missing' : member.path)),
    })),
    volumes: sizes.map(({ group, name, sizeBytes }) => {
      const volume = layout.groups
        .find((one) => one.name === group)
        ?.volumes.find((one) => one.name === name);
      return {
        device: `/dev/${group}/${name}`,
        size: sizeBytes,
        filesystem: volume?.filesystem ?? '-',
        mountPoint: volume?.mountPoint ?? '-',
      };
    }),
    ...planMounts(layout),
    crypttab: layout.crypttab,
  };
}

/** The disks of a machine that only has sizes, for planning without one. */
export function blankDisk(path: string, sizeBytes: number, sectorBytes = 512): Disk {
  if (sizeBytes % sectorBytes !== 0 || sizeBytes === 0) {
    const text = `disk ${path}: ${sizeBytes} bytes is no multiple of ${sectorBytes}`;
    throw new InputError('disk-size', `${text} (its sector size); write a unit, such as 20GiB`);
  }
  return { path, sizeBytes, sectorBytes, partitions: [] };
}

function partsOf(
  layout: DiskLayout,
  extents: readonly Extent[] | undefined,
  members: ReadonlyMap<string, string>,
): readonly PlannedPart[] {
  const { path } = layout.disk;
  const parts = layout.partitions
    .filter((one) => one.number !== 0)
    .map((one): PlannedPart => {
      const device = partitionPath(path, one.number);
      return {
        number: one.number,
        device,
        type: one.type,
        ...extentOf(extents, one.number),
        filesystem: one.filesystem,
        mountPoint: one.mountPoint,
        ...(one.name === undefined ? {} : { name: one.name }),
        flags: flagsOf(layout, one.number, members.get(device)),
        preserved: one.preserve,
      };
    });
  const grub = biosGrubNumber(layout);
  if (grub === undefined) return parts;
  return [
    ...parts,
    {
      number: grub,
      device: partitionPath(path, grub),
      type: 'bios_grub',
      ...extentOf(extents, grub),
      filesystem: '-',
      mountPoint: '-',
      flags: ['bios_grub'],
      preserved: false,
    },
  ];
}

function extentOf(extents: readonly Extent[] | undefined, number: number) {
  const extent = extents?.find((one) => one.number === number);
  if (!extent) return {};
  return { start: extent.start, end: extent.end, size: extent.end - extent.start + 1 };
}

function flagsOf(
  layout: DiskLayout,
  number: number,
  member: string | undefined,
): readonly string[] {
  const boots = layout.partitions.some((one) => /^\/boot(\/efi)?$/.test(one.mountPoint));
  // On a GPT with /boot or /boot/efi, setup-storage marks partition 1.
  const first = layout.label !== 'msdos' && number === 1 && boots;
  const boot = layout.bootable === number || first;
  return [...(boot ? ['boot'] : []), ...(member === undefined ? [] : [member])];
}

function memberFlags(layout: Layout): ReadonlyMap<string, string> {
  const flags = new Map<string, string>();
  for (const { devices } of layout.arrays) {
    for (const one of devices) if (!one.missing) flags.set(one.path, 'raid');
  }
  for (const { devices } of layout.groups) for (const path of devices) flags.set(path, 'lvm');
  return flags;
}
