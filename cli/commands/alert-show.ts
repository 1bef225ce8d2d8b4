import type { Command } from 'commander';
import type { AlertDetail } from '../../wire/http.ts';
import { clientOf } from '../client.ts';
import { CommandError, EXIT } from '../exit.ts';
import { print, printJson } from '../output.ts';
import { formatSeconds } from './duration-option.ts';

export function register(alert: Command): void {
  alert
    .command('show')
    .description('one alert with its labels, texts and what is done with it')
    .argument('<id-or-name>', "the alert's id, or its rule's name for all of them")
    .option('--json', 'one JSON document')
    .action(async (wanted: string, options: { readonly json?: boolean }, command: Command) => {
      const all = await clientOf(command).get<readonly AlertDetail[]>('/api/alerts');
      const alerts = all.filter(
        ({ fingerprint, rule }) => fingerprint === wanted || rule === wanted,
      );
      if (alerts.length === 0) {
        throw new CommandError(
          EXIT.failed,
          `no alert ${wanted}; \`clustermon alert list --all\` shows all`,
        );
      }
      if (options.json) printJson(alerts);
      else print(alerts.map(describe).join('\n'));
    });
}

function describe(alert: AlertDetail): string {
  const since = formatSeconds((Date.now() - alert.activeAtMs) / 1000);
  const lines = [
    `${alert.rule}  ${alert.state} since ${since}  ${alert.severity}  value ${alert.value ?? 'unknown'}`,
    ...Object.entries(alert.annotations).map(([name, text]) => `  ${name}: ${text}`),
    ...Object.entries(alert.labels).map(([name, value]) => `  ${name}=${value}`),
    `  told to: ${alert.receivers.join(', ') || 'nobody'}`,
    ...[...alert.silencedBy].map((id) => `  silenced by ${id}`),
    ...[...alert.inhibitedBy].map((id) => `  inhibited by alert ${id}`),
    ...[...alert.mutedBy].map((why) => `  held back: ${why}`),
  ];
  const { acknowledged } = alert;
  if (acknowledged) {
    lines.push(
      `  acknowledged by ${acknowledged.byWhom} until ${new Date(acknowledged.untilMs).toISOString()}: ${acknowledged.comment}`,
    );
  }
  lines.push(`  id ${alert.fingerprint}`);
  return `${lines.join('\n')}\n`;
}
