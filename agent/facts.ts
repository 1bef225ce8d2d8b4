/** What does not change while the host is up, as texts: told once with the SCHEMA. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { machine } from 'node:os';
import { join } from 'node:path';
import type { Labels } from '../wire/metric.ts';
import { NOT_DISKS } from './sources/disk.ts';

/** What the kernel tells by itself, without starting a program. @param root of /etc, /proc and /sys */
export function readFacts(root: string): Labels {
  const read = (path: string) => textOf(join(root, path));
  const dmi = (name: string) => read(`sys/class/dmi/id/${name}`);
  return known({
    'os.name': osName(read('etc/os-release')),
    'os.kernel': read('proc/sys/kernel/osrelease'),
    'os.arch': machine(),
    ...cpuFacts(read('proc/cpuinfo')),
    'system.vendor': dmi('sys_vendor'),
    'system.model': dmi('product_name'),
    'system.serial': dmi('product_serial'),
    'bios.vendor': dmi('bios_vendor'),
    'bios.version': dmi('bios_version'),
    'bios.date': isoDate(dmi('bios_date')),
    ...diskFacts(root),
  });
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return '';
  }
}

/** Without those that are empty, or that the maker left as a placeholder. */
export function known(facts: Readonly<Record<string, string | undefined>>): Labels {
  const placeholder = /^(to be filled by o\.e\.m\.|default string|not specified|none|unknown|-)$/i;
  const pairs = Object.entries(facts).filter(
    (pair): pair is [string, string] =>
      pair[1] !== undefined && pair[1].trim() !== '' && !placeholder.test(pair[1].trim()),
  );
  return Object.fromEntries(pairs.map(([name, value]) => [name, value.trim()]));
}

/** PRETTY_NAME of os-release(5). */
export function osName(release: string): string {
  const [, value = ''] = /^PRETTY_NAME=(.*)$/m.exec(release) ?? [];
  return value.replace(/^(['"])(.*)\1$/, '$2');
}

/** From /proc/cpuinfo, whose words differ from architecture to architecture. */
export function cpuFacts(cpuinfo: string): Readonly<Record<string, string>> {
  const values = (word: string) =>
    Array.from(cpuinfo.matchAll(new RegExp(`^${word}\\s*: (.*)$`, 'gm')), ([, value]) => value);
  const sockets = new Set(values('physical id')).size;
  const cores = Number(values('cpu cores')[0] ?? 0);
  return {
    'cpu.model': values('model name')[0] ?? '',
    'cpu.threads': String(values('processor').length || ''),
    'cpu.sockets': String(sockets || ''),
    'cpu.cores': String(sockets * cores || ''),
  };
}

/**
 * Sizes of the machine's own disks. The inventory tells more of those that have a model; disks of virtual machines have none, and it
 * leaves them out.
 */
export function diskFacts(root: string): Readonly<Record<string, string>> {
  const folder = join(root, 'sys/block');
  const facts: Record<string, string> = {};
  for (const name of existsSync(folder) ? readdirSync(folder).sort() : []) {
    // Arrays and volumes are made of disks; they have no device of their own.
    if (NOT_DISKS.test(name) || !existsSync(join(folder, name, 'device'))) continue;
    // Documentation/ABI/stable/sysfs-block: in sectors of 512 bytes, whatever the disk's own are
    const bytes = 512 * Number(textOf(join(folder, name, 'size')));
    if (bytes > 0) facts[`disk.${name}`] = `${Math.round(bytes / 1e9)} GB`;
  }
  return facts;
}

/** SMBIOS dates are mm/dd/yyyy; systeminformation reads them the other way round. */
export function isoDate(date: string): string {
  const [, month, day, year] = /^(\d\d)\/(\d\d)\/(\d{4})$/.exec(date) ?? [];
  return year === undefined ? '' : `${year}-${month}-${day}`;
}
