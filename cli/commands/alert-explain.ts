import { isDeepStrictEqual } from 'node:util';
import type { Command } from 'commander';
import type {
  AlertDecision,
  AlertDetail,
  AlertExplanation,
  ExplainedPart,
  RuleInfo,
} from '../../wire/http.ts';
import { type Client, clientOf } from '../client.ts';
import { note, print, printJson } from '../output.ts';
import { formatSeconds } from './duration-option.ts';

interface ExplainOptions {
  readonly host?: string;
  readonly severity?: string;
  readonly at?: string;
  readonly json?: boolean;
}

/** A time that is no further back is now. */
const PRESENT_MS = 5000;
/** Notifications shown per alert, the newest; `--json` has all of the hour. */
const TOLD_SHOWN = 10;

export function register(alert: Command): void {
  alert
    .command('explain')
    .description(
      'why a rule did or did not fire: every part of its expression, the hour before, what decided, who was told',
    )
    .argument('<rule>', "the rule's name")
    .option('--host <name>', 'only this host')
    .option('--severity <severity>', 'of a rule with several severities (default: each of them)')
    .option('--at <time>', 'when: 2026-11-21T03:10:00Z, -15m (default: now)')
    .option('--json', 'one JSON document')
    .addHelpText(
      'after',
      '\nExample:\n  clustermon alert explain MemoryLow --host n017 --at 2026-11-20T03:10:00Z',
    )
    .action(async (rule: string, options: ExplainOptions, command: Command) => {
      const client = clientOf(command);
      const explain = (severity: string | undefined) =>
        client.get<AlertExplanation>('/api/alerts/explain', {
          rule,
          severity,
          host: options.host,
          at: options.at,
        });
      const severities = options.severity ? [] : await severitiesOf(client, rule);
      const explanations =
        severities.length > 1
          ? await Promise.all(severities.map(explain))
          : [await explain(options.severity)];
      if (options.host) await noteUnknownHost(client, options.host);
      if (options.json) printJson(severities.length > 1 ? explanations : explanations[0]);
      else print(explanations.map(describe).join('\n'));
    });
}

/** A rule with several thresholds is several rules of one name. */
async function severitiesOf(client: Client, name: string): Promise<readonly string[]> {
  const rules = await client.get<readonly RuleInfo[]>('/api/rules');
  const severities = rules.filter((rule) => rule.name === name).map(({ severity }) => severity);
  return [...new Set(severities)];
}

async function noteUnknownHost(client: Client, name: string): Promise<void> {
  const { hosts } = await client.get<{ readonly hosts: readonly { readonly name: string }[] }>(
    '/api/hosts',
  );
  if (!hosts.some((host) => host.name === name)) note(`warning: there is no host ${name}`);
}

function describe({ rule, atMs, parts, timeline, handling, decisions }: AlertExplanation): string {
  const severity = timeline.severity === null ? '' : ` (${timeline.severity})`;
  const lines = [
    `${rule}${severity} at ${new Date(atMs).toISOString()}`,
    ...parts.flatMap(describePart),
    '',
  ];
  const fired = timeline.alerts.flatMap(({ labels, firings }) =>
    firings.map(({ fromMs, toMs }) => {
      const end = toMs === null ? 'still fires' : `for ${formatSeconds((toMs - fromMs) / 1000)}`;
      return `  ${new Date(fromMs).toISOString()} ${labels['host'] ?? ''} fired, ${end}`;
    }),
  );
  const wait = timeline.forSeconds > 0 ? ` (for ${formatSeconds(timeline.forSeconds)})` : '';
  lines.push(`the hour before${wait}:`, ...(fired.length > 0 ? fired : ['  did not fire']), '');
  const isPast = Date.now() - atMs > PRESENT_MS;
  lines.push(isPast ? 'at that time, with the routing of now:' : 'now:');
  if (decisions.length === 0) lines.push('  no alert');
  for (const decision of decisions) lines.push(...describeDecision(decision, handling, isPast));
  return `${lines.join('\n')}\n`;
}

/** @param handling alerts as they are now, with their acknowledgements, which of the past are not known */
function describeDecision(
  { labels, state, routes, silencedBy, inhibitedBy, mutedBy, told }: AlertDecision,
  handling: readonly AlertDetail[],
  isPast: boolean,
): readonly string[] {
  const ack = handling.find((alert) => isDeepStrictEqual(alert.labels, labels))?.acknowledged;
  const held = [
    ...silencedBy.map((id) => `silenced by ${id}`),
    ...inhibitedBy.map((source) => `inhibited by ${source['alertname']}${hostText(source)}`),
    ...mutedBy,
    ...(ack && !isPast ? [`acknowledged by ${ack.byWhom}`] : []),
  ];
  const receivers = routes.map(({ receiver }) => receiver).join(', ');
  return [
    ` ${hostText(labels)} ${state}: ${held.length > 0 ? held.join(', ') : `${state === 'pending' ? 'to be ' : ''}told to ${receivers}`}`,
    ...routes.map(({ route, receiver }) => `    route ${route} to ${receiver}`),
    ...told
      .slice(-TOLD_SHOWN)
      .map(
        ({ timeMs, channel, reason, outcome }) =>
          `    ${new Date(timeMs).toISOString()} ${channel}: ${reason}, ${outcome}`,
      ),
  ];
}

function hostText(labels: AlertDecision['labels']): string {
  return labels['host'] === undefined ? '' : ` ${labels['host']}`;
}

function describePart({ depth, expr, values, count, error }: ExplainedPart): readonly string[] {
  const indent = '  '.repeat(depth + 1);
  if (error !== null) return [`${indent}${expr}`, `${indent}  error: ${error}`];
  const shown = values.map(({ labels, value }) => {
    const names = Object.entries(labels).filter(([name]) => name !== '__name__');
    const shownValue = value === null ? 'NaN' : String(Number(value.toPrecision(6)));
    const shownLabels = names.map(([name, text]) => `${name}=${text}`).join(' ');
    return `${indent}  = ${shownValue}  ${shownLabels}`.trimEnd();
  });
  if (count > values.length) shown.push(`${indent}  … ${count} in all`);
  return [`${indent}${expr}`, ...(count === 0 ? [`${indent}  = nothing`] : shown)];
}
