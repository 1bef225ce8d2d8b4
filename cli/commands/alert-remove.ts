import type { Command } from 'commander';
import { clientOf } from '../client.ts';
import { print } from '../output.ts';

export function register(alert: Command): void {
  alert
    .command('remove')
    .description('remove rules that were added; what they fire is resolved')
    .argument('<name...>', 'names, as `alert list --rules` shows them')
    .action(async (names: string[], _options: object, command: Command) => {
      const client = clientOf(command);
      for (const name of names) {
        await client.send('DELETE', `/api/rules/${encodeURIComponent(name)}`);
        print(`removed ${name}\n`);
      }
    });
}
