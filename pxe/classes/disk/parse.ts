import { InputError } from '../../../base/errors.ts';
import { Scanner } from './scanner.ts';
import { parseAmount, parseRange } from './size.ts';
import type {
  BtrfsLine,
  CryptLine,
  DeviceReference,
  DiskLabel,
  DiskStanza,
  FstabKey,
  GroupLine,
  Keep,
  KeepOption,
  Mounted,
  NfsLine,
  PartitionLine,
  RaidLine,
  Stanza,
  TmpfsLine,
  VolumeLine,
} from './stanza.ts';

/** File systems whose `mkfs.NAME` Debian packages; setup-storage(8) refuses a name with no such tool. */
const FILE_SYSTEMS = new Set(
  'bcachefs btrfs exfat ext2 ext3 ext4 f2fs fat jfs minix msdos nilfs2 ntfs ocfs2 reiserfs udf vfat xfs'.split(
    ' ',
  ),
);

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
type OpenStanza = { stanza: Stanza; add: (scanner: Scanner, line: number) => void };

/**
 * Reads a disk_config file.
 * @param text content of the file; the last line needs no newline (setup-storage's does)
 * @returns one entry per `disk_config` line, in file order
 * @throws InputError `disk-syntax`, `disk-size`, `disk-filesystem` or `disk-context`, with the line
 * Source: setup-storage(8) and the grammar of its Parser.pm (FAI 6.0 to 6.6).
 */
export function parseDiskConfig(text: string): readonly Stanza[] {
  const stanzas: Stanza[] = [];
  let open: OpenStanza | undefined;
  for (const [index, content] of text.split('\n').entries()) {
    const line = index + 1;
    const scanner = new Scanner(content);
    if (scanner.rest() === '' || scanner.rest().startsWith('#')) continue;
    if (scanner.take(/disk_config(?=\s|$)/)) {
      open = openStanza(scanner, line);
      if (open) stanzas.push(open.stanza);
    } else if (open) {
      open.add(scanner, line);
    } else {
      fail('disk-context', 'this line belongs to no "disk_config" line', line);
    }
    if (scanner.rest() !== '') fail('disk-syntax', `did not expect "${scanner.rest()}"`, line);
  }
  return stanzas;
}

function openStanza(scanner: Scanner, line: number): OpenStanza | undefined {
  const what = scanner.word();
  switch (what) {
    case '':
      return fail('disk-syntax', '"disk_config" needs a disk, or raid, lvm, btrfs, …', line);
    case 'end':
      return undefined;
    case 'raid':
      return raidStanza(scanner, line);
    case 'lvm':
      return lvmStanza(scanner, line);
    case 'btrfs':
      return btrfsStanza(scanner, line);
    case 'cryptsetup':
      return cryptStanza(scanner, line);
    case 'tmpfs':
      return tmpfsStanza(line);
    case 'nfs':
      return nfsStanza(line);
    default:
      return diskStanza(what, scanner, line);
  }
}

// ---- physical disks

function diskStanza(device: string, scanner: Scanner, line: number): OpenStanza {
  const partitions: PartitionLine[] = [];
  const stanza: Mutable<DiskStanza> = {
    kind: 'disk',
    line,
    device,
    label: 'msdos',
    bootable: undefined,
    virtual: false,
    wholeForLvm: false,
    fstabKey: 'device',
    alignBytes: undefined,
    sameAs: undefined,
    keep: [],
    partitions,
  };
  while (scanner.rest() !== '') readDiskOption(stanza, scanner, line);
  const add = (row: Scanner, at: number) => partitions.push(partitionLine(row, at, stanza));
  return { stanza, add };
}

function readDiskOption(stanza: Mutable<DiskStanza>, scanner: Scanner, line: number): void {
  const keep = keepOption(scanner, /\d+/);
  if (keep) {
    stanza.keep = [...stanza.keep, keep];
    return;
  }
  if (scanner.take(/virtual(?=\s|$)/)) {
    stanza.virtual = true;
    return;
  }
  const [, name, value = ''] = scanner.take(/([a-z-]+):(\S+)/) ?? [];
  switch (name) {
    case 'disklabel':
      if (!/^(msdos|gpt|gpt-bios)$/.test(value)) {
        fail('disk-syntax', `disklabel "${value}" is none of msdos, gpt, gpt-bios`, line);
      }
      stanza.label = value as DiskLabel;
      return;
    case 'bootable':
      stanza.bootable = wholeNumber(name, value, line);
      return;
    case 'vg':
      stanza.wholeForLvm = wholeNumber(name, value, line) === 1;
      return;
    case 'fstabkey':
      stanza.fstabKey = fstabKey(value, line);
      if (value === 'partlabel' && stanza.label === 'msdos') {
        fail('disk-syntax', 'fstabkey:partlabel needs disklabel:gpt before it', line);
      }
      return;
    case 'sameas':
      stanza.sameAs = value;
      return;
    case 'align-at': {
      const amount = parseAmount(/^\d+$/.test(value) ? `${value}MiB` : value, line);
      if (amount.of !== 'bytes') fail('disk-size', `align-at:${value} is not a size`, line);
      else stanza.alignBytes = amount.bytes;
      return;
    }
    default:
      fail('disk-syntax', `unknown disk option "${name ?? scanner.rest()}"`, line);
  }
}

function partitionLine(scanner: Scanner, line: number, stanza: DiskStanza): PartitionLine {
  const name = scanner.take(/p=([^/,;\s=]*)(?=\s)/)?.[1];
  const word = name === undefined ? scanner.word() : 'primary';
  if (word !== 'primary' && word !== 'logical' && word !== 'raw-disk') {
    return fail('disk-syntax', `"${word}" is none of primary, logical, raw-disk, p=NAME`, line);
  }
  if (word === 'logical' && stanza.label !== 'msdos') {
    return fail('disk-context', `disklabel:${stanza.label} has no logical partitions`, line);
  }
  const mount = mountPoint(scanner, line);
  const { size, keep } = sizeColumn(scanner, line);
  return {
    type: word,
    name: name === '' ? undefined : name,
    size,
    keep,
    ...mounted(scanner, line, { ...mount, keep }),
  };
}

// ---- volumes on top of them

function raidStanza(scanner: Scanner, line: number): OpenStanza {
  const arrays: RaidLine[] = [];
  const { fstabKey, keep } = volumeOptions(scanner, line, /\d+/);
  const add = (row: Scanner, at: number) => {
    const level = row.take(/raid(10|[0156])(?=\s)/)?.[1] as RaidLine['level'] | undefined;
    if (!level) return fail('disk-syntax', 'expected raid0, raid1, raid5, raid6 or raid10', at);
    const mount = mountPoint(row, at);
    const devices = deviceList(row, at);
    if (level === '0' && devices.some((d) => d.spare || d.missing)) {
      fail('disk-syntax', 'raid0 has neither spare nor missing devices', at);
    }
    const columns = { ...filesystem(row, at, false), mountOptions: mountOptions(row, at) };
    const mdCreateOptions = quoted(row, 'mdcreateopts');
    arrays.push({
      line: at,
      level,
      devices,
      ...mount,
      ...columns,
      mdCreateOptions,
      ...makeOptions(row, at, columns.filesystem),
    });
  };
  return { stanza: { kind: 'raid', line, fstabKey, keep, arrays }, add };
}

function lvmStanza(scanner: Scanner, line: number): OpenStanza {
  const lines: (GroupLine | VolumeLine)[] = [];
  const { fstabKey, keep } = volumeOptions(scanner, line, /[^/,\s-]+-[^/,\s-]+/);
  const add = (row: Scanner, at: number) => {
    lines.push(row.take(/vg(?=\s)/) ? groupLine(row, at) : volumeLine(row, at));
  };
  return { stanza: { kind: 'lvm', line, fstabKey, keep, lines }, add };
}

function groupLine(scanner: Scanner, line: number): GroupLine {
  const name = scanner.take(/[^/,\s-]+(?=\s)/)?.[0];
  if (name === undefined) return fail('disk-syntax', '"vg" needs a name without "-" or "/"', line);
  const devices = deviceList(scanner, line);
  if (devices.some((d) => d.spare || d.missing)) {
    fail('disk-context', '":spare" and ":missing" are for raid lines only', line);
  }
  while (quoted(scanner, 'pvcreateopts') ?? quoted(scanner, 'vgcreateopts')) {
    // Both are for the tools on the node; they change no size.
  }
  return { kind: 'group', line, name, devices };
}

function volumeLine(scanner: Scanner, line: number): VolumeLine {
  const name = scanner.take(/([^/,\s-]+)-([^/,\s-]+)(?=\s)/);
  if (!name) return fail('disk-syntax', 'expected "vg NAME DEVICE,…" or "GROUP-VOLUME …"', line);
  const mount = mountPoint(scanner, line);
  const { size, keep } = sizeColumn(scanner, line);
  const columns = {
    ...filesystem(scanner, line, keep !== undefined),
    mountOptions: mountOptions(scanner, line),
  };
  const lvCreateOptions = quoted(scanner, 'lvcreateopts');
  return {
    kind: 'volume',
    line,
    group: name[1] ?? '',
    name: name[2] ?? '',
    size,
    keep,
    ...mount,
    ...columns,
    lvCreateOptions,
    ...makeOptions(scanner, line, columns.filesystem),
  };
}

function btrfsStanza(scanner: Scanner, line: number): OpenStanza {
  const volumes: BtrfsLine[] = [];
  const { fstabKey } = volumeOptions(scanner, line, undefined);
  const add = (row: Scanner, at: number) => {
    const level = row.take(/btrfs\s+(single|raid(?:10|[0156]))(?=\s)/)?.[1];
    if (!level) return fail('disk-syntax', 'expected "btrfs single" or "btrfs raidN"', at);
    const mount = mountPoint(row, at);
    const devices = deviceList(row, at);
    const options = mountOptions(row, at);
    quoted(row, 'btrfscreateopts');
    volumes.push({
      line: at,
      level,
      devices,
      ...mount,
      filesystem: 'btrfs',
      mountOptions: options,
      ...makeOptions(row, at, 'btrfs'),
    });
  };
  return { stanza: { kind: 'btrfs', line, fstabKey, volumes }, add };
}

function cryptStanza(scanner: Scanner, line: number): OpenStanza {
  const volumes: CryptLine[] = [];
  scanner.take(/randinit(?=\s|$)/);
  const add = (row: Scanner, at: number) => {
    const mode = row.take(/(luks:"[^"]+"|luks|tmp|swap)(?=\s)/)?.[1];
    if (!mode) return fail('disk-syntax', 'expected luks, luks:"PASSPHRASE", tmp or swap', at);
    const mount = mountPoint(row, at);
    const [device, ...more] = deviceList(row, at);
    if (!device || more.length > 0) return fail('disk-syntax', 'expected exactly one device', at);
    const columns = { ...filesystem(row, at, false), mountOptions: mountOptions(row, at) };
    if (quoted(row, 'lukscreateopts') === undefined) quoted(row, 'lvcreateopts');
    volumes.push({
      line: at,
      mode,
      device,
      ...mount,
      ...columns,
      ...makeOptions(row, at, columns.filesystem),
    });
  };
  return { stanza: { kind: 'cryptsetup', line, volumes }, add };
}

function tmpfsStanza(line: number): OpenStanza {
  const mounts: TmpfsLine[] = [];
  const add = (row: Scanner, at: number) => {
    if (!row.take(/tmpfs(?=\s)/)) return fail('disk-syntax', 'expected "tmpfs MOUNT SIZE …"', at);
    const { mountPoint: mount } = mountPoint(row, at);
    mounts.push({
      line: at,
      mountPoint: mount,
      size: tmpfsSize(row.word(), at),
      mountOptions: mountOptions(row, at),
    });
  };
  return { stanza: { kind: 'tmpfs', line, mounts }, add };
}

/** The kernel takes a share of memory as it is; a fixed size is written in MiB. */
function tmpfsSize(word: string, line: number): string {
  if (word === '-') return word;
  const amount = parseAmount(word, line);
  if (amount.of === 'memory') return `${amount.percent}%`;
  if (amount.of === 'bytes') return `${amount.bytes / 1024 ** 2}m`;
  return fail('disk-size', `tmpfs size "${word}": use RAM:N% for a share of the memory`, line);
}

function nfsStanza(line: number): OpenStanza {
  const mounts: NfsLine[] = [];
  const add = (row: Scanner, at: number) => {
    const source = row.take(/nfs\s+(\S+)(?=\s)/)?.[1];
    if (source === undefined) return fail('disk-syntax', 'expected "nfs HOST:PATH MOUNT …"', at);
    const { mountPoint: mount } = mountPoint(row, at);
    mounts.push({ line: at, source, mountPoint: mount, mountOptions: mountOptions(row, at) });
  };
  return { stanza: { kind: 'nfs', line, mounts }, add };
}

// ---- columns

function mounted(
  scanner: Scanner,
  line: number,
  known: { mountPoint: string; encrypt: boolean; keep: Keep | 'resize' | undefined },
): Mounted {
  const columns = {
    ...filesystem(scanner, line, known.keep !== undefined),
    mountOptions: mountOptions(scanner, line),
  };
  const { mountPoint, encrypt } = known;
  return {
    line,
    mountPoint,
    encrypt,
    ...columns,
    ...makeOptions(scanner, line, columns.filesystem),
  };
}

function mountPoint(scanner: Scanner, line: number): { mountPoint: string; encrypt: boolean } {
  const match = scanner.take(/(-|swap|\/[^\s:]*)(:encrypt(?::randinit)?)?(?=\s)/);
  if (!match) {
    return fail('disk-syntax', `mount point "${scanner.word()}" is neither "-", swap nor /…`, line);
  }
  const [, mount = '', encrypt = ''] = match;
  return { mountPoint: mount === 'swap' ? 'none' : mount, encrypt: encrypt !== '' };
}

function sizeColumn(
  scanner: Scanner,
  line: number,
): { size: PartitionLine['size']; keep: Keep | 'resize' | undefined } {
  const word = scanner.word();
  const match = /^(.*?)(?::(resize|preserve_(?:always|reinstall|lazy)))?$/.exec(word);
  const keep = match?.[2]?.replace('preserve_', '') as Keep | 'resize' | undefined;
  return { size: parseRange(match?.[1] ?? word, line), keep };
}

function filesystem(scanner: Scanner, line: number, kept: boolean): { filesystem: string } {
  const word = scanner.word();
  const name = word.split(':')[0] ?? '';
  if (name === '') fail('disk-syntax', 'the file system column is missing', line);
  const known = name === '-' || name === 'swap' || FILE_SYSTEMS.has(name.replace(/_journal$/, ''));
  if (!known && !kept) {
    fail('disk-filesystem', `unknown file system "${name}": there is no mkfs.${name}`, line);
  }
  return { filesystem: name };
}

function mountOptions(scanner: Scanner, line: number): string {
  const word = scanner.word();
  if (word === '') fail('disk-syntax', 'the mount options column is missing', line);
  return word;
}

function makeOptions(
  scanner: Scanner,
  line: number,
  fs: string,
): Pick<Mounted, 'createOptions' | 'tuneOptions'> {
  let createOptions: string | undefined;
  let tuneOptions: string | undefined;
  for (;;) {
    const create = quoted(scanner, 'createopts');
    const tune = create === undefined ? quoted(scanner, 'tuneopts') : undefined;
    if (tune && !/^(ext[234]|reiserfs|btrfs|-|.*_journal)$/.test(fs)) {
      fail('disk-filesystem', `${fs} cannot be tuned: tuneopts is for ext2, ext3 and ext4`, line);
    }
    if (create === undefined && tune === undefined) return { createOptions, tuneOptions };
    createOptions = create ?? createOptions;
    tuneOptions = tune ?? tuneOptions;
  }
}

function quoted(scanner: Scanner, name: string): string | undefined {
  return scanner.take(new RegExp(`${name}="([^"]*)"`))?.[1];
}

function deviceList(scanner: Scanner, line: number): readonly DeviceReference[] {
  return scanner
    .word()
    .split(',')
    .map((text) => {
      const match = /^([^\d:-][^:]*)((?::(?:spare|missing))*)$/.exec(text);
      if (!match) return fail('disk-syntax', `"${text}" is not a device`, line);
      const flags = match[2] ?? '';
      return {
        device: match[1] ?? '',
        spare: flags.includes('spare'),
        missing: flags.includes('missing'),
      };
    });
}

// ---- options

function volumeOptions(
  scanner: Scanner,
  line: number,
  id: RegExp | undefined,
): { fstabKey: FstabKey; keep: readonly KeepOption[] } {
  let key: FstabKey = 'device';
  const keep: KeepOption[] = [];
  while (scanner.rest() !== '') {
    const option = id && keepOption(scanner, id);
    const value = option ? undefined : scanner.take(/fstabkey:(\S+)/)?.[1];
    if (option) keep.push(option);
    else if (value !== undefined) key = fstabKey(value, line);
    else fail('disk-syntax', `unknown option "${scanner.word()}"`, line);
  }
  return { fstabKey: key, keep };
}

function keepOption(scanner: Scanner, id: RegExp): KeepOption | undefined {
  const ids = `((?:${id.source})(?:,(?:${id.source}))*|all)`;
  const names = 'preserve_always|preserve_reinstall|preserve_lazy|resize|always_format';
  const match = scanner.take(new RegExp(`(${names}):${ids}(?=\\s|$)`));
  if (!match) return undefined;
  const [, name = '', list = ''] = match;
  const what = name === 'always_format' ? 'format' : name.replace('preserve_', '');
  return { what: what as KeepOption['what'], ids: list === 'all' ? 'all' : list.split(',') };
}

function fstabKey(value: string, line: number): FstabKey {
  if (/^(device|label|uuid|partlabel|partuuid)$/.test(value)) return value as FstabKey;
  return fail(
    'disk-syntax',
    `fstabkey "${value}" is none of device, label, uuid, partlabel, partuuid`,
    line,
  );
}

function wholeNumber(name: string, value: string, line: number): number {
  if (/^\d+$/.test(value)) return Number(value);
  return fail('disk-syntax', `${name}:${value} needs a whole number`, line);
}

function fail(code: string, message: string, line: number): never {
  throw new InputError(code, message, { line });
}
