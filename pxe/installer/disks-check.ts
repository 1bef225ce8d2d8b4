import { InputError } from '../../base/errors.ts';
import type { NodeDisk } from '../../wire/pxe.ts';

/**
 * Compares the disks of this machine with those that were approved.
 * @returns names of the disks that may be written, in the order of FAI's disk list
 * @throws InputError `disks-differ` when an approved disk is missing, or is another one now
 */
export function approvedDiskNames(
  approved: readonly NodeDisk[],
  found: readonly NodeDisk[],
): readonly string[] {
  if (approved.length === 0) throw differ('no disk was approved');
  const names = approved.map((wanted) => {
    const disk = found.find((one) => sameDisk(wanted, one));
    if (!disk) throw differ(`${wanted.name} is missing or another one (${describe(found)})`);
    if (disk.sizeBytes !== wanted.sizeBytes) {
      throw differ(`${disk.name} has ${disk.sizeBytes} bytes, approved were ${wanted.sizeBytes}`);
    }
    return disk.name;
  });
  return [...names].sort();
}

/** By serial number where the disk has one, since names depend on the order in which the kernel found them. */
function sameDisk(wanted: NodeDisk, found: NodeDisk): boolean {
  if (wanted.serial !== undefined) return found.serial === wanted.serial;
  return found.serial === undefined && found.name === wanted.name;
}

function describe(disks: readonly NodeDisk[]): string {
  return disks.map((one) => `${one.name} ${one.serial ?? 'without serial'}`).join(', ') || 'none';
}

function differ(reason: string): InputError {
  const text = `the disks are not those that were approved: ${reason}; approve the node again`;
  return new InputError('disks-differ', text);
}
