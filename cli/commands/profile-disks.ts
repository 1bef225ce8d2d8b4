import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { InputError, WorldError } from '../../base/errors.ts';
import type { Disk } from '../../pxe/classes/disk/layout.ts';
import { type DiskPlan, planDisks } from '../../pxe/classes/disk/plan.ts';
import { parseByteCount } from '../../pxe/classes/disk/size.ts';
import { formatTable, print, printJson } from '../output.ts';
import { addDisk } from './profile-options.ts';

interface Options {
  readonly disk: readonly Disk[];
  readonly ram?: number;
  readonly host?: string;
  readonly initial?: boolean;
  readonly json?: boolean;
}

export function register(profile: Command): void {
  profile
    .command('disks <file>')
    .description('plan a disk_config file on disks of given sizes: partitions, fstab and variables')
    .requiredOption(
      '--disk <name=size[:sector]>',
      'a disk, in bytes or with a unit; repeats',
      addDisk,
    )
    .option('--ram <size>', 'memory of the machine, for RAM:N%', parseByteCount)
    .option('--host <name>', 'host name, for NFS sources')
    .option('--initial', 'a first installation: preserve_reinstall keeps nothing')
    .option('--json', 'one JSON document')
    .action((file: string, options: Options) => {
      const plan = planFile(file, options);
      if (options.json) printJson(plan);
      else printPlan(plan);
    });
}

function planFile(file: string, { disk, ram, host, initial = false }: Options): DiskPlan {
  try {
    return planDisks(readText(file), disk, { ramBytes: ram, initial, hostname: host });
  } catch (error) {
    if (!(error instanceof InputError) || error.line === undefined) throw error;
    throw new InputError(error.code, `${file}:${error.line}: ${error.message} (${error.code})`, {
      line: error.line,
      cause: error,
    });
  }
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new WorldError('profile-file', `reading ${file}`, cause);
  }
}

/** The plan as tables for people. */
export function printPlan(plan: DiskPlan): void {
  const parts = Object.values(plan.disks).flat();
  const header = ['DEVICE', 'TYPE', 'START', 'END', 'SIZE', 'FS', 'MOUNT', 'FLAGS'];
  const rows = parts.map((one) => [
    one.device,
    one.type,
    one.start,
    one.end,
    one.size === undefined ? undefined : binarySize(one.size),
    one.filesystem,
    one.mountPoint,
    [...one.flags, ...(one.preserved ? ['preserved'] : [])].join(','),
  ]);
  print(formatTable(header, rows));
  if (plan.volumes.length > 0) {
    const volumes = plan.volumes.map((one) => [
      one.device,
      binarySize(one.size),
      one.filesystem,
      one.mountPoint,
    ]);
    print(`\n${formatTable(['VOLUME', 'SIZE', 'FS', 'MOUNT'], volumes)}`);
  }
  print(`\nfstab\n${indent(plan.fstab)}`);
  if (plan.crypttab.length > 0) print(`crypttab\n${indent(plan.crypttab)}`);
  print(
    `variables\n${indent(Object.entries(plan.variables).map(([name, value]) => `${name}=${value}`))}`,
  );
}

function binarySize(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  const power = Math.min(units.length - 1, Math.floor(Math.log2(Math.max(1, bytes)) / 10));
  return `${(bytes / 1024 ** power).toFixed(power < 2 ? 0 : 1)} ${units[power]}`;
}

function indent(lines: readonly string[]): string {
  return lines.map((line) => `  ${line}\n`).join('');
}
