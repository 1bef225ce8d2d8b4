import type { SizeRange } from './size.ts';
import type { DiskStanza, FstabKey, NfsLine, RaidLine, TmpfsLine } from './stanza.ts';

/** A disk of the machine, as far as planning needs it. */
export interface Disk {
  /** Such as `/dev/sda`. */
  readonly path: string;
  readonly sizeBytes: number;
  readonly sectorBytes: number;
  /** What is on it now; empty for a blank disk. */
  readonly partitions: readonly ExistingPartition[];
}

export interface ExistingPartition {
  readonly number: number;
  readonly start: number;
  /** Inclusive. */
  readonly end: number;
  readonly filesystem: string;
}

/** A RAID array or a logical volume that is on the disks now. */
export interface ExistingVolume {
  /** `/dev/md0`, `/dev/GROUP/NAME` */
  readonly path: string;
  /** `raid1` …, or `lvm`. */
  readonly kind: string;
  readonly sizeBytes?: number;
  readonly devices: readonly string[];
}

/** Something that holds a file system, is swapped to, or is part of a volume. */
export interface Filesystem {
  readonly line: number;
  readonly device: string;
  readonly mountPoint: string;
  readonly filesystem: string;
  readonly mountOptions: string;
  readonly fstabKey: FstabKey;
  /** The disk, when the device is one of its partitions or the disk itself. */
  readonly disk: string | undefined;
}

export interface PlannedPartition {
  readonly number: number;
  readonly type: 'primary' | 'logical' | 'extended';
  readonly line: number;
  readonly name: string | undefined;
  readonly size: SizeRange;
  readonly preserve: boolean;
  readonly resize: boolean;
  readonly filesystem: string;
  readonly mountPoint: string;
}

export interface DiskLayout {
  readonly disk: Disk;
  readonly label: DiskStanza['label'];
  readonly bootable: number | undefined;
  /** Byte that partitions start at a multiple of. */
  readonly alignBytes: number;
  /** False for `virtual`, `raw-disk` and `vg:1`: no partition table is written. */
  readonly partitioned: boolean;
  /** `preserve_always:all`: nothing on the disk changes. */
  readonly untouched: boolean;
  /** By number; the extended partition included. */
  readonly partitions: readonly PlannedPartition[];
}

export interface RaidArray {
  readonly path: string;
  readonly line: number;
  readonly level: RaidLine['level'];
  readonly devices: readonly { path: string; spare: boolean; missing: boolean }[];
}

export interface PlannedVolume {
  readonly name: string;
  readonly line: number;
  readonly size: SizeRange;
  readonly filesystem: string;
  readonly mountPoint: string;
}

export interface Group {
  readonly name: string;
  readonly line: number;
  /** Paths, unencrypted. */
  readonly devices: readonly string[];
  readonly volumes: readonly PlannedVolume[];
}

/** A disk_config file applied to the disks of one machine: names resolved, numbers given, nothing computed yet. */
export interface Layout {
  readonly disks: readonly DiskLayout[];
  readonly arrays: readonly RaidArray[];
  readonly groups: readonly Group[];
  readonly filesystems: readonly Filesystem[];
  readonly tmpfs: readonly TmpfsLine[];
  readonly nfs: readonly NfsLine[];
  /** Lines of crypttab(5). */
  readonly crypttab: readonly string[];
}
