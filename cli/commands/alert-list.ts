import { basename } from 'node:path';
import type { Command } from 'commander';
import { type LabelMatcher, matchesAll, parseMatcher } from '../../collector/notify/matcher.ts';
import type { AlertDetail, RuleInfo } from '../../wire/http.ts';
import { clientOf } from '../client.ts';
import { EXIT } from '../exit.ts';
import { formatTable, print, printJson } from '../output.ts';
import { formatSeconds } from './duration-option.ts';

interface ListOptions {
  readonly rules?: boolean;
  readonly all?: boolean;
  readonly exitCode?: boolean;
  readonly json?: boolean;
}

export function register(alert: Command): void {
  alert
    .command('list')
    .description('alerts as they stand, or all rules')
    .argument('[matcher...]', 'only alerts with these labels: severity=critical, host=~n0.+')
    .option('--rules', 'rules instead of alerts')
    .option('--all', 'also alerts that were resolved in the last minutes')
    .option('--exit-code', 'exit with 1 when an alert fires')
    .option('--json', 'one JSON document')
    .addHelpText(
      'after',
      '\nExamples:\n  clustermon alert list\n  clustermon alert list severity=critical rack=r07\n  clustermon alert list --rules',
    )
    .action(async (matchers: string[], options: ListOptions, command: Command) => {
      const client = clientOf(command);
      if (options.rules) {
        const rules = await client.get<readonly RuleInfo[]>('/api/rules');
        if (options.json) printJson(rules);
        else print(rulesTable(rules));
        return;
      }
      const alerts = select(await client.get<readonly AlertDetail[]>('/api/alerts'), {
        matchers: matchers.map(parseMatcher),
        all: options.all ?? false,
      });
      if (options.json) printJson(alerts);
      else print(alerts.length === 0 ? 'no alerts\n' : alertsTable(alerts));
      if (
        options.exitCode &&
        alerts.some(({ state }) => state === 'firing' || state === 'nodata')
      ) {
        process.exitCode = EXIT.failed;
      }
    });
}

function select(
  alerts: readonly AlertDetail[],
  { matchers, all }: { readonly matchers: readonly LabelMatcher[]; readonly all: boolean },
): readonly AlertDetail[] {
  return alerts.filter(
    ({ state, labels }) => (all || state !== 'resolved') && matchesAll(matchers, labels),
  );
}

function alertsTable(alerts: readonly AlertDetail[]): string {
  return formatTable(
    ['STATE', 'SEVERITY', 'ALERT', 'HOST', 'VALUE', 'SINCE', 'NOTE', 'ID'],
    alerts.map((alert) => [
      alert.state,
      alert.severity,
      alert.rule,
      alert.labels['host'],
      alert.value === null ? undefined : String(Number(alert.value.toPrecision(4))),
      formatSeconds((Date.now() - alert.activeAtMs) / 1000),
      noteOf(alert),
      alert.fingerprint,
    ]),
  );
}

/** Why nobody is told, who has taken it on, or that it flaps. */
function noteOf(alert: AlertDetail): string {
  if (alert.acknowledged) return `ack ${alert.acknowledged.byWhom}`;
  if (alert.silencedBy.length > 0) return 'silenced';
  if (alert.inhibitedBy.length > 0) return 'inhibited';
  return alert.mutedBy[0] ?? ('flapping' in alert.annotations ? 'flapping' : '');
}

function rulesTable(rules: readonly RuleInfo[]): string {
  return formatTable(
    ['NAME', 'STATE', 'SEVERITY', 'FOR', 'FROM', 'EXPRESSION', 'ERROR'],
    rules.map(({ name, state, severity, forSeconds, origin, expr, error }) => [
      name,
      state,
      severity,
      formatSeconds(forSeconds),
      basename(origin),
      expr
        .replace(/^\s*#.*$/gm, '')
        .replace(/\s+/g, ' ')
        .trim(),
      error ?? '',
    ]),
  );
}
