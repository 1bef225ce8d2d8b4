import type { Command } from 'commander';
import { stringify } from 'yaml';
import { reasonOf } from '../../base/errors.ts';
import { prepare } from '../../collector/query/engine.ts';
import type { BacktestReport } from '../../wire/http.ts';
import { clientOf } from '../client.ts';
import { CommandError, EXIT } from '../exit.ts';
import { noteDoubts } from '../expression-notes.ts';
import { formatTable, print, printJson } from '../output.ts';
import { parseSeconds } from './duration-option.ts';

interface TryOptions {
  readonly for: number;
  readonly json?: boolean;
}

/** Looked back at least this far. */
const SECONDS_MIN = 300;

export function register(alert: Command): void {
  alert
    .command('try')
    .description('what a rule would fire right now, without adding it')
    .argument('<expression>', "PromQL condition, such as 'load_one > 8'")
    .option('--for <duration>', 'how long the condition must hold', parseSeconds, 0)
    .option('--json', 'one JSON document')
    .addHelpText('after', "\nExample:\n  clustermon alert try 'load_one / cpu_num > 1.5' --for 5m")
    .action(async (expr: string, options: TryOptions, command: Command) => {
      const toMs = Date.now();
      const rule = { alert: 'try', expr, for: `${options.for * 1000}ms` };
      checkExpression(expr);
      const client = clientOf(command);
      const report = await client.send<BacktestReport>('POST', '/api/alerts/backtest', {
        rules: stringify({ groups: [{ name: 'try', rules: [rule] }] }),
        fromMs: toMs - Math.max(SECONDS_MIN, options.for * 2) * 1000,
        toMs,
      });
      const [tried] = report.rules;
      if (!tried || tried.error !== null)
        throw new CommandError(EXIT.failed, tried?.error ?? 'no rule');
      await noteDoubts(client, expr);
      const active = tried.alerts.filter(({ lastState }) => lastState !== 'inactive');
      if (options.json) printJson(active);
      else if (active.length === 0) print('would not fire now\n');
      else {
        const rows = active.map(({ labels, lastState, lastValue }) => [
          lastState,
          labels['host'],
          lastValue === null ? undefined : Number(lastValue.toPrecision(4)),
          Object.entries(labels)
            .filter(([name]) => name !== 'alertname' && name !== 'host')
            .map(([name, value]) => `${name}=${value}`)
            .join(' '),
        ]);
        print(formatTable(['STATE', 'HOST', 'VALUE', 'LABELS'], rows));
      }
    });
}

/** The appliance would tell of a place in a rule file that nobody has written. @throws CommandError */
function checkExpression(expr: string): void {
  try {
    prepare(expr);
  } catch (error) {
    throw new CommandError(EXIT.failed, reasonOf(error));
  }
}
