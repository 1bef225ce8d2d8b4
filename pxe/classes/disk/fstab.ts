import { InputError } from '../../../base/errors.ts';
import type { Filesystem, Layout } from './layout.ts';
import type { TmpfsLine } from './stanza.ts';

/** What the tasks after partitioning read from disk_var.sh; a variable that the layout does not set is absent. */
export type DiskVariables = Readonly<
  Partial<
    Record<'BOOT_DEVICE' | 'BOOT_PARTITION' | 'ESP_DEVICE' | 'ROOT_PARTITION' | 'SWAPLIST', string>
  >
>;

export interface MountPlan {
  /** Lines of fstab(5), columns parted by tabs, sorted by mount point. */
  readonly fstab: readonly string[];
  readonly variables: DiskVariables;
}

interface Entry {
  readonly mountPoint: string;
  readonly line: string;
}

/**
 * Makes fstab and the variables. Identifiers that exist only after the file system was made are written as
 * `UUID=uuid-of-sda1`, `LABEL=label-of-sda1` and so on.
 * @throws InputError `disk-mount` when /boot would be encrypted or in memory
 * Source: setup-storage, Fstab.pm.
 */
export function planMounts(layout: Layout): MountPlan {
  const mounted = layout.filesystems.filter((one) => one.mountPoint !== '-');
  const bootMount = mounted.some((one) => one.mountPoint === '/boot') ? '/boot' : '/';
  refuseBoot(layout, bootMount);
  const entries = [
    ...mounted.map(diskEntry),
    ...layout.tmpfs.filter((one) => one.mountPoint !== '-').map(tmpfsEntry),
    ...layout.nfs
      .filter((one) => one.mountPoint !== '-')
      .map((one) => entry(one.source, one.mountPoint, 'nfs', one.mountOptions)),
  ];
  return {
    fstab: entries.toSorted(byMountPoint).map((one) => one.line),
    variables: variablesOf(mounted, bootMount),
  };
}

function variablesOf(mounted: readonly Filesystem[], bootMount: string): DiskVariables {
  const at = (mount: string) => mounted.find((one) => one.mountPoint === mount);
  const boot = at(bootMount);
  const root = at('/');
  const small = at('/boot');
  const esp = at('/boot/efi') ?? (small?.filesystem === 'vfat' ? small : undefined);
  const swaps = mounted.filter((one) => one.filesystem === 'swap').map((one) => one.device);
  return {
    BOOT_DEVICE: boot?.disk ?? boot?.device ?? '',
    ...(boot?.disk === undefined ? {} : { BOOT_PARTITION: boot.device }),
    ...(esp ? { ESP_DEVICE: esp.device } : {}),
    ...(root ? { ROOT_PARTITION: identifier(root) } : {}),
    SWAPLIST: swaps.join(' '),
  };
}

function diskEntry(one: Filesystem): Entry {
  return entry(identifier(one), one.mountPoint, one.filesystem, one.mountOptions);
}

function tmpfsEntry(one: TmpfsLine): Entry {
  const own = /size=|nr_blocks=/.test(one.mountOptions) || one.size === '-';
  const options = own ? one.mountOptions : `${one.mountOptions},size=${one.size}`;
  return entry('tmpfs', one.mountPoint, 'tmpfs', options);
}

function entry(source: string, mountPoint: string, filesystem: string, options: string): Entry {
  const memory = filesystem === 'swap' || filesystem === 'tmpfs';
  const pass = memory ? 0 : mountPoint === '/' ? 1 : 2;
  return { mountPoint, line: [source, mountPoint, filesystem, options, 0, pass].join('\t') };
}

function identifier({ device, fstabKey }: Filesystem): string {
  if (fstabKey === 'device') return device;
  const name = device.replace('/dev/', '').replaceAll('/', '-');
  return `${fstabKey.toUpperCase()}=${fstabKey}-of-${name}`;
}

/** A mount point comes before what is mounted below it. */
function byMountPoint(a: Entry, b: Entry): number {
  return a.mountPoint < b.mountPoint ? -1 : a.mountPoint > b.mountPoint ? 1 : 0;
}

function refuseBoot(layout: Layout, bootMount: string): void {
  const encrypted = layout.filesystems.find(
    (one) => one.mountPoint === bootMount && one.device.startsWith('/dev/mapper/crypt'),
  );
  if (encrypted) {
    fail(`${bootMount} is encrypted and cannot be booted from: add a plain /boot`, encrypted.line);
  }
  const memory = layout.tmpfs.find((one) => one.mountPoint === bootMount);
  if (memory) fail(`${bootMount} cannot be a tmpfs`, memory.line);
}

function fail(message: string, line: number): never {
  throw new InputError('disk-mount', message, { line });
}
