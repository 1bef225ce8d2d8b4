/** What is in this machine, from /sys and /proc. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { NodeDisk, NodeHardware } from '../../wire/pxe.ts';

/** Unit of /sys/block/<disk>/size, whatever the disk's own sectors are. */
const SECTOR_BYTES = 512;
/** Kernel names of disks that an installation can use: no loop devices, RAM disks, CD drives. */
const DISK_NAME = /^(sd[a-z]+|hd[a-z]+|vd[a-z]+|xvd[a-z]+|nvme\d+n\d+|mmcblk\d+)$/;

/** @param root where /sys and /proc are, `/` but in tests */
export function readHardware(root: string): NodeHardware {
  const dmi = (name: string) => readText(join(root, 'sys/class/dmi/id', name));
  const cpu = parseCpu(readText(join(root, 'proc/cpuinfo')) ?? '');
  const memoryBytes = parseMemory(readText(join(root, 'proc/meminfo')) ?? '');
  return {
    ...known('vendor', dmi('sys_vendor')),
    ...known('product', dmi('product_name')),
    ...known('serial', dmi('product_serial')),
    ...known('cpu', cpu.model),
    ...(cpu.cores > 0 && { cores: cpu.cores }),
    ...(memoryBytes !== undefined && { memoryBytes }),
    firmware: existsSync(join(root, 'sys/firmware/efi')) ? 'uefi' : 'bios',
    disks: readDisks(root),
    nics: readNics(root),
  };
}

/** SMBIOS UUID in lower case; undefined when the firmware has none. */
export function readUuid(root: string): string | undefined {
  return readText(join(root, 'sys/class/dmi/id/product_uuid'))?.toLowerCase();
}

function readDisks(root: string): readonly NodeDisk[] {
  const folder = join(root, 'sys/block');
  return names(folder)
    .filter((name) => DISK_NAME.test(name))
    .map((name): NodeDisk => {
      const file = (path: string) => readText(join(folder, name, path));
      const serial = file('device/serial') ?? file('serial') ?? serialOfVpd(join(folder, name));
      return {
        name,
        sizeBytes: Number(file('size') ?? 0) * SECTOR_BYTES,
        ...known('serial', serial),
        ...known('model', file('device/model')),
      };
    })
    .filter((disk) => disk.sizeBytes > 0);
}

/** SCSI unit serial number page: a header of 4 bytes, then text. SPC-4 §7.8.13 */
function serialOfVpd(disk: string): string | undefined {
  const path = join(disk, 'device/vpd_pg80');
  if (!existsSync(path)) return undefined;
  const text = readFileSync(path).subarray(4).toString('latin1').trim();
  return text === '' ? undefined : text;
}

function readNics(root: string): readonly { name: string; mac: string }[] {
  const folder = join(root, 'sys/class/net');
  return names(folder)
    .filter((name) => existsSync(join(folder, name, 'device')))
    .map((name) => ({ name, mac: readText(join(folder, name, 'address')) ?? '' }))
    .filter((nic) => nic.mac !== '');
}

/** proc(5), /proc/cpuinfo: one block a core. */
export function parseCpu(text: string): { model: string | undefined; cores: number } {
  return {
    model: /^(?:model name|Model)\s*:\s*(.*)$/m.exec(text)?.[1],
    cores: text.match(/^processor\s*:/gm)?.length ?? 0,
  };
}

/** proc(5), /proc/meminfo: MemTotal in KiB. */
export function parseMemory(text: string): number | undefined {
  const kib = /^MemTotal:\s+(\d+) kB$/m.exec(text)?.[1];
  return kib === undefined ? undefined : Number(kib) * 1024;
}

function names(folder: string): readonly string[] {
  return existsSync(folder) ? readdirSync(folder).sort() : [];
}

function readText(path: string): string | undefined {
  try {
    const text = readFileSync(path, 'utf8').trim();
    return text === '' ? undefined : text;
  } catch {
    return undefined;
  }
}

function known<K extends string>(key: K, value: string | undefined): Partial<Record<K, string>> {
  return value === undefined ? {} : ({ [key]: value } as Record<K, string>);
}
