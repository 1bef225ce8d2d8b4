import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { reasonOf } from '../../base/errors.ts';
import { parseRuleFile } from '../../collector/alerts/rule-file.ts';
import type { BacktestReport, DryRunNotification, RuleBacktestJson } from '../../wire/http.ts';
import { type Client, clientOf } from '../client.ts';
import { CommandError, EXIT } from '../exit.ts';
import { formatTable, note, print, printJson } from '../output.ts';
import { durationOption, formatSeconds, parseSeconds } from './duration-option.ts';
import { failsLimit, parseLimit } from './fail-if.ts';

interface BacktestOptions {
  readonly since: number;
  readonly until?: string;
  readonly step?: number;
  readonly rule?: string;
  readonly host?: string;
  readonly failIf: readonly string[];
  readonly notifyDryRun?: boolean;
  readonly json?: boolean;
}

/** Alerts shown per rule; `--json` has all. */
const ALERTS_SHOWN = 10;
const NOTIFICATIONS_SHOWN = 20;

export function register(alert: Command): void {
  alert
    .command('backtest')
    .description('replay rules over the past: when each would have fired, where, for how long')
    .argument('<file...>', 'rule files')
    .addOption(durationOption('--since <duration>', 'how far back', '30d'))
    .option('--until <time>', 'the end, as 2026-11-21T00:00:00Z (default: now)')
    .option(
      '--step <duration>',
      'between evaluations (default: as fine as the range allows)',
      parseSeconds,
    )
    .option('--rule <name>', 'only this rule')
    .option('--host <name>', 'show only alerts of this host')
    .option(
      '--fail-if <condition>',
      "exit with 1 when it holds for a rule: 'fires > 20/week', 'flaps > 0', 'longest > 1h'; may be repeated",
      (value: string, before: readonly string[]) => [...before, value],
      [] as readonly string[],
    )
    .option('--notify-dry-run', 'which notifications would have been sent with the routing of now')
    .option('--json', 'one JSON document')
    .addHelpText(
      'after',
      "\nExamples:\n  clustermon alert backtest rules.yml --since 30d\n  clustermon alert backtest rules.yml --since 7d --fail-if 'fires > 20/week'",
    )
    .action(async (files: string[], options: BacktestOptions, command: Command) => {
      const limits = options.failIf.map(parseLimit);
      const reports: BacktestReport[] = [];
      const client = clientOf(command);
      for (const file of files) reports.push(await replay(client, readRules(file), options));
      if (options.rule !== undefined && reports.every(({ rules }) => rules.length === 0)) {
        throw new CommandError(EXIT.failed, `no file has an alerting rule ${options.rule}`);
      }
      await noteStart(client, reports);
      if (options.json) printJson(reports);
      else for (const report of reports) show(report, options.host);
      const failed = reports.flatMap((report) =>
        report.rules.flatMap((rule) =>
          rule.error !== null
            ? [`${rule.rule}: ${rule.error}`]
            : limits
                .filter((limit) => failsLimit(limit, rule, report))
                .map(({ text }) => `${rule.rule}: ${text}`),
        ),
      );
      for (const text of failed) note(`failed: ${text}`);
      if (failed.length > 0) process.exitCode = EXIT.failed;
    });
}

/** One request for each rule, because the time that the appliance takes for a request is bounded. */
async function replay(
  client: Client,
  rules: string,
  options: BacktestOptions,
): Promise<BacktestReport> {
  const range = rangeOf(options);
  const ask = (rule: string | undefined) =>
    client.send<BacktestReport>('POST', '/api/alerts/backtest', {
      rules,
      ...range,
      ...(options.step !== undefined && { stepSeconds: options.step }),
      ...(rule !== undefined && { rule }),
      ...(options.notifyDryRun && { notify: 'dry-run' }),
    });
  // Notifications group alerts of several rules.
  const isWhole = options.notifyDryRun || options.rule !== undefined;
  const [first, ...others] = isWhole ? [options.rule] : alertNames(rules);
  const report = await ask(first);
  const more: RuleBacktestJson[] = [];
  for (const name of others) more.push(...(await ask(name)).rules);
  return { ...report, rules: [...report.rules, ...more] };
}

/** Empty for a file with faults: the appliance says which. */
function alertNames(rules: string): readonly string[] {
  const { groups, problems } = parseRuleFile(rules);
  if (problems.length > 0) return [];
  const alerts = groups.flatMap((group) => group.rules).filter(({ kind }) => kind === 'alert');
  return [...new Set(alerts.map(({ name }) => name))];
}

function readRules(file: string): string {
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8');
  } catch (error) {
    throw new CommandError(EXIT.failed, `cannot read ${file}: ${reasonOf(error)}`);
  }
}

function rangeOf({ since, until }: BacktestOptions): { fromMs: number; toMs: number } {
  const toMs = until === undefined ? Date.now() : Date.parse(until);
  if (Number.isNaN(toMs)) {
    throw new CommandError(
      EXIT.usage,
      `--until ${until} is no time; write such as 2026-11-21T00:00:00Z`,
    );
  }
  if (since === 0) throw new CommandError(EXIT.usage, '--since is 0s; write such as 30d');
  return { fromMs: toMs - since * 1000, toMs };
}

/** "Would not have fired" is worth nothing about a time before there were hosts. */
async function noteStart(client: Client, reports: readonly BacktestReport[]): Promise<void> {
  const { hosts } = await client.get<{
    readonly hosts: readonly { readonly firstSeenMs: number }[];
  }>('/api/hosts');
  const startMs = Math.min(...hosts.map(({ firstSeenMs }) => firstSeenMs));
  const fromMs = Math.min(...reports.map((report) => report.fromMs));
  if (hosts.length > 0 && startMs - fromMs > 60_000) {
    note(`warning: no host was heard before ${new Date(startMs).toISOString()}`);
  }
}

function show(report: BacktestReport, host: string | undefined): void {
  const days = formatSeconds((report.toMs - report.fromMs) / 1000);
  print(`${days} until ${new Date(report.toMs).toISOString()}, every ${report.stepSeconds} s\n`);
  for (const rule of report.rules) print(describe(rule, report, host));
  if (report.notifications) print(describeNotifications(report.notifications));
}

function describeNotifications(notifications: readonly DryRunNotification[]): string {
  const counts = new Map<string, number>();
  for (const { receiver } of notifications) counts.set(receiver, (counts.get(receiver) ?? 0) + 1);
  const receivers = [...counts].map(([receiver, count]) => `${count} to ${receiver}`).join(', ');
  const rows = notifications
    .slice(0, NOTIFICATIONS_SHOWN)
    .map(({ timeMs, receiver, firing, resolved, reason, groupKey }) => [
      new Date(timeMs).toISOString(),
      receiver,
      firing,
      resolved,
      reason,
      groupKey,
    ]);
  const more = notifications.length - rows.length;
  return [
    `${notifications.length} notifications would have been sent${receivers && `: ${receivers}`}\n`,
    ...(rows.length > 0
      ? [formatTable(['TIME', 'RECEIVER', 'FIRING', 'RESOLVED', 'REASON', 'GROUP'], rows)]
      : []),
    ...(more > 0 ? [`  … and ${more} more (--json has all)\n`] : []),
  ].join('');
}

function describe(
  rule: RuleBacktestJson,
  report: BacktestReport,
  host: string | undefined,
): string {
  const name = rule.severity === null ? rule.rule : `${rule.rule} (${rule.severity})`;
  if (rule.error !== null) return `${name}  cannot be evaluated: ${rule.error}\n`;
  if (rule.fires === 0) return `${name}  would not have fired\n`;
  const others = rule.otherFor.map(
    ({ forSeconds, fires }) => `${formatSeconds(forSeconds)}: ${fires}x`,
  );
  const flaps = rule.flaps > 0 ? `; ${rule.flaps} flaps < 2m` : '';
  const lines = [
    `${name}  fired ${rule.fires}x on ${rule.hosts} hosts, ${formatSeconds(rule.firingSeconds)} in total, longest ${formatSeconds(rule.longestSeconds)}${longestHost(rule, report)}${flaps}`,
    `  with another for: ${others.join('  ')}`,
  ];
  const fired = rule.alerts
    .filter(({ firings, labels }) => firings.length > 0 && (!host || labels['host'] === host))
    .toSorted((a, b) => b.firingSeconds - a.firingSeconds);
  for (const { labels, firings, firingSeconds } of fired.slice(0, ALERTS_SHOWN)) {
    lines.push(
      `  ${timeline(firings, report)}  ${labels['host'] ?? ''} ${firings.length}x ${formatSeconds(firingSeconds)}`,
    );
  }
  if (fired.length > ALERTS_SHOWN)
    lines.push(`  … and ${fired.length - ALERTS_SHOWN} more (--json has all)`);
  return `${lines.join('\n')}\n`;
}

/** ` (n017)`; empty when the alert is about no host. */
export function longestHost(
  { alerts }: Pick<RuleBacktestJson, 'alerts'>,
  { toMs: endMs }: Pick<BacktestReport, 'toMs'>,
): string {
  const [longest] = alerts
    .flatMap(({ labels, firings }) =>
      firings.map(({ fromMs, toMs }) => ({ host: labels['host'], ms: (toMs ?? endMs) - fromMs })),
    )
    .toSorted((a, b) => b.ms - a.ms);
  return longest?.host === undefined ? '' : ` (${longest.host})`;
}

const TIMELINE_CELLS = 48;

/** One cell per forty-eighth of the range: `#` where it fired. */
function timeline(
  firings: RuleBacktestJson['alerts'][number]['firings'],
  { fromMs, toMs }: BacktestReport,
): string {
  const cellMs = (toMs - fromMs) / TIMELINE_CELLS;
  return Array.from({ length: TIMELINE_CELLS }, (_, cell) => {
    const start = fromMs + cell * cellMs;
    const isHit = firings.some((one) => one.fromMs < start + cellMs && (one.toMs ?? toMs) >= start);
    return isHit ? '#' : '.';
  }).join('');
}
