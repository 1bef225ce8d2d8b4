import type { SizeRange } from './size.ts';

export type FstabKey = 'device' | 'label' | 'uuid' | 'partlabel' | 'partuuid';
export type DiskLabel = 'msdos' | 'gpt' | 'gpt-bios';
export type Keep = 'always' | 'reinstall' | 'lazy';

/** What an existing partition, array or volume should become. `ids` are the numbers or names the option lists, or all. */
export interface KeepOption {
  readonly what: Keep | 'resize' | 'format';
  readonly ids: readonly string[] | 'all';
}

/** The columns that every line with a file system has. */
export interface Mounted {
  /** 1-based line of the file. */
  readonly line: number;
  /** `-` for none, `none` for swap, else an absolute path. */
  readonly mountPoint: string;
  /** `-` for none, `swap`, or the name that `mkfs.NAME` has. */
  readonly filesystem: string;
  readonly mountOptions: string;
  readonly createOptions: string | undefined;
  readonly tuneOptions: string | undefined;
  /** Old-style `:encrypt` behind the mount point. */
  readonly encrypt: boolean;
}

export interface PartitionLine extends Mounted {
  readonly type: 'primary' | 'logical' | 'raw-disk';
  /** GPT partition name, from `p=NAME`. */
  readonly name: string | undefined;
  readonly size: SizeRange;
  readonly keep: Keep | 'resize' | undefined;
}

export interface DiskStanza {
  readonly kind: 'disk';
  readonly line: number;
  readonly device: string;
  readonly label: DiskLabel;
  readonly bootable: number | undefined;
  readonly virtual: boolean;
  /** The whole disk belongs to a volume group: no partition table. */
  readonly wholeForLvm: boolean;
  readonly fstabKey: FstabKey;
  readonly alignBytes: number | undefined;
  readonly sameAs: string | undefined;
  readonly keep: readonly KeepOption[];
  readonly partitions: readonly PartitionLine[];
}

export interface DeviceReference {
  readonly device: string;
  readonly spare: boolean;
  readonly missing: boolean;
}

export interface RaidLine extends Mounted {
  readonly level: '0' | '1' | '5' | '6' | '10';
  readonly devices: readonly DeviceReference[];
  readonly mdCreateOptions: string | undefined;
}

export interface BtrfsLine extends Mounted {
  readonly level: string;
  readonly devices: readonly DeviceReference[];
}

export interface GroupLine {
  readonly kind: 'group';
  readonly line: number;
  readonly name: string;
  readonly devices: readonly DeviceReference[];
}

export interface VolumeLine extends Mounted {
  readonly kind: 'volume';
  readonly group: string;
  readonly name: string;
  readonly size: SizeRange;
  readonly keep: Keep | 'resize' | undefined;
  readonly lvCreateOptions: string | undefined;
}

export interface CryptLine extends Mounted {
  readonly mode: string;
  readonly device: DeviceReference;
}

export interface TmpfsLine {
  readonly line: number;
  readonly mountPoint: string;
  readonly mountOptions: string;
  /** `512m`, `50%`, or `-` for the kernel's default. */
  readonly size: string;
}

export interface NfsLine {
  readonly line: number;
  readonly mountPoint: string;
  readonly mountOptions: string;
  readonly source: string;
}

/** One `disk_config` line with the lines below it. */
export type Stanza =
  | DiskStanza
  | {
      readonly kind: 'raid';
      readonly line: number;
      readonly fstabKey: FstabKey;
      readonly keep: readonly KeepOption[];
      readonly arrays: readonly RaidLine[];
    }
  | {
      readonly kind: 'lvm';
      readonly line: number;
      readonly fstabKey: FstabKey;
      readonly keep: readonly KeepOption[];
      readonly lines: readonly (GroupLine | VolumeLine)[];
    }
  | {
      readonly kind: 'btrfs';
      readonly line: number;
      readonly fstabKey: FstabKey;
      readonly volumes: readonly BtrfsLine[];
    }
  | { readonly kind: 'cryptsetup'; readonly line: number; readonly volumes: readonly CryptLine[] }
  | { readonly kind: 'tmpfs'; readonly line: number; readonly mounts: readonly TmpfsLine[] }
  | { readonly kind: 'nfs'; readonly line: number; readonly mounts: readonly NfsLine[] };
