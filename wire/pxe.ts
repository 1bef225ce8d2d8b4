/** JSON shapes of the provisioning API, `/api/pxe/*` (docs/api.md). Times are milliseconds since the epoch. */

export const NODE_STATES = [
  'discovered',
  'approved',
  'booting',
  'installing',
  'installed',
  'joined',
  'up',
  'down',
  'failed',
  'stopped',
  'retired',
] as const;
export type NodeState = (typeof NODE_STATES)[number];

/** Processors that machines have, by Debian's names for them. */
export const ARCHITECTURES = ['amd64', 'arm64'] as const;
export type Architecture = (typeof ARCHITECTURES)[number];

/** Departures from the standard that one machine's firmware needs; all off by default (docs/deviations.md). */
export interface Quirks {
  /** Leave out option 60 in server mode: firmware that then ignores the file name. */
  readonly noVendorClass?: boolean;
  /** Leave out option 43, so that the machine asks on port 4011. */
  readonly noVendorOptions?: boolean;
  /** Largest TFTP block, 8 to 1468 bytes. */
  readonly tftpBlockSizeMax?: number;
  /** Give an HTTP URL also to firmware that did not ask for HTTP boot. */
  readonly forceHttp?: boolean;
  /** Start the signed shim and GRUB in place of iPXE (UEFI Secure Boot). */
  readonly secureBoot?: boolean;
}

/** What the installer is doing: task `index` of `count` (1-based), by FAI's task names. */
export interface Progress {
  readonly task: string;
  readonly index: number;
  readonly count: number;
  /** 0 to 100, of this task. */
  readonly percent: number;
  readonly bytesPerSecond?: number;
}

export interface NodeDisk {
  readonly name: string;
  readonly sizeBytes: number;
  readonly serial?: string;
  readonly model?: string;
  /** What is on it before the installation. */
  readonly partitions?: readonly NodePartition[];
}

export interface NodePartition {
  readonly number: number;
  /** From the start of the disk. */
  readonly startBytes: number;
  readonly sizeBytes: number;
  /** As blkid(8) calls it, such as `ext4`, `LVM2_member` or `linux_raid_member`; absent for nothing known. */
  readonly fileSystem?: string;
}

/** A RAID array or a logical volume that is on the disks before the installation. */
export interface NodeVolume {
  /** `/dev/md0`, `/dev/GROUP/NAME` */
  readonly path: string;
  /** `raid1` …, or `lvm`. */
  readonly kind: string;
  /** Of a logical volume; an array's is known only when it runs. */
  readonly sizeBytes?: number;
  /** What it lies on, such as `/dev/sda2`. */
  readonly devices: readonly string[];
}

/** What the installer found in the machine. */
export interface NodeHardware {
  readonly vendor?: string;
  readonly product?: string;
  readonly serial?: string;
  readonly cpu?: string;
  readonly cores?: number;
  readonly memoryBytes?: number;
  readonly firmware?: 'bios' | 'uefi';
  readonly disks?: readonly NodeDisk[];
  readonly volumes?: readonly NodeVolume[];
  readonly nics?: readonly { readonly name: string; readonly mac: string }[];
}

export interface PxeNode {
  readonly id: number;
  readonly name: string;
  readonly state: NodeState;
  readonly macs: readonly string[];
  /** SMBIOS UUID (DHCP option 97); absent when the firmware sends none. Equal on cloned boards: never a key. */
  readonly uuid?: string;
  /** By option 93 of its firmware; absent while it is unknown. */
  readonly architecture?: Architecture;
  /** Host of the collector that this node has become. */
  readonly agentId?: string;
  readonly classes: readonly string[];
  readonly address?: string;
  readonly rack?: string;
  readonly unit?: number;
  readonly quirks: Quirks;
  readonly hardware?: NodeHardware;
  /** The disks that may be written, as they were when the node was last approved; empty while nobody has seen the machine. */
  readonly approvedDisks?: readonly NodeDisk[];
  readonly progress?: Progress;
  /** Why it is `failed`: the task and its last lines. */
  readonly failure?: string;
  readonly createdMs: number;
  /** When `state` last changed. */
  readonly changedMs: number;
  /** When an installation last ended with the node's own metrics; absent when it never did. */
  readonly installedMs?: number;
  readonly lastContact?: { readonly atMs: number; readonly what: string };
  readonly expectedNext?: string;
}

/** What a node was made from. GET /api/pxe/nodes/NODE/installed */
export interface InstalledState {
  /** Classes that people or nodes.yaml had given it. */
  readonly assigned: readonly string[];
  /** All of them as the machine found them, lowest priority first. */
  readonly classes: readonly string[];
  readonly imageId: string;
  /** The config space as it was: GET /api/pxe/spaces/SHA256, a tar archive without basefiles/. */
  readonly spaceSha256: string;
  readonly installedMs: number;
}

/** One step on a node's timeline. */
export interface NodeEvent {
  readonly id: number;
  readonly atMs: number;
  readonly mac: string;
  /** Stable word, such as `dhcp-offer` or `http-get` (docs/format/dhcp.md lists them). */
  readonly kind: string;
  readonly text: string;
}

/** One change that somebody made. */
export interface AuditEntry {
  readonly atMs: number;
  /** Person, token or part of the appliance, such as `cli:root` or `installer`. */
  readonly who: string;
  /** Address or socket that the request came from. */
  readonly from: string;
  readonly action: string;
  readonly node: string;
  readonly detail: string;
}

/** A known way in which network boot fails, recognised on the timeline. */
export interface BootDiagnosis {
  readonly code: string;
  readonly text: string;
  /** What the person can do about it. */
  readonly advice: string;
}

export interface BootExplanation {
  readonly mac: string;
  readonly node?: PxeNode;
  /** What the machine would be given now at each stage, in the order of a boot. */
  readonly stages: readonly {
    readonly stage: string;
    readonly answer: string;
    readonly why: string;
  }[];
  readonly expectedNext: string;
  readonly diagnoses: readonly BootDiagnosis[];
  readonly events: readonly NodeEvent[];
}

/** One network interface on which machines boot. */
export interface PxeInterface {
  readonly interface: string;
  readonly address: string;
  readonly mode: 'proxy' | 'server' | 'off';
  /** Server mode: false while other DHCP servers are heard, or still looked for. */
  readonly servesAddresses: boolean;
  /** Addresses of other DHCP servers heard in the last minutes. */
  readonly foreignServers: readonly string[];
  readonly packets: number;
  readonly malformed: number;
  readonly tftpTransfers: number;
}

/** GET /api/pxe/status */
export interface PxeStatus {
  readonly interfaces: readonly PxeInterface[];
  readonly httpPort: number;
  /** Whether kernel and initramfs of the installer are built. */
  readonly hasInstaller: boolean;
}
