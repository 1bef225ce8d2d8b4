import type { Command } from 'commander';
import type { AlertDetail } from '../../wire/http.ts';
import { type Client, clientOf } from '../client.ts';
import { userName } from '../environment.ts';
import { CommandError, EXIT } from '../exit.ts';
import { print } from '../output.ts';
import { durationOption, formatSeconds } from './duration-option.ts';

interface AckOptions {
  readonly comment: string;
  readonly for: number;
  readonly by: string;
}

/** What the appliance takes. */
const SECONDS_MIN = 60;
const SECONDS_MAX = 30 * 86_400;

export function register(alert: Command): void {
  alert
    .command('ack')
    .description('say that somebody is on it: repeats and escalation stop, its end is still told')
    .argument('<id-or-name>', "the alert's id, or its rule's name for all of them")
    .option('-c, --comment <text>', 'what is being done', '')
    .addOption(durationOption('--for <duration>', 'how long', '1d'))
    .option('--by <name>', 'who', userName())
    .action(async (wanted: string, options: AckOptions, command: Command) => {
      if (options.for < SECONDS_MIN || options.for > SECONDS_MAX) {
        throw new CommandError(EXIT.usage, '--for must be from 1m to 30d');
      }
      const client = clientOf(command);
      for (const { fingerprint, rule } of await find(client, wanted)) {
        await client.send('POST', `/api/alerts/${fingerprint}/ack`, {
          byWhom: options.by,
          comment: options.comment,
          seconds: options.for,
        });
        print(`acknowledged ${rule} ${fingerprint} for ${formatSeconds(options.for)}\n`);
      }
    });

  alert
    .command('unack')
    .description('take an acknowledgement back')
    .argument('<id-or-name>', "the alert's id, or its rule's name for all of them")
    .action(async (wanted: string, _options: object, command: Command) => {
      const client = clientOf(command);
      for (const { fingerprint, rule } of await find(client, wanted)) {
        await client.send('DELETE', `/api/alerts/${fingerprint}/ack`);
        print(`not acknowledged any more: ${rule} ${fingerprint}\n`);
      }
    });
}

async function find(client: Client, wanted: string): Promise<readonly AlertDetail[]> {
  const alerts = await client.get<readonly AlertDetail[]>('/api/alerts');
  const found = alerts.filter(
    ({ fingerprint, rule, state }) =>
      fingerprint === wanted || (rule === wanted && (state === 'firing' || state === 'nodata')),
  );
  if (found.length > 0) return found;
  throw new CommandError(
    EXIT.failed,
    `no alert ${wanted} fires; \`clustermon alert list\` shows all`,
  );
}
