import { CLASS_NAME } from '../../pxe/classes/class-list.ts';
import type { Disk } from '../../pxe/classes/disk/layout.ts';
import { blankDisk } from '../../pxe/classes/disk/plan.ts';
import { parseByteCount } from '../../pxe/classes/disk/size.ts';
import { CommandError, EXIT } from '../exit.ts';

/** Variables of FAI that class scripts read; they are taken from the environment, as FAI's own tools do. */
const INHERITED = ['FAI_ACTION', 'ADDCLASSES', 'cmdlineclasses', 'disklist', 'ip'] as const;

/** Reads one `--disk NAME=SIZE[:SECTOR]` and adds it to those before. */
export function addDisk(text: string, before: readonly Disk[] = []): readonly Disk[] {
  const match = /^(?:\/dev\/)?([A-Za-z0-9/]+)=([^:]+)(?::(\d+))?$/.exec(text);
  if (!match) throw usage(`--disk ${text}: expected NAME=SIZE[:SECTOR], such as sda=20GiB:4096`);
  const [, name = '', size = '', sector = '512'] = match;
  if (Number(sector) < 512) throw usage(`--disk ${text}: a sector has 512 bytes or more`);
  const disk = blankDisk(`/dev/${name}`, parseByteCount(size), Number(sector));
  if (before.some((one) => one.path === disk.path)) {
    throw usage(`--disk ${text}: ${name} is there already`);
  }
  return [...before, disk];
}

/** Reads one `--var NAME=VALUE` and adds it to those before. */
export function addVariable(
  text: string,
  before: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string>> {
  const at = text.indexOf('=');
  const name = text.slice(0, at);
  if (!/^[A-Za-z_]\w*$/.test(name)) throw usage(`--var ${text}: expected NAME=VALUE`);
  return { ...before, [name]: text.slice(at + 1) };
}

/** Reads `--add A,B`. */
export function readClasses(text: string): readonly string[] {
  const names = text.split(',');
  const bad = names.find((name) => !CLASS_NAME.test(name));
  if (bad !== undefined) throw usage(`--add ${text}: "${bad}" is no class name`);
  return names;
}

export function inheritedVariables(): Readonly<Record<string, string>> {
  const given = INHERITED.map((name) => [name, process.env[name]] as const);
  return Object.fromEntries(
    given.filter((pair): pair is [(typeof pair)[0], string] => pair[1] !== undefined),
  );
}

function usage(message: string): CommandError {
  return new CommandError(EXIT.usage, message);
}
