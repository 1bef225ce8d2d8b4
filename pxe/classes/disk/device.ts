import { InputError } from '../../../base/errors.ts';

/** Disks whose partitions are named with a `p` between disk and number. */
const WITH_P =
  /^\/dev\/(loop\d+|(cciss|ida|rd)\/c\d+d\d+|md\d{3,}|ataraid\/d\d+|etherd\/e\d+\.\d+|nvme\d+n\d+|mmcblk\d+)$/;
const PARTITION_WITH_P = /^(.+\d)p(\d+)$/;
const PARTITION = /^(\/dev\/(?:i2o\/hd[a-z]|sd[a-z]{1,2}|hd[a-z]|vd[a-z]|xvd[a-z]|fio[a-z]))(\d+)$/;

/** Path of a partition: `/dev/sda` and 1 give `/dev/sda1`, `/dev/nvme0n1` and 1 give `/dev/nvme0n1p1`. */
export function partitionPath(disk: string, number: number): string {
  return WITH_P.test(disk) ? `${disk}p${number}` : `${disk}${number}`;
}

/** Takes a partition path apart; undefined for a whole disk, an array or a logical volume. */
export function splitPartition(path: string): { disk: string; number: number } | undefined {
  const plain = PARTITION.exec(path);
  if (plain) return { disk: plain[1] ?? '', number: Number(plain[2]) };
  const match = PARTITION_WITH_P.exec(path);
  if (!match || !WITH_P.test(match[1] ?? '')) return undefined;
  return { disk: match[1] ?? '', number: Number(match[2]) };
}

/** Name under which an encrypted device is opened (crypttab(5), first column, with its folder). */
export function encryptedPath(path: string): string {
  return `/dev/mapper/crypt${path.replaceAll('/', '_')}`;
}

/**
 * Finds the disk that a `disk_config` line means.
 * @param name  `disk<N>` (1-based), a name, a path, or a shell pattern that one disk matches
 * @param disks paths of the machine's disks, in the order of its disk list
 * @throws InputError `disk-unknown`, with the disks there are
 */
export function resolveDisk(name: string, disks: readonly string[], line: number): string {
  const number = /^disk(\d+)$/.exec(name)?.[1];
  const path = name.startsWith('/') ? name : `/dev/${name}`;
  const found = disks.filter((disk, index) =>
    number === undefined ? matches(path, disk) : index + 1 === Number(number),
  );
  const [only] = found;
  if (only !== undefined && found.length === 1) return only;
  const what = found.length === 0 ? 'is not among' : 'is more than one of';
  const text = `disk "${name}" ${what} the ${disks.length} disks (${disks.join(' ')})`;
  throw new InputError('disk-unknown', text, { line });
}

/** Finds the device that a volume stands on: a partition (`disk1.2`, `sda2`), a disk, an array or a volume. */
export function resolveDevice(name: string, disks: readonly string[], line: number): string {
  const dotted = /^(disk\d+)\.(\d+)$/.exec(name);
  if (dotted) {
    return partitionPath(resolveDisk(dotted[1] ?? '', disks, line), Number(dotted[2]));
  }
  if (/^disk\d+$/.test(name)) return resolveDisk(name, disks, line);
  return name.startsWith('/') ? name : `/dev/${name}`;
}

function matches(pattern: string, path: string): boolean {
  if (pattern === path) return true;
  const source = pattern
    .replaceAll(/[.+^${}()|\\]/g, '\\$&')
    .replaceAll('*', '[^/]*')
    .replaceAll('?', '[^/]');
  return /[*?[]/.test(pattern) && new RegExp(`^${source}$`).test(path);
}
