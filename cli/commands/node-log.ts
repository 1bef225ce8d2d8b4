import type { Command } from 'commander';
import { clientOf } from '../client.ts';
import { fetchSelectedNodes } from '../machines.ts';
import { print, printJson } from '../output.ts';

export function register(node: Command): void {
  node
    .command('log <nodes...>')
    .description('what installers said on machines, oldest line first')
    .option('--lines <number>', 'newest lines of each node', '200')
    .option('--json', 'print JSON')
    .action(
      async (sets: string[], options: { lines: string; json?: boolean }, command: Command) => {
        const client = clientOf(command);
        const nodes = await fetchSelectedNodes(client, sets);
        const logs = await Promise.all(
          nodes.map(async ({ name }) => {
            const path = `/api/pxe/nodes/${encodeURIComponent(name)}/log`;
            const { lines } = await client.get<{ lines: readonly string[] }>(path, {
              lines: options.lines,
            });
            return { node: name, lines };
          }),
        );
        if (options.json) return printJson(logs);
        const isOne = logs.length === 1;
        for (const { node, lines } of logs) {
          print(lines.map((line) => `${isOne ? '' : `${node}: `}${line}\n`).join(''));
        }
      },
    );
}
