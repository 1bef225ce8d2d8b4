import type { Command } from 'commander';
import { checkSpace } from '../../pxe/classes/check/space.ts';
import { formatProblem } from '../../pxe/classes/problem.ts';
import { CommandError, EXIT } from '../exit.ts';
import { note, print, printJson } from '../output.ts';

export function register(profile: Command): void {
  profile
    .command('check <dir>')
    .description('find everything wrong with a config space that can be found without a machine')
    .option('--json', 'one JSON document')
    .action((dir: string, options: { json?: boolean }) => {
      const problems = checkSpace(dir);
      const errors = problems.filter((one) => one.severity === 'error').length;
      if (options.json) printJson({ problems });
      else {
        for (const problem of problems) print(`${formatProblem(problem)}\n`);
        note(`${counted(errors, 'error')}, ${counted(problems.length - errors, 'warning')}`);
      }
      if (errors > 0) throw new CommandError(EXIT.failed, `${dir} has ${counted(errors, 'error')}`);
    });
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
