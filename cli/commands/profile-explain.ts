import type { Command } from 'commander';
import type { Disk } from '../../pxe/classes/disk/layout.ts';
import { parseByteCount } from '../../pxe/classes/disk/size.ts';
import { type Explanation, explain } from '../../pxe/classes/explain.ts';
import { formatProblem } from '../../pxe/classes/problem.ts';
import { formatTable, note, print, printJson } from '../output.ts';
import { printPlan } from './profile-disks.ts';
import { addDisk, addVariable, readClasses } from './profile-options.ts';

interface Options {
  readonly space: string;
  readonly host: string;
  readonly add?: readonly string[];
  readonly var?: Readonly<Record<string, string>>;
  readonly disk?: readonly Disk[];
  readonly ram?: number;
  readonly json?: boolean;
}

export function register(profile: Command): void {
  profile
    .command('explain')
    .description('Say what a config space makes of a host, and which class decided it.')
    .requiredOption('--space <dir>', 'the config space')
    .requiredOption('--host <name>', 'host name')
    .option('--add <classes>', 'further classes, with commas', readClasses)
    .option('--var <name=value>', 'variable that the scripts see; repeats', addVariable)
    .option('--disk <name=size[:sector]>', 'a disk of the machine; repeats', addDisk)
    .option('--ram <size>', 'memory of the machine', parseByteCount)
    .option('--json', 'one JSON document')
    .action(async (options: Options) => {
      const {
        space,
        host,
        add: assigned = [],
        var: variables = {},
        disk: disks = [],
        ram,
      } = options;
      const found = await explain({ space, host, assigned, variables }, { disks, ramBytes: ram });
      for (const problem of found.problems) note(formatProblem(problem));
      if (options.json) printJson(found);
      else printExplanation(found);
    });
}

function printExplanation(found: Explanation): void {
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
}

function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  return rows.length === 0 ? '' : `${formatTable(header, rows)}\n`;
}
