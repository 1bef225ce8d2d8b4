import type { Command } from 'commander';
import type { EventInfo } from '../../wire/http.ts';
import { clientOf } from '../client.ts';
import { CommandError, EXIT } from '../exit.ts';
import { formatTable, print, printJson } from '../output.ts';

interface AddOptions {
  readonly host?: string;
  readonly kind: string;
  readonly label?: readonly string[];
  readonly json?: boolean;
}

interface ListOptions {
  readonly host?: string;
  readonly from: string;
  readonly to: string;
  readonly json?: boolean;
}

export function register(program: Command): void {
  const event = program
    .command('event')
    .description('what happened: the ticks on the charts')
    .addHelpText(
      'after',
      `
Examples:
  clustermon event add 'kernel 6.12 on all nodes' --kind change
  clustermon event add --host n042 'new DIMM in slot 3'
  clustermon event list --from -1d`,
    );

  event
    .command('add <text>')
    .description('mark this moment on the charts')
    .option('--host <name>', 'of one host (default: the whole cluster)')
    .option('--kind <word>', 'what it is', 'note')
    .option('--label <name=value...>', 'labels')
    .option('--json', 'print JSON')
    .action(async (text: string, options: AddOptions, command: Command) => {
      const { host = '', kind, label = [], json } = options;
      const body = { text, host, kind, labels: Object.fromEntries(label.map(parseLabel)) };
      const added = await clientOf(command).send<EventInfo>('POST', '/api/events', body);
      if (json) printJson(added);
    });

  event
    .command('list')
    .description('events of a time, oldest first')
    .option('--host <name>', 'of one host and of the whole cluster')
    .option('--from <time>', 'such as -2h, or 2026-11-21T00:00:00Z', '-1h')
    .option('--to <time>', 'up to then', 'now')
    .option('--json', 'print JSON')
    .action(async ({ json, host, from, to }: ListOptions, command: Command) => {
      const query = { host, from, to };
      const events = await clientOf(command).get<readonly EventInfo[]>('/api/events', query);
      if (json) return printJson(events);
      const rows = events.map((one) => [
        new Date(one.timeMs).toISOString().slice(0, 19).replace('T', ' '),
        one.host || '-',
        one.kind,
        one.text,
      ]);
      return print(formatTable(['TIME (UTC)', 'HOST', 'KIND', 'TEXT'], rows));
    });
}

function parseLabel(text: string): [string, string] {
  const at = text.indexOf('=');
  if (at > 0) return [text.slice(0, at), text.slice(at + 1)];
  throw new CommandError(EXIT.usage, `--label ${text} must be name=value`);
}
