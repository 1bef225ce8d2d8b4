import { type Command, Option } from 'commander';
import { type Client, clientOf } from '../client.ts';
import { CommandError, EXIT } from '../exit.ts';
import { note, print, printJson } from '../output.ts';
import { register as registerExplain } from './query-explain.ts';
import { formatCsv, formatGraph, formatText } from './query-format.ts';
import { type QueryTime, requestQuery } from './query-request.ts';
import { register as registerTest } from './query-test.ts';

interface QueryOptions extends QueryTime {
  readonly json?: boolean;
  readonly csv?: boolean;
  readonly graph?: boolean;
}

export function register(program: Command): void {
  const query = program
    .command('query')
    .description('ask with PromQL over live values and archives')
    .argument('<expr>', "such as 'avg by (rack) (cpu_user)'")
    .option(
      '--at <time>',
      'at this time instead of now: seconds since the epoch or 2026-11-21T10:00:00Z',
    )
    .option('--range <duration>', 'over this long until --at, such as 1h')
    .option('--step <duration>', 'with --range: one value each, such as 10s')
    .addOption(new Option('--json', 'the answer of the appliance').conflicts(['csv', 'graph']))
    .addOption(new Option('--csv', 'one line per value: time, series, value').conflicts('graph'))
    .option('--graph', 'with --range: curves in the terminal')
    .addHelpText(
      'after',
      `
Examples:
  clustermon query 'topk(5, load_one)'
  clustermon query 'sum by (rack) (bytes_in)' --range 1h --step 10s --graph
  clustermon query explain 'avg_over_time(cpu_user[30d])'
  clustermon query test scripts/*.test`,
    )
    .action((expr: string, options: QueryOptions, command: Command) =>
      ask(clientOf(command), expr, options),
    );
  registerTest(query);
  registerExplain(query);
}

async function ask(client: Client, expr: string, options: QueryOptions): Promise<void> {
  if (options.step !== undefined && options.range === undefined)
    throw new CommandError(EXIT.usage, '--step needs --range');
  if (options.graph && options.range === undefined)
    throw new CommandError(EXIT.usage, '--graph needs --range, such as --range 1h');
  const response = await requestQuery(client, expr, options);
  for (const text of [...(response.warnings ?? []), ...(response.infos ?? [])]) note(text);
  if (options.json) printJson(response);
  else if (options.csv) print(formatCsv(response.data));
  else if (options.graph) print(formatGraph(response.data, process.stdout.columns ?? 80));
  else print(formatText(response.data));
}
