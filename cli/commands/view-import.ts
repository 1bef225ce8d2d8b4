import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { reasonOf } from '../../base/errors.ts';
import { importGangliaView } from '../../collector/views/ganglia-view.ts';
import type { ViewFile } from '../../wire/views.ts';
import { clientOf } from '../client.ts';
import { CommandError, EXIT } from '../exit.ts';
import { note, print, printJson } from '../output.ts';

interface ImportOptions {
  readonly save?: boolean;
  readonly name?: string;
  readonly json?: boolean;
}

export function register(view: Command): void {
  view
    .command('import <file>')
    .description("a view of Ganglia's web front end (view_NAME.json) as YAML, `-` = standard input")
    .option('--save', 'save it on the appliance; otherwise print it')
    .option('--name <name>', 'of the view (default: made of its view_name)')
    .option('--json', 'print JSON: name, text, what was left out')
    .addHelpText(
      'after',
      `
What could not be carried over is said on standard error.

Examples:
  clustermon view import /var/lib/ganglia-web/conf/view_web.json > web.yaml
  clustermon view import --save view_web.json`,
    )
    .action(async (file: string, options: ImportOptions, command: Command) => {
      const imported = importGangliaView(read(file));
      const name = options.name ?? imported.name;
      for (const text of imported.notes) note(`not carried over: ${text}`);
      if (options.save) {
        const path = `/api/views/${encodeURIComponent(name)}`;
        await clientOf(command).send<ViewFile>('PUT', path, { text: imported.text });
        note(`saved as ${name}: see it at /view/${name}`);
      }
      if (options.json) printJson({ ...imported, name });
      else if (!options.save) print(imported.text);
    });
}

function read(file: string): string {
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8');
  } catch (error) {
    throw new CommandError(EXIT.failed, `cannot read ${file}: ${reasonOf(error)}`);
  }
}
