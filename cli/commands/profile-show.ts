import type { Command } from 'commander';
import { overview, PARTS } from '../../pxe/classes/overview.ts';
import { formatTable, print, printJson } from '../output.ts';

export function register(profile: Command): void {
  profile
    .command('show <dir>')
    .description('list the classes of a config space and how many entries each part has for them')
    .option('--json', 'one JSON document')
    .action((dir: string, options: { json?: boolean }) => {
      const classes = overview(dir);
      if (options.json) printJson({ classes });
      else {
        const rows = classes.map((one) => [one.class, ...PARTS.map((part) => one.parts[part])]);
        print(formatTable(['CLASS', ...PARTS], rows));
      }
    });
}
