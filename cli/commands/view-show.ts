import type { Command } from 'commander';
import type { ViewFile } from '../../wire/views.ts';
import { clientOf } from '../client.ts';
import { print, printJson } from '../output.ts';

export function register(view: Command): void {
  view
    .command('show <name>')
    .description('the YAML of a view')
    .option('--json', 'print JSON: the text, what it means, its problems')
    .addHelpText('after', '\nExample: clustermon view show disks > disks.yaml')
    .action(async (name: string, { json }: { json?: boolean }, command: Command) => {
      const file = await clientOf(command).get<ViewFile>(`/api/views/${encodeURIComponent(name)}`);
      if (json) printJson(file);
      else print(file.text);
    });
}
