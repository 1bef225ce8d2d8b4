import type { Command } from 'commander';
import type { AlertExplanation, ExplainedPart } from '../../wire/http.ts';
import { clientOf } from '../client.ts';
import { print, printJson } from '../output.ts';
import { formatSeconds } from './duration-option.ts';

interface ExplainOptions {
  readonly host?: string;
  readonly at?: string;
  readonly json?: boolean;
}

export function register(alert: Command): void {
  alert
    .command('explain')
    .description(
      'why a rule did or did not fire: every part of its expression, the hour before, who was told',
    )
    .argument('<rule>', "the rule's name")
    .option('--host <name>', 'only this host')
    .option('--at <time>', 'when: 2026-11-21T03:10:00Z, -15m (default: now)')
    .option('--json', 'one JSON document')
    .addHelpText(
      'after',
      '\nExample:\n  clustermon alert explain MemoryLow --host n017 --at 2026-11-20T03:10:00Z',
    )
    .action(async (rule: string, options: ExplainOptions, command: Command) => {
      const explanation = await clientOf(command).get<AlertExplanation>('/api/alerts/explain', {
        rule,
        host: options.host,
        at: options.at,
      });
      if (options.json) printJson(explanation);
      else print(describe(explanation));
    });
}

function describe({ rule, atMs, parts, timeline, handling }: AlertExplanation): string {
  const lines = [`${rule} at ${new Date(atMs).toISOString()}`, ...parts.flatMap(describePart), ''];
  const fired = timeline.alerts.flatMap(({ labels, firings }) =>
    firings.map(({ fromMs, toMs }) => {
      const end = toMs === null ? 'still fires' : `for ${formatSeconds((toMs - fromMs) / 1000)}`;
      return `  ${new Date(fromMs).toISOString()} ${labels['host'] ?? ''} fired, ${end}`;
    }),
  );
  const wait = timeline.forSeconds > 0 ? ` (for ${formatSeconds(timeline.forSeconds)})` : '';
  lines.push(`the hour before${wait}:`, ...(fired.length > 0 ? fired : ['  did not fire']), '');
  lines.push('now:');
  if (handling.length === 0) lines.push('  no alert');
  for (const alert of handling) {
    const held = [
      ...alert.silencedBy.map((id) => `silenced by ${id}`),
      ...alert.inhibitedBy.map((id) => `inhibited by ${id}`),
      ...alert.mutedBy,
      ...(alert.acknowledged ? [`acknowledged by ${alert.acknowledged.byWhom}`] : []),
    ];
    const told = held.length > 0 ? held.join(', ') : `told to ${alert.receivers.join(', ')}`;
    lines.push(`  ${alert.labels['host'] ?? ''} ${alert.state}: ${told}`);
  }
  return `${lines.join('\n')}\n`;
}

function describePart({ depth, expr, values, count, error }: ExplainedPart): readonly string[] {
  const indent = '  '.repeat(depth + 1);
  if (error !== null) return [`${indent}${expr}`, `${indent}  error: ${error}`];
  const shown = values.map(({ labels, value }) => {
    const names = Object.entries(labels).filter(([name]) => name !== '__name__');
    return `${indent}  = ${value ?? 'NaN'}  ${names.map(([name, text]) => `${name}=${text}`).join(' ')}`;
  });
  if (count > values.length) shown.push(`${indent}  … ${count} in all`);
  return [`${indent}${expr}`, ...(count === 0 ? [`${indent}  = nothing`] : shown)];
}
