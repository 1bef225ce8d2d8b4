import type { Command } from 'commander';
import type { ChannelTest } from '../../wire/http.ts';
import { clientOf } from '../client.ts';
import { CommandError, EXIT } from '../exit.ts';
import { formatTable, print, printJson } from '../output.ts';
import { durationOption, formatSeconds } from './duration-option.ts';

interface ReceiverJson {
  readonly name: string;
  readonly integrations: readonly string[];
}

interface NotificationsJson {
  readonly waiting: readonly {
    readonly integration: string;
    readonly groupKey: string;
    readonly reason: string;
    readonly createdMs: number;
    readonly attempts: number;
    /** Of the channel's last attempt; '' = none has failed. */
    readonly failure: string;
  }[];
  readonly delivered: readonly {
    readonly timeMs: number;
    readonly integration: string;
    readonly groupKey: string;
    readonly reason: string;
    readonly outcome: string;
    readonly detail: string;
  }[];
}

/** `clustermon notify …`: receivers and what they were told. */
export function register(program: Command): void {
  const notify = program.command('notify').description('receivers of alerts');

  notify
    .command('test')
    .description('send a test notification by every channel of a receiver; exit 1 when one fails')
    .argument('[receiver]', 'its name (default: the first one)')
    .action(async (name: string | undefined, _options: object, command: Command) => {
      const client = clientOf(command);
      const [first] = await client.get<readonly ReceiverJson[]>('/api/notify/receivers');
      const receiver = name ?? first?.name ?? '';
      const { channels } = await client.send<{ channels: readonly ChannelTest[] }>(
        'POST',
        '/api/notify/test',
        { receiver },
      );
      if (channels.length === 0) {
        throw new CommandError(
          EXIT.failed,
          `receiver ${receiver} has no channel: set collector.webhooks or collector.routingFile`,
        );
      }
      const rows = channels.map(({ integration, error, advice }) => [
        integration,
        error ?? 'OK',
        advice ?? '',
      ]);
      print(formatTable(['CHANNEL', 'RESULT', 'WHAT TO DO'], rows));
      const failed = channels.filter(({ error }) => error !== null).length;
      if (failed > 0) {
        throw new CommandError(
          EXIT.failed,
          `${failed} of ${channels.length} channels of ${receiver} cannot be told`,
        );
      }
    });

  notify
    .command('list')
    .description('receivers, notifications that wait, and those of the last day')
    .addOption(durationOption('--since <duration>', 'how far back', '1d'))
    .option('--json', 'one JSON document')
    .action(
      async (options: { readonly since: number; readonly json?: boolean }, command: Command) => {
        const client = clientOf(command);
        const receivers = await client.get<readonly ReceiverJson[]>('/api/notify/receivers');
        const from = Date.now() / 1000 - options.since;
        const notifications = await client.get<NotificationsJson>('/api/notifications', { from });
        if (options.json) printJson({ receivers, ...notifications });
        else show(receivers, notifications);
      },
    );
}

function show(receivers: readonly ReceiverJson[], { waiting, delivered }: NotificationsJson): void {
  const channels = receivers.map(({ name, integrations }) => [name, integrations.join(', ')]);
  print(formatTable(['RECEIVER', 'CHANNELS'], channels));
  if (waiting.length > 0) {
    const rows = waiting.map(({ integration, groupKey, reason, createdMs, attempts, failure }) => [
      integration,
      groupKey,
      reason,
      formatSeconds((Date.now() - createdMs) / 1000),
      attempts,
      failure,
    ]);
    const header = ['WAITING FOR', 'GROUP', 'REASON', 'AGE', 'ATTEMPTS', 'LAST FAILURE'];
    print(`\n${formatTable(header, rows)}`);
  }
  if (delivered.length > 0) {
    const rows = delivered.map(({ timeMs, integration, groupKey, reason, outcome, detail }) => [
      new Date(timeMs).toISOString(),
      integration,
      groupKey,
      reason,
      detail ? `${outcome}: ${detail}` : outcome,
    ]);
    print(`\n${formatTable(['TIME', 'CHANNEL', 'GROUP', 'REASON', 'OUTCOME'], rows)}`);
  }
}
