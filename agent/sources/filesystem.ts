import { round1, round3 } from '../rate.ts';
import type { SeriesSpec } from '../series.ts';
import type { Source, SourcePorts } from '../source.ts';
import { FileReader } from '../text.ts';

export interface Mount {
  readonly device: string;
  readonly path: string;
  readonly type: string;
  readonly readOnly: boolean;
}

/** Reads /proc/self/mounts. Source: fstab(5), whose octal escapes `\040` stand for blanks and such. */
export function parseMounts(contents: string): Mount[] {
  return contents
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [device = '', path = '', type = '', options = ''] = line.split(' ').map(unescaped);
      return { device, path, type, readOnly: options.split(',').includes('ro') };
    });
}

function unescaped(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, octal: string) =>
    String.fromCharCode(Number.parseInt(octal, 8)),
  );
}

/** Images that are full by nature. */
const IMAGES = new Set(['squashfs', 'erofs', 'iso9660', 'udf', 'cramfs']);

/**
 * The file systems that a person means: those on a device of their own, ZFS, and whatever `/` is on. Each device once, by its first
 * mount. Never one from the network: a server that hangs would hang the agent.
 */
export function chooseMounts(
  mounts: readonly Mount[],
  isIgnored: (path: string) => boolean,
): Mount[] {
  const seen = new Set<string>();
  return mounts.filter(({ device, path, type }) => {
    const isLocal = device.startsWith('/dev/') || type === 'zfs' || path === '/';
    if (!isLocal || IMAGES.has(type) || type === 'rootfs' || isIgnored(path)) return false;
    if (seen.has(device)) return false;
    seen.add(device);
    return true;
  });
}

/** What statfs(2) tells. */
export interface Space {
  readonly bsize: number;
  readonly blocks: number;
  readonly bfree: number;
  readonly bavail: number;
  readonly files: number;
  readonly ffree: number;
}

const PER_MOUNT: readonly SeriesSpec[] = [
  size('fs_total', 'File system size'),
  size('fs_used', 'File system used'),
  size('fs_free', 'File system free', 'for ordinary users'),
  share('fs_full', 'File system use', 'as df(1) shows it'),
  { name: 'fs_inodes', group: 'filesystem', title: 'Inodes', type: 'double' },
  { name: 'fs_inodes_free', group: 'filesystem', title: 'Inodes free', type: 'double' },
  share('fs_inodes_full', 'Inodes used', ''),
  {
    name: 'fs_readonly',
    group: 'filesystem',
    title: 'File system is read-only',
    description: '1 = yes; ext4 and others turn so after an error',
    type: 'uint',
  },
];

const TOTALS: readonly SeriesSpec[] = [
  { ...size('disk_total', 'Disk space'), group: 'disk' },
  { ...size('disk_free', 'Disk space free'), group: 'disk' },
  { ...share('part_max_used', 'Fullest file system', ''), group: 'disk' },
];

function size(name: string, title: string, description = ''): SeriesSpec {
  return { name, title, description, group: 'filesystem', units: 'GB', type: 'double' };
}

function share(name: string, title: string, description: string): SeriesSpec {
  return { name, title, description, group: 'filesystem', units: '%' };
}

export interface FilesystemOptions {
  readonly everySeconds: number;
  /** By mount point. */
  readonly isIgnored: (path: string) => boolean;
  /** statfs(2) */
  readonly statfs: (path: string) => Space;
}

/** Sizes and use of local file systems, from /proc/self/mounts and statfs(2). GB are 10^9 bytes, as in Ganglia. */
export function filesystemSource(
  { proc, table }: SourcePorts,
  { everySeconds, isIgnored, statfs }: FilesystemOptions,
): Source {
  // Its own reader: the list is kept to see whether it changed.
  const reader = new FileReader();
  let known = Buffer.alloc(0);
  let mounts: readonly (Mount & { readonly series: readonly number[] })[] = [];
  const totals = TOTALS.map((spec) => table.add(spec));

  function readMounts(): void {
    const { bytes, end } = reader.readOnce(`${proc}/self/mounts`);
    if (known.equals(bytes.subarray(1, end))) return;
    known = Buffer.from(bytes.subarray(1, end));
    const chosen = chooseMounts(parseMounts(known.toString()), isIgnored);
    const paths = new Set(chosen.map(({ path }) => path));
    for (const { path, series } of mounts) {
      if (!paths.has(path)) for (const index of series) table.remove(index);
    }
    mounts = chosen.map((mount) => ({
      ...mount,
      series: PER_MOUNT.map((spec) => table.add({ ...spec, labels: { mount: mount.path } })),
    }));
  }

  function read(): void {
    readMounts();
    let totalBytes = 0;
    let freeBytes = 0;
    let fullest = 0;
    for (const mount of mounts) {
      const space = spaceOf(mount.path, statfs);
      if (space === undefined) {
        for (const index of mount.series) table.numbers[index] = Number.NaN;
        continue;
      }
      show(mount.series, space, mount.readOnly);
      // Ganglia's totals leave out what is mounted read-only, and count what only root may use as used.
      if (mount.readOnly) continue;
      totalBytes += space.blocks * space.bsize;
      freeBytes += space.bavail * space.bsize;
      fullest = Math.max(fullest, percent(space.blocks - space.bavail, space.blocks) || 0);
    }
    table.numbers[totals[0]!] = round3(totalBytes / 1e9);
    table.numbers[totals[1]!] = round3(freeBytes / 1e9);
    table.numbers[totals[2]!] = fullest;
  }

  function show(series: readonly number[], space: Space, readOnly: boolean): void {
    const used = space.blocks - space.bfree;
    const { numbers } = table;
    numbers[series[0]!] = gigabytes(space.blocks, space);
    numbers[series[1]!] = gigabytes(used, space);
    numbers[series[2]!] = gigabytes(space.bavail, space);
    numbers[series[3]!] = percent(used, used + space.bavail);
    numbers[series[4]!] = space.files;
    numbers[series[5]!] = space.ffree;
    numbers[series[6]!] = percent(space.files - space.ffree, space.files);
    numbers[series[7]!] = readOnly ? 1 : 0;
  }

  return { name: 'filesystem', everySeconds, read, close: () => undefined };
}

function spaceOf(path: string, statfs: (path: string) => Space): Space | undefined {
  try {
    return statfs(path);
  } catch {
    return undefined; // no permission, or unmounted since the list was read
  }
}

function gigabytes(blocks: number, { bsize }: Space): number {
  return round3((blocks * bsize) / 1e9);
}

/** NaN (unknown) for a file system without a size, or without a fixed count of inodes, such as btrfs. */
function percent(part: number, whole: number): number {
  return whole > 0 ? round1((100 * part) / whole) : Number.NaN;
}
