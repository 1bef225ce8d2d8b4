import { type Command, InvalidArgumentError } from 'commander';
import type { NodeEvent, PxeNode } from '../../wire/pxe.ts';
import { type Client, clientOf } from '../client.ts';
import { fetchSelectedNodes } from '../machines.ts';
import { print, printJson } from '../output.ts';

interface EventsOptions {
  readonly wait?: boolean;
  readonly json?: boolean | string;
  readonly limit: number;
}

const EVERY_MS = 500;

export function register(node: Command): void {
  withEventOptions(
    node
      .command('events <nodes...>')
      .description('the timeline of machines: boot, installation, states'),
  ).action(async (sets: string[], options: EventsOptions, command: Command) => {
    const client = clientOf(command);
    await printEvents(client, await fetchSelectedNodes(client, sets), options);
  });
}

export function withEventOptions(command: Command): Command {
  return command
    .option('--wait', 'go on with what happens from now on, until interrupted')
    .option('--limit <number>', 'newest events of each node', readLimit, 200)
    .option('--json [lines]', 'print JSON; with `lines` one event a line');
}

/** Reads `--limit N`. */
export function readLimit(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text))
    throw new InvalidArgumentError('wanted is a whole number from 1.');
  return Number(text);
}

/** Prints the timelines of nodes, oldest event first. */
export async function printEvents(
  client: Client,
  nodes: readonly PxeNode[],
  options: EventsOptions,
): Promise<void> {
  const seen = new Map<number, number>();
  const fetchNew = async () => {
    const found = await Promise.all(
      nodes.map(async (node) => {
        const path = `/api/pxe/nodes/${encodeURIComponent(node.macs[0] ?? node.name)}/events`;
        const query = { after: seen.get(node.id) ?? 0, limit: options.limit };
        const { events } = await client.get<{ events: NodeEvent[] }>(path, query);
        const last = events.at(-1);
        if (last) seen.set(node.id, last.id);
        return events.map((event) => ({ ...event, node: node.name }));
      }),
    );
    return found.flat().sort((a, b) => a.id - b.id);
  };
  const first = await fetchNew();
  if (options.json === true && !options.wait) {
    printJson(first);
    return;
  }
  const isJson = options.json !== undefined;
  const write = (events: typeof first) =>
    print(events.map((event) => lineOf(event, isJson)).join(''));
  write(first);
  while (options.wait) {
    await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
    write(await fetchNew());
  }
}

function lineOf(event: NodeEvent & { readonly node: string }, isJson: boolean): string {
  if (isJson) return `${JSON.stringify(event)}\n`;
  const time = new Date(event.atMs).toISOString().replace('T', ' ').slice(0, 23);
  return `${time}  ${event.node}  ${event.kind.padEnd(14)}  ${event.text}\n`;
}
