import type { Command } from 'commander';
import type { ViewList, ViewSummary } from '../../wire/views.ts';
import { clientOf } from '../client.ts';
import { formatTable, print, printJson } from '../output.ts';

export function register(view: Command): void {
  view
    .command('list')
    .description('all views of the appliance')
    .option('--json', 'print JSON')
    .action(async ({ json }: { json?: boolean }, command: Command) => {
      const { views } = await clientOf(command).get<ViewList>('/api/views');
      if (json) return printJson(views);
      const rows = views.map((one) => [
        one.name,
        originOf(one),
        one.panelCount,
        stateOf(one),
        one.title,
      ]);
      return print(formatTable(['NAME', 'ORIGIN', 'PANELS', 'STATE', 'TITLE'], rows));
    });
}

function originOf({ origin, isOverride }: ViewSummary): string {
  return isOverride ? 'own, over built-in' : origin;
}

function stateOf({ problemCount }: ViewSummary): string {
  return problemCount === 0 ? 'ok' : `${problemCount} problems`;
}
