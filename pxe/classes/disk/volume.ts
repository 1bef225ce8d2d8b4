import { InputError } from '../../../base/errors.ts';
import { splitPartition } from './device.ts';
import type { Disk, Group, Layout, RaidArray } from './layout.ts';
import type { Extent } from './partition.ts';
import { byteRange } from './size.ts';

/** Share of its devices that a volume group can use: how much metadata takes is not known before it exists. */
const GROUP_USABLE = 0.99;

export interface PlannedVolumeSize {
  readonly group: string;
  readonly name: string;
  /** Bytes asked from lvcreate, which rounds up to its extents. */
  readonly sizeBytes: number;
}

/**
 * Computes the sizes of logical volumes.
 * @param placed extents by path of the disk
 * @throws InputError `disk-space` when a group is too small, `disk-unknown` when a device's size cannot be known
 * Source: setup-storage, Sizes.pm (estimate_size, compute_lv_sizes).
 */
export function sizeVolumes(
  layout: Layout,
  machine: readonly Disk[],
  placed: ReadonlyMap<string, readonly Extent[]>,
  ramBytes: number | undefined,
): readonly PlannedVolumeSize[] {
  const sizes = new DeviceSizes(layout, machine, placed);
  return layout.groups.flatMap((group) => sizeGroup(group, sizes, ramBytes));
}

function sizeGroup(
  group: Group,
  sizes: DeviceSizes,
  ramBytes: number | undefined,
): readonly PlannedVolumeSize[] {
  const total = group.devices.reduce((sum, device) => sum + sizes.of(device, group.line), 0);
  const available = total * GROUP_USABLE;
  const ranges = group.volumes.map((one) => byteRange(one.size, { available, ramBytes }, one.line));
  const minSum = ranges.reduce((sum, range) => sum + range.min, 0);
  const maxSum = ranges.reduce((sum, range) => sum + range.max, 0);
  if (group.volumes.length > 0 && minSum >= available) {
    const text = `volume group ${group.name} needs ${minSum} bytes, but its devices have about`;
    fail('disk-space', `${text} ${Math.floor(available)}`, group.line);
  }
  const factor = maxSum > minSum ? Math.min(1, (available - minSum) / (maxSum - minSum)) : 0;
  return group.volumes.map((one, at) => {
    const { min, max } = ranges[at] ?? { min: 0, max: 0 };
    return { group: group.name, name: one.name, sizeBytes: Math.floor(min + (max - min) * factor) };
  });
}

class DeviceSizes {
  readonly #layout: Layout;
  readonly #machine: readonly Disk[];
  readonly #placed: ReadonlyMap<string, readonly Extent[]>;

  constructor(
    layout: Layout,
    machine: readonly Disk[],
    placed: ReadonlyMap<string, readonly Extent[]>,
  ) {
    this.#layout = layout;
    this.#machine = machine;
    this.#placed = placed;
  }

  /** Bytes of a disk, partition or array. */
  of(device: string, line: number): number {
    const disk = this.#machine.find((one) => one.path === device);
    if (disk) return disk.sizeBytes - 1;
    const array = this.#layout.arrays.find((one) => one.path === device);
    if (array) return this.#arrayBytes(array);
    const part = splitPartition(device);
    const extent = part && this.#placed.get(part.disk)?.find((one) => one.number === part.number);
    if (extent) return extent.end - extent.start + 1;
    return fail('disk-unknown', `the size of ${device} cannot be known`, line);
  }

  #arrayBytes(array: RaidArray): number {
    const present = array.devices.filter((one) => !one.missing);
    const count = array.devices.filter((one) => !one.spare).length;
    const sizes = present.map((one) => this.of(one.path, array.line));
    if (sizes.length === 0) fail('disk-unknown', `${array.path} has no device`, array.line);
    const smallest = Math.min(...sizes);
    switch (array.level) {
      case '0':
        return smallest * count;
      case '1':
        return smallest;
      case '5':
        return smallest * (count - 1);
      case '6':
        return smallest * (count - 2);
      case '10':
        return smallest * (count / 2);
    }
  }
}

function fail(code: string, message: string, line: number): never {
  throw new InputError(code, message, { line });
}
