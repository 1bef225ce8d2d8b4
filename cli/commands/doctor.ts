import type { Command } from 'commander';
import { type ConfigurationOptions, loadConfiguration } from '../configuration.ts';
import { type Finding, findings } from '../doctor.ts';
import { CommandError, EXIT } from '../exit.ts';
import { print, printJson } from '../output.ts';

const MARK: Readonly<Record<Finding['verdict'], string>> = {
  ok: 'ok  ',
  warn: 'WARN',
  fail: 'FAIL',
};

export function register(program: Command): void {
  program
    .command('doctor')
    .option('--json', 'print one JSON document')
    .description('check this machine: what clustermon needs, and what would make it run better')
    .action(async (options: { json?: boolean }, command: Command) => {
      const configuration = loadConfiguration(command.optsWithGlobals<ConfigurationOptions>());
      const found = await findings(configuration);
      if (options.json) printJson(found);
      else print(found.map(describe).join(''));
      const failed = found.filter(({ verdict }) => verdict === 'fail').length;
      if (failed > 0)
        throw new CommandError(EXIT.failed, `${failed} of ${found.length} checks failed`);
    });
}

function describe({ verdict, what, advice }: Finding): string {
  return `${MARK[verdict]}  ${what}\n${advice === undefined ? '' : `      ${advice}\n`}`;
}
