import type { Command } from 'commander';
import { defineClasses } from '../../pxe/classes/class-list.ts';
import { formatProblem } from '../../pxe/classes/problem.ts';
import { note, print, printJson } from '../output.ts';
import { addVariable, inheritedVariables, readClasses } from './profile-options.ts';

interface Options {
  readonly space: string;
  readonly host: string;
  readonly action?: string;
  readonly add?: readonly string[];
  readonly var?: Readonly<Record<string, string>>;
  readonly json?: boolean;
}

export function register(profile: Command): void {
  profile
    .command('classes')
    .description('define the classes of a host, lowest priority first. Runs the class scripts')
    .requiredOption('--space <dir>', 'the config space')
    .requiredOption('--host <name>', 'host name')
    .option('--action <name>', 'FAI_ACTION that the scripts see (default: softupdate)')
    .option('--add <classes>', 'further classes, with commas', readClasses)
    .option('--var <name=value>', 'variable that the scripts see; repeats', addVariable)
    .option('--json', 'one JSON document')
    .action(async (options: Options) => {
      const { FAI_ACTION, ADDCLASSES, ...inherited } = inheritedVariables();
      const { classes, problems } = await defineClasses({
        space: options.space,
        host: options.host,
        action: options.action ?? FAI_ACTION ?? 'softupdate',
        assigned: options.add ?? (ADDCLASSES ? readClasses(ADDCLASSES) : []),
        variables: { ...inherited, ...options.var },
      });
      for (const problem of problems) note(formatProblem(problem));
      const names = classes.map((one) => one.name);
      if (options.json) printJson({ classes: names });
      else print(names.map((name) => `${name}\n`).join(''));
    });
}
