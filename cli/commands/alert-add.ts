import { type Command, Option } from 'commander';
import { type NewRule, type RuleInfo, SEVERITIES } from '../../wire/http.ts';
import { clientOf } from '../client.ts';
import { noteDoubts } from '../expression-notes.ts';
import { print, printJson } from '../output.ts';
import { formatSeconds, parseSeconds } from './duration-option.ts';

interface AddOptions {
  readonly for: number;
  readonly severity: NonNullable<NewRule['severity']>;
  readonly name?: string;
  readonly summary?: string;
  readonly resolve?: string;
  readonly onMissing: NonNullable<NewRule['onMissing']>;
  readonly json?: boolean;
}

export function register(alert: Command): void {
  alert
    .command('add')
    .description('add a rule that is evaluated each second')
    .argument('<expression>', "PromQL condition, such as 'load_one > 8'")
    .option('--for <duration>', 'how long the condition must hold', parseSeconds, 0)
    .addOption(
      new Option('--severity <severity>', 'how bad it is').choices(SEVERITIES).default('warning'),
    )
    .option('--name <name>', "the alert's name (default: made of the expression)")
    .option(
      '--summary <text>',
      "what people read, such as '{{ $labels.host }} is busy: {{ $value }}'",
    )
    .option('--resolve <expression>', 'once it fires it clears only when this holds')
    .addOption(
      new Option('--on-missing <what>', 'when the data vanishes')
        .choices(['keep', 'resolve', 'fire'])
        .default('keep'),
    )
    .option('--json', 'one JSON document')
    .addHelpText(
      'after',
      "\nExamples:\n  clustermon alert add 'load_one > 8' --for 1m --severity warning\n" +
        "  clustermon alert add 'fs_full > 90' --resolve 'fs_full < 85' --name DiskFull",
    )
    .action(async (expr: string, options: AddOptions, command: Command) => {
      const rule: NewRule = {
        expr,
        forSeconds: options.for,
        severity: options.severity,
        onMissing: options.onMissing,
        ...(options.name && { name: options.name }),
        ...(options.summary && { summary: options.summary }),
        ...(options.resolve && { resolve: options.resolve }),
      };
      const client = clientOf(command);
      const added = await client.send<RuleInfo>('POST', '/api/rules', rule);
      await noteDoubts(client, expr);
      if (options.json) printJson(added);
      else {
        const wait = added.forSeconds > 0 ? ` for ${formatSeconds(added.forSeconds)}` : '';
        print(`added ${added.name}: ${added.severity} when ${added.expr}${wait}\n`);
      }
    });
}
