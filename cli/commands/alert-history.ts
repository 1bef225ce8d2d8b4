import type { Command } from 'commander';
import type { AlertTransition } from '../../wire/http.ts';
import { clientOf } from '../client.ts';
import { formatTable, print, printJson } from '../output.ts';
import { durationOption, formatSeconds } from './duration-option.ts';

interface HistoryOptions {
  readonly since: number;
  readonly json?: boolean;
}

export function register(alert: Command): void {
  alert
    .command('history')
    .description('what happened to alerts')
    .argument('[name]', 'only alerts of this rule')
    .addOption(durationOption('--since <duration>', 'how far back', '1d'))
    .option('--json', 'one JSON document')
    .action(async (rule: string | undefined, options: HistoryOptions, command: Command) => {
      const from = Date.now() / 1000 - options.since;
      const transitions = await clientOf(command).get<readonly AlertTransition[]>(
        '/api/alerts/history',
        { rule, from },
      );
      if (options.json) printJson(transitions);
      else if (transitions.length === 0) {
        const whose = rule === undefined ? 'alerts' : `alerts of ${rule}`;
        print(`nothing happened to ${whose} in the last ${formatSeconds(options.since)}\n`);
      } else {
        print(formatTable(['TIME', 'ALERT', 'BECAME', 'VALUE', 'LABELS'], transitions.map(row)));
      }
    });
}

function row({ timeMs, rule, state, value, labels }: AlertTransition) {
  const rest = Object.entries(labels).filter(([name]) => name !== 'alertname');
  return [
    new Date(timeMs).toISOString(),
    rule,
    state === 'inactive' ? 'resolved' : state,
    value === null ? '' : String(Number(value.toPrecision(4))),
    rest.map(([name, text]) => `${name}=${text}`).join(' '),
  ];
}
