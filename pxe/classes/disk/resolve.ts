import { InputError } from '../../../base/errors.ts';
import {
  encryptedPath,
  partitionPath,
  resolveDevice,
  resolveDisk,
  splitPartition,
} from './device.ts';
import type {
  Disk,
  DiskLayout,
  ExistingVolume,
  Filesystem,
  Group,
  Layout,
  PlannedPartition,
  PlannedVolume,
  RaidArray,
} from './layout.ts';
import { numberPartitions } from './numbering.ts';
import type { DiskStanza, FstabKey, KeepOption, Mounted, Stanza } from './stanza.ts';

/** A cylinder, to which setup-storage aligns an msdos label that keeps partitions (255 heads, 63 sectors). */
const CYLINDER_SECTORS = 255 * 63;

export interface ResolveOptions {
  /** First installation: `preserve_reinstall` keeps nothing (FAI's flag `initial`). */
  readonly initial: boolean;
  /** Replaces HOSTNAME in NFS sources. */
  readonly hostname: string | undefined;
  /** Arrays and logical volumes that are there now. */
  readonly volumes: readonly ExistingVolume[];
}

/**
 * Applies a disk_config file to the disks of a machine.
 * @throws InputError `disk-unknown`, `disk-partitions`, `disk-preserve`, `disk-mount`, `disk-context` …, each with its line
 */
export function resolveLayout(
  stanzas: readonly Stanza[],
  disks: readonly Disk[],
  options: ResolveOptions,
): Layout {
  const builder = new LayoutBuilder(disks, options);
  for (const stanza of stanzas) builder.add(stanza);
  return builder.finish();
}

class LayoutBuilder {
  readonly #machine: readonly Disk[];
  readonly #paths: readonly string[];
  readonly #options: ResolveOptions;
  readonly #stanzas = new Map<string, DiskStanza>();
  readonly #disks: DiskLayout[] = [];
  readonly #arrays: RaidArray[] = [];
  readonly #groups = new Map<string, Group & { volumes: PlannedVolume[] }>();
  /** The last `disk_config lvm` line decides for all groups, as in setup-storage. */
  #groupKey: FstabKey = 'device';
  readonly #filesystems: Filesystem[] = [];
  readonly #volumes: { row: Mounted; device: string }[] = [];
  readonly #tmpfs: Layout['tmpfs'][number][] = [];
  readonly #nfs: Layout['nfs'][number][] = [];
  readonly #crypttab: string[] = [];
  /** Devices that a volume, array or encryption stands on, with the line that says so. */
  readonly #used = new Map<string, number>();

  constructor(disks: readonly Disk[], options: ResolveOptions) {
    this.#machine = disks;
    this.#paths = disks.map((disk) => disk.path);
    this.#options = options;
  }

  add(stanza: Stanza): void {
    switch (stanza.kind) {
      case 'disk':
        this.#addDisk(stanza);
        return;
      case 'raid':
        this.#addArrays(stanza);
        return;
      case 'lvm':
        this.#addGroups(stanza);
        return;
      case 'btrfs':
        for (const row of stanza.volumes) {
          requireSubvolume(row);
          const devices = row.devices.map((one) => this.#device(one.device, row.line));
          for (const device of devices) this.#use(device, row.line);
          this.#mount(row, devices[0] ?? '', stanza.fstabKey);
        }
        return;
      case 'cryptsetup':
        for (const row of stanza.volumes) {
          const device = this.#device(row.device.device, row.line);
          this.#use(device, row.line);
          this.#encrypt(device, row.mode);
          this.#mount(row, encryptedPath(device), 'device');
        }
        return;
      case 'tmpfs':
        this.#tmpfs.push(...stanza.mounts);
        return;
      case 'nfs':
        this.#nfs.push(...stanza.mounts.map((row) => this.#nfsMount(row)));
        return;
    }
  }

  finish(): Layout {
    for (const { row, device } of this.#volumes) this.#mount(row, device, this.#groupKey);
    this.#checkMounts();
    this.#checkStacks();
    return {
      disks: this.#disks,
      arrays: this.#arrays,
      groups: [...this.#groups.values()],
      filesystems: this.#filesystems,
      tmpfs: this.#tmpfs,
      nfs: this.#nfs,
      crypttab: this.#crypttab,
    };
  }

  #addDisk(own: DiskStanza): void {
    const path = resolveDisk(own.device, this.#paths, own.line);
    if (this.#stanzas.has(path)) fail('disk-twice', `${path} has two disk_config lines`, own.line);
    const stanza = this.#sameAs(own);
    this.#stanzas.set(path, stanza);
    const disk = this.#machine.find((one) => one.path === path) as Disk;
    if (stanza.partitions.length === 0 && !stanza.wholeForLvm) {
      fail('disk-partitions', `the disk_config line of ${path} has no partitions`, own.line);
    }
    const numbered = numberPartitions(stanza.partitions, stanza);
    requireNumbers(stanza, numbered);
    const raw = numbered[0]?.number === 0;
    const kept = new KeptPartitions(stanza, disk, this.#options.initial);
    const partitions = numbered.map(({ number, row, line }): PlannedPartition => {
      const { preserve, resize } = kept.of(number, row, line);
      const type = row === undefined ? 'extended' : row.type === 'logical' ? 'logical' : 'primary';
      return {
        number,
        type,
        line,
        name: row?.name,
        // The extended partition is as large as what is inside.
        size: row?.size ?? { min: { of: 'bytes', bytes: 0 }, max: { of: 'bytes', bytes: 0 } },
        preserve,
        resize,
        filesystem: row?.filesystem ?? '-',
        mountPoint: row?.mountPoint ?? '-',
      };
    });
    this.#disks.push({
      disk,
      label: stanza.label,
      bootable: stanza.bootable,
      alignBytes: stanza.alignBytes ?? kept.alignBytes,
      partitioned: !stanza.virtual && !raw && !stanza.wholeForLvm,
      untouched: stanza.keep.some((one) => one.what === 'always' && one.ids === 'all'),
      partitions,
    });
    for (const { number, row } of numbered) {
      const device = number === 0 ? path : partitionPath(path, number);
      if (row) this.#mount(row, device, stanza.fstabKey, path);
    }
  }

  #sameAs(own: DiskStanza): DiskStanza {
    if (own.sameAs === undefined) return own;
    const path = resolveDisk(own.sameAs, this.#paths, own.line);
    const model = this.#stanzas.get(path);
    if (!model)
      return fail(
        'disk-unknown',
        `sameas:${own.sameAs} has no disk_config line before it`,
        own.line,
      );
    return { ...model, line: own.line, partitions: [...model.partitions, ...own.partitions] };
  }

  #addArrays(stanza: Extract<Stanza, { kind: 'raid' }>): void {
    for (const row of stanza.arrays) {
      const number = this.#arrays.length;
      const path = `/dev/md${number}`;
      const devices = row.devices.map((one) => {
        const device = this.#device(one.device, row.line);
        return { path: device, spare: one.spare, missing: one.missing };
      });
      const twice = devices.find((one, at) => devices.findIndex((d) => d.path === one.path) < at);
      if (twice) fail('disk-twice', `${twice.path} is in the array twice`, row.line);
      this.#kept(wantedFor(stanza.keep, String(number)), path, row.line);
      for (const one of devices) if (!one.missing) this.#use(one.path, row.line);
      this.#arrays.push({ path, line: row.line, level: row.level, devices });
      this.#mount(row, path, stanza.fstabKey);
    }
  }

  #addGroups(stanza: Extract<Stanza, { kind: 'lvm' }>): void {
    this.#groupKey = stanza.fstabKey;
    for (const row of stanza.lines) {
      if (row.kind === 'group') {
        if (this.#groups.has(row.name)) {
          fail('disk-twice', `volume group ${row.name} is there twice`, row.line);
        }
        const devices = row.devices.map((one) => this.#device(one.device, row.line));
        for (const device of devices) this.#use(device, row.line);
        this.#groups.set(row.name, { name: row.name, line: row.line, devices, volumes: [] });
        continue;
      }
      const group = this.#groups.get(row.group);
      if (!group) {
        fail('disk-unknown', `volume group ${row.group} has no "vg" line before this`, row.line);
      }
      if (group.volumes.some((one) => one.name === row.name)) {
        fail('disk-twice', `volume ${row.group}-${row.name} is there twice`, row.line);
      }
      const device = `/dev/${row.group}/${row.name}`;
      const keep = [...stanza.keep, ...(row.keep ? [{ what: row.keep, ids: 'all' as const }] : [])];
      const kept = this.#kept(wantedFor(keep, `${row.group}-${row.name}`), device, row.line);
      const { name, line, filesystem, mountPoint } = row;
      const size = kept?.sizeBytes === undefined ? row.size : fixedSize(kept.sizeBytes);
      group.volumes.push({ name, line, size, filesystem, mountPoint });
      this.#volumes.push({ row, device });
    }
  }

  /**
   * The array or volume that a line keeps as it is; undefined where it is made anew.
   * @throws InputError `disk-preserve` when it is to be kept but does not exist; the text says what does
   */
  #kept(
    wanted: ReadonlySet<KeepOption['what']>,
    device: string,
    line: number,
  ): ExistingVolume | undefined {
    const { volumes, initial } = this.#options;
    const isKept = wanted.has('always') || (wanted.has('reinstall') && !initial);
    const found = volumes.find((one) => one.path === device);
    if (found) return isKept || wanted.has('lazy') ? found : undefined;
    if (!isKept && !wanted.has('resize')) return undefined;
    const there = volumes.map((one) => `${one.path} (${one.kind} on ${one.devices.join(' ')})`);
    const advice = 'Take the option away, or use preserve_lazy';
    return fail(
      'disk-preserve',
      `${device} cannot be kept: it does not exist; the disks hold ${there.join(', ') || 'no array and no logical volume'}. ${advice}`,
      line,
    );
  }

  #nfsMount(row: Layout['nfs'][number]): Layout['nfs'][number] {
    const { hostname } = this.#options;
    return hostname === undefined
      ? row
      : { ...row, source: row.source.replaceAll('HOSTNAME', hostname) };
  }

  #device(name: string, line: number): string {
    return resolveDevice(name, this.#paths, line);
  }

  #use(device: string, line: number): void {
    this.#used.set(device, line);
  }

  #encrypt(device: string, mode: string): void {
    const name = encryptedPath(device).slice('/dev/mapper/'.length);
    const luks = mode.startsWith('luks');
    const key = mode === 'luks' ? `/tmp/fai/${name}` : luks ? 'none' : '/dev/urandom';
    this.#crypttab.push([name, device, key, luks ? 'luks,discard' : mode].join('\t'));
  }

  #mount(row: Mounted, device: string, fstabKey: FstabKey, disk?: string): void {
    if (row.filesystem === 'btrfs' && row.mountPoint !== '-') requireSubvolume(row);
    if (row.encrypt) this.#encrypt(device, 'luks');
    const { line, mountPoint, filesystem, mountOptions } = row;
    this.#filesystems.push({
      line,
      device: row.encrypt ? encryptedPath(device) : device,
      mountPoint,
      filesystem,
      mountOptions,
      fstabKey: row.encrypt ? 'device' : fstabKey,
      // A btrfs or an encrypted volume is no plain partition any more: setup-storage names its device as the boot device.
      disk: row.encrypt || filesystem === 'btrfs' ? undefined : disk,
    });
    if (mountPoint !== '-' && this.#used.has(device)) {
      fail('disk-mount', `${device} is mounted and part of a volume`, line);
    }
  }

  #checkMounts(): void {
    const seen = new Map<string, number>();
    for (const row of [...this.#filesystems, ...this.#tmpfs, ...this.#nfs]) {
      if (row.mountPoint === '-' || row.mountPoint === 'none') continue;
      const first = seen.get(row.mountPoint);
      if (first !== undefined) {
        fail('disk-mount', `${row.mountPoint} is mounted twice (first in line ${first})`, row.line);
      }
      seen.set(row.mountPoint, row.line);
    }
  }

  /** What a volume stands on must exist in the file (or be a disk of the machine) and must not be mounted itself. */
  #checkStacks(): void {
    for (const [device, line] of this.#used) {
      const mounted = this.#filesystems.find(
        (one) => one.device === device && one.mountPoint !== '-',
      );
      if (mounted && mounted.line !== line && mounted.filesystem !== 'btrfs') {
        fail(
          'disk-mount',
          `${device} is mounted in line ${mounted.line} and part of a volume`,
          line,
        );
      }
      const part = splitPartition(device);
      const layout = part && this.#disks.find((one) => one.disk.path === part.disk);
      if (layout && !layout.partitions.some((one) => one.number === part.number)) {
        fail('disk-unknown', `there is no partition ${part.number} on ${part.disk}`, line);
      }
    }
  }
}

/** Which partitions of a disk stay, from the options of its line and of each partition. */
class KeptPartitions {
  readonly #stanza: DiskStanza;
  readonly #disk: Disk;
  readonly #initial: boolean;

  constructor(stanza: DiskStanza, disk: Disk, initial: boolean) {
    this.#stanza = stanza;
    this.#disk = disk;
    this.#initial = initial;
  }

  get alignBytes(): number {
    const { label, keep, partitions } = this.#stanza;
    const options = keep
      .filter((one) => one.what !== 'format')
      .filter((one) => !(one.what === 'reinstall' && this.#initial));
    const last = partitions.findLast((row) => row.keep !== undefined)?.keep ?? options.at(-1)?.what;
    const cylinders = label === 'msdos' && last !== undefined && last !== 'lazy';
    return this.#disk.sectorBytes * (cylinders ? CYLINDER_SECTORS : 1);
  }

  of(
    number: number,
    row: DiskStanza['partitions'][number] | undefined,
    line: number,
  ): { preserve: boolean; resize: boolean } {
    if (row === undefined) return { preserve: false, resize: false };
    const wanted = wantedFor(this.#stanza.keep, String(number));
    if (row.keep) wanted.add(row.keep);
    if (this.#initial) wanted.delete('reinstall');
    const exists = this.#disk.partitions.some((one) => one.number === number);
    const must = wanted.has('always') || wanted.has('reinstall') || wanted.has('resize');
    if (must && number !== 0 && !exists) {
      const device = partitionPath(this.#disk.path, number);
      fail('disk-preserve', `${device} cannot be kept: it does not exist`, line);
    }
    const preserve =
      wanted.has('always') || wanted.has('reinstall') || (wanted.has('lazy') && exists);
    return { preserve, resize: wanted.has('resize') && !preserve };
  }
}

function wantedFor(keep: readonly KeepOption[], id: string): Set<KeepOption['what']> {
  return new Set(
    keep.filter((one) => one.ids === 'all' || one.ids.includes(id)).map((one) => one.what),
  );
}

function fixedSize(bytes: number): PlannedVolume['size'] {
  return { min: { of: 'bytes', bytes }, max: { of: 'bytes', bytes } };
}

function requireNumbers(stanza: DiskStanza, numbered: readonly { number: number }[]): void {
  const numbers = new Set(numbered.map((one) => String(one.number)));
  const named = stanza.keep.flatMap((one) => (one.ids === 'all' ? [] : one.ids));
  const all = stanza.bootable === undefined ? named : [...named, String(stanza.bootable)];
  const missing = all.find((id) => !numbers.has(id));
  if (missing !== undefined) {
    fail('disk-unknown', `an option names partition ${missing}, which has no line`, stanza.line);
  }
}

function requireSubvolume(row: Mounted): void {
  if (/(^|,)subvol=[^,\s]/.test(row.mountOptions)) return;
  fail(
    'disk-btrfs',
    'btrfs needs an initial subvolume: add subvol=NAME to the mount options',
    row.line,
  );
}

function fail(code: string, message: string, line: number): never {
  throw new InputError(code, message, { line });
}
