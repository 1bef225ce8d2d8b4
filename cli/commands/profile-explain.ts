import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { ClassRequest } from '../../pxe/classes/class-list.ts';
import type { Disk } from '../../pxe/classes/disk/layout.ts';
import { blankDisk } from '../../pxe/classes/disk/plan.ts';
import { parseByteCount } from '../../pxe/classes/disk/size.ts';
import { type Explanation, explain, type Machine } from '../../pxe/classes/explain.ts';
import { formatProblem } from '../../pxe/classes/problem.ts';
import type { NodeDisk, PxeNode } from '../../wire/pxe.ts';
import { clientOf } from '../client.ts';
import { type ConfigurationOptions, loadConfiguration } from '../configuration.ts';
import { CommandError, EXIT } from '../exit.ts';
import { formatTable, note, print, printJson } from '../output.ts';
import { printPlan } from './profile-disks.ts';
import { printDifferences, type SinceInstalled, sinceInstalled } from './profile-installed.ts';
import { addDisk, addVariable, readClasses } from './profile-options.ts';

interface Options {
  readonly space?: string;
  readonly host?: string;
  readonly add?: readonly string[];
  readonly var?: Readonly<Record<string, string>>;
  readonly disk?: readonly Disk[];
  readonly ram?: number;
  readonly json?: boolean;
}

export function register(profile: Command): void {
  profile
    .command('explain [node]')
    .description(
      'say what a config space makes of a node of this appliance, or of any host, and which class decided it',
    )
    .option('--space <dir>', 'the config space (default: pxe.space of the configuration)')
    .option('--host <name>', 'host name, in place of a node')
    .option('--add <classes>', 'further classes, with commas', readClasses)
    .option('--var <name=value>', 'variable that the scripts see; repeats', addVariable)
    .option('--disk <name=size[:sector]>', 'a disk of the machine; repeats', addDisk)
    .option('--ram <size>', 'memory of the machine', parseByteCount)
    .option('--json', 'one JSON document')
    .action(async (name: string | undefined, options: Options, command: Command) => {
      const { request, machine } = await subject(name, options, command);
      const found = await explain(request, machine);
      for (const problem of found.problems) note(formatProblem(problem));
      const installed =
        name === undefined
          ? undefined
          : await sinceInstalled(clientOf(command), name, { request, machine, found });
      if (options.json) printJson({ ...found, ...(installed && { installed }) });
      else printExplanation(found, installed);
    });
}

/** Whom to explain: a node with what the appliance knows of it, or a host as the options describe it. */
async function subject(
  name: string | undefined,
  options: Options,
  command: Command,
): Promise<{ request: ClassRequest; machine: Machine }> {
  const { add = [], var: variables = {}, disk, ram } = options;
  const configured = () => loadConfiguration(command.optsWithGlobals<ConfigurationOptions>()).pxe;
  const space = options.space ?? configured().space;
  if (space === '') throw new CommandError(EXIT.usage, 'give --space, or set pxe.space');
  if (name === undefined) {
    const { host } = options;
    if (host === undefined) throw new CommandError(EXIT.usage, 'give a node, or --host');
    return {
      request: { space: resolve(space), host, assigned: add, variables },
      machine: { disks: disk ?? [], ramBytes: ram },
    };
  }
  const path = `/api/pxe/nodes/${encodeURIComponent(name)}`;
  const node = await clientOf(command).get<PxeNode>(path);
  const { disks: known = [], volumes = [], memoryBytes, firmware } = node.hardware ?? {};
  const disklist = known.map((one) => one.name).join(' ');
  return {
    request: {
      space: resolve(space),
      host: node.name,
      assigned: [...node.classes, ...add],
      firmware,
      variables: { ...(disklist !== '' && { disklist }), ...variables },
    },
    // Disks that are given by hand are blank.
    machine: disk
      ? { disks: disk, ramBytes: ram ?? memoryBytes }
      : { disks: known.map(diskOf), volumes, ramBytes: ram ?? memoryBytes },
  };
}

/** A disk as the installer found it, with what is on it. */
function diskOf({ name, sizeBytes, partitions = [] }: NodeDisk): Disk {
  return {
    ...blankDisk(`/dev/${name}`, sizeBytes),
    partitions: partitions.map((one) => ({
      number: one.number,
      start: one.startBytes,
      end: one.startBytes + one.sizeBytes - 1,
      filesystem: one.fileSystem ?? '-',
    })),
  };
}

function printExplanation(found: Explanation, installed: SinceInstalled | undefined): void {
  print(
    table(
      ['CLASS', 'DEFINED BY'],
      found.classes.map((one) => [one.name, one.reason]),
    ),
  );
  print(
    table(
      ['VARIABLE', 'CLASS'],
      found.variables.map((one) => [`${one.name}=${one.value}`, one.class]),
    ),
  );
  if (found.basefile !== undefined) print(`base system: basefiles/${found.basefile}\n\n`);
  if (found.disks) {
    print(`disks: ${found.disks.path}\n`);
    if (found.disks.problem) print(`  ${formatProblem(found.disks.problem)}\n`);
    if (found.disks.plan) printPlan(found.disks.plan);
    print('\n');
  }
  print(
    table(
      ['WHERE', 'ACTION', 'PACKAGES'],
      found.packages.map((one) => [`${one.path}:${one.line}`, one.action, one.packages.join(' ')]),
    ),
  );
  print(
    table(
      ['FILE', 'CLASS'],
      found.files.map((one) => [`/${one.target}`, one.class]),
    ),
  );
  for (const [title, paths] of [
    ['debconf', found.debconf.map((name) => `debconf/${name}`)],
    ['hooks', found.hooks],
    ['scripts', found.scripts],
    ['tests', found.tests],
  ] as const) {
    if (paths.length > 0) print(`${title}\n${paths.map((path) => `  ${path}\n`).join('')}\n`);
  }
  if (installed) printDifferences(installed);
}

function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  return rows.length === 0 ? '' : `${formatTable(header, rows)}\n`;
}
