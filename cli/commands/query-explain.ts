import type { Command } from 'commander';
import { clientOf } from '../client.ts';
import { formatTable, print, printJson } from '../output.ts';
import { type QueryTime, requestQuery } from './query-request.ts';

interface ExplainOptions extends QueryTime {
  readonly json?: boolean;
}

export function register(query: Command): void {
  query
    .command('explain')
    .description('show what a query reads: archives, series, samples')
    .argument('<expr>', 'the query')
    .option('--at <time>', 'at this time instead of now')
    .option('--range <duration>', 'as a range query over this long')
    .option('--step <duration>', 'with --range: its step')
    .option('--json', 'one JSON document')
    .action((expr: string, _options: unknown, command: Command) => explain(expr, command));
}

async function explain(expr: string, command: Command): Promise<void> {
  const options = command.optsWithGlobals<ExplainOptions>();
  const { data } = await requestQuery(clientOf(command), expr, { ...options, stats: 'all' });
  const { samples, selectors } = data.stats ?? {
    samples: { samplesRead: 0, seriesRead: 0 },
    selectors: [],
  };
  if (options.json) {
    printJson(data.stats);
    return;
  }
  print(
    formatTable(
      ['SELECTOR', 'ARCHIVE', 'SERIES', 'SAMPLES AT MOST', 'FROM', 'TO'],
      selectors.map((one) => [
        one.selector,
        one.archive,
        one.series,
        one.samples,
        utc(one.from),
        utc(one.to),
      ]),
    ),
  );
  print(
    `read ${samples.seriesRead} series, ${samples.samplesRead} samples; ${data.result.length} results\n`,
  );
}

function utc(seconds: number): string {
  return `${new Date(seconds * 1000).toISOString().slice(0, 19)}Z`;
}
