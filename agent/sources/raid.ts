import { existsSync } from 'node:fs';
import { PassingSeries } from '../passing-series.ts';
import type { SeriesSpec } from '../series.ts';
import type { Source, SourcePorts } from '../source.ts';

const EVERY_SECONDS = 15;

/** An array of Linux's software RAID. */
export interface RaidArray {
  /** `md0` */
  readonly device: string;
  /** It can be read: it is assembled, and not broken. */
  readonly isActive: boolean;
  /** Members that the kernel has given up: `(F)`. */
  readonly disksFailed: number;
  /** Members that it should have and that do not work; undefined where none may be missing (linear, RAID 0, inactive). */
  readonly disksMissing: number | undefined;
  readonly sync: RaidSync | undefined;
}

/** Work on all of an array that is under way, or waits for another array's. */
export interface RaidSync {
  readonly action: string;
  /** 0 to 100; 0 while it waits. */
  readonly percent: number;
}

/** `md0 : active (auto-read-only) raid1 sdb1[1](F) sda1[0]` */
const ARRAY = /^(md\S*) : (\S+)(.*)$/;
/** `[4/3]`: the disks that the array has when it is whole, and those that work. */
const DISKS = /\[(\d+)\/(\d+)\]/;
/** `recovery = 12.6% (…)`, `resync=DELAYED`, `resync=PENDING` */
const SYNC = /\b(recovery|resync|reshape|check)\s*=\s*(?:([\d.]+)%|[A-Z]+)/;
/** Metadata of the firmware's RAID: the inactive array that stands for all of its disks. Arrays on them are `external:/md127/0`. */
const CONTAINER = /\bsuper external:(?!\/)/;

/** Reads /proc/mdstat: a line for each array, below it indented ones. Source: md_seq_show() of the kernel's drivers/md/md.c. */
export function parseMdstat(contents: string): RaidArray[] {
  return contents
    .split(/\n(?=\S)/)
    .filter((record) => ARRAY.test(record.split('\n', 1)[0]!))
    .filter((record) => !CONTAINER.test(record))
    .map(arrayOf);
}

function arrayOf(record: string): RaidArray {
  const [first = '', ...below] = record.split('\n');
  const [, device = '', state, members = ''] = ARRAY.exec(first) ?? [];
  const details = below.join('\n');
  const [, wanted, working] = DISKS.exec(details) ?? [];
  const [, action, percent] = SYNC.exec(details) ?? [];
  return {
    device,
    isActive: state === 'active',
    disksFailed: members.split('(F)').length - 1,
    disksMissing: wanted === undefined ? undefined : Math.max(0, Number(wanted) - Number(working)),
    sync: action === undefined ? undefined : { action, percent: Number(percent ?? 0) },
  };
}

const ACTIVE: SeriesSpec = {
  name: 'raid_active',
  group: 'disk',
  title: 'RAID array works',
  description: '0 = not assembled, or broken',
  type: 'uint',
};
const FAILED: SeriesSpec = {
  name: 'raid_disks_failed',
  group: 'disk',
  title: 'Failed disks of a RAID array',
  description: 'that are still in it',
  units: 'disks',
  type: 'uint',
};
const MISSING: SeriesSpec = {
  name: 'raid_disks_missing',
  group: 'disk',
  title: 'Missing disks of a RAID array',
  description: 'wanted without working ones; those that are being rebuilt count as missing',
  units: 'disks',
  type: 'uint',
};
const SYNC_PERCENT: SeriesSpec = {
  name: 'raid_sync_percent',
  group: 'disk',
  title: 'Progress of a RAID array',
  description: 'of the recovery, resync, reshape or check that is under way or waits',
  units: '%',
};

/**
 * State of software RAID from /proc/mdstat.
 * @returns undefined when the kernel has no md driver loaded
 */
export function raidSource({ proc, reader, table }: SourcePorts): Source | undefined {
  const path = `${proc}/mdstat`;
  if (!existsSync(path)) return undefined;
  const series = new PassingSeries(table);

  function read(): void {
    const { bytes, end } = reader.readOnce(path);
    for (const array of parseMdstat(bytes.toString('latin1', 1, end))) show(array);
    series.end();
  }

  function show({ device, isActive, disksFailed, disksMissing, sync }: RaidArray): void {
    const labels = { device };
    series.show({ ...ACTIVE, labels }, isActive ? 1 : 0);
    series.show({ ...FAILED, labels }, disksFailed);
    if (disksMissing !== undefined) series.show({ ...MISSING, labels }, disksMissing);
    if (sync) {
      series.show({ ...SYNC_PERCENT, labels: { device, action: sync.action } }, sync.percent);
    }
  }

  return { name: 'raid', everySeconds: EVERY_SECONDS, read, close: () => undefined };
}
