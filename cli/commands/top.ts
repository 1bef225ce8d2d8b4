import { type Command, Option } from 'commander';
import { type Client, clientOf } from '../client.ts';
import { CommandError, EXIT } from '../exit.ts';
import { print, printJson, printStyled } from '../output.ts';
import { type ClusterView, ORDERS, type Order, sorted } from '../top/cluster-view.ts';
import { COLUMNS } from '../top/columns.ts';
import { runInteractive } from '../top/interactive.ts';
import { followCluster } from '../top/live-feed.ts';
import { summaryLine, tableLines } from '../top/table.ts';

interface TopOptions {
  readonly once?: boolean;
  readonly csv?: boolean;
  readonly json?: boolean;
  readonly sort: string;
}

export function register(program: Command): void {
  program
    .command('top')
    .description('all hosts live in the terminal, once a second')
    .option('--once', 'print the newest second and end')
    .option('--csv', 'print each second as lines: time, host, state and values')
    .option('--json', 'print each second as one line of JSON (with --once one document)')
    .addOption(new Option('--sort <column>', 'sort by').choices(ORDERS).default('load'))
    .addHelpText(
      'after',
      `
Keys: q quit · p pause · n s ${COLUMNS.map(({ key }) => key).join(' ')} sort by name, state, ${COLUMNS.map(({ id }) => id).join(', ')} · r reverse · / filter · arrows scroll

Examples:
  clustermon top --once --sort cpu
  clustermon top --csv > load.csv`,
    )
    .action(async (options: TopOptions, command: Command) => {
      const client = clientOf(command);
      const order: Order = { by: options.sort, isReversed: false };
      if (options.once || options.csv || options.json) await printSeconds(client, options, order);
      else if (canBeDrawnOn(process)) await runInteractive(client, order);
      else {
        throw new CommandError(
          EXIT.usage,
          'top needs a terminal that can be drawn on; add --once, --csv or --json',
        );
      }
    });
}

async function printSeconds(client: Client, options: TopOptions, order: Order): Promise<void> {
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort());
  // A reader that has seen enough, such as head(1), is no error.
  process.stdout.on('error', () => stop.abort());
  if (options.csv) print(`time,host,state,${COLUMNS.map(({ id }) => id).join(',')}\n`);
  await followCluster(client, stop.signal, (view) => {
    if (stop.signal.aborted) return;
    printSecond(view, options, order);
    if (options.once) stop.abort();
  });
}

function printSecond(view: ClusterView, { once, csv, json }: TopOptions, order: Order): void {
  const rows = sorted(view.rows(), order);
  if (csv) {
    const time = new Date(view.timeMs).toISOString();
    for (const { name, state, values } of rows) {
      print(`${[time, csvText(name), state, ...values.map(csvNumber)].join(',')}\n`);
    }
    return;
  }
  if (json) {
    const document = { timeMs: view.timeMs, hosts: rows.map(jsonRow) };
    if (once) printJson(document);
    else print(`${JSON.stringify(document)}\n`);
    return;
  }
  // A terminal that does not know its width says 0.
  const columns = process.stdout.columns || 120;
  const lines = tableLines(rows, { columns, order, isStyled: process.stdout.isTTY });
  printStyled(`${[summaryLine(view), ...lines].join('\n')}\n`);
}

export function canBeDrawnOn({
  stdin,
  stdout,
  env,
}: {
  readonly stdin: { readonly isTTY: boolean };
  readonly stdout: { readonly isTTY: boolean };
  readonly env: NodeJS.ProcessEnv;
}): boolean {
  return stdin.isTTY && stdout.isTTY && env['TERM'] !== 'dumb';
}

function jsonRow({ name, state, values }: ReturnType<ClusterView['rows']>[number]): object {
  const named = COLUMNS.map(({ id }, index) => [id, rounded(values[index])]);
  return { host: name, state, ...Object.fromEntries(named) };
}

/** Derived percentages have digits that mean nothing. */
function rounded(value = Number.NaN): number | null {
  return Number.isNaN(value) ? null : Math.round(value * 100) / 100;
}

function csvNumber(value: number): string {
  return String(rounded(value) ?? '');
}

function csvText(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
