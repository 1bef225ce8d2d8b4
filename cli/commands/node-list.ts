import type { Command } from 'commander';
import { clientOf } from '../client.ts';
import { fetchMachines, type Machine } from '../machines.ts';
import { selectNodes } from '../node-set.ts';
import { formatTable, print, printJson } from '../output.ts';

export function register(node: Command): void {
  node
    .command('list [nodes...]')
    .description('every machine with its state; with node sets only those')
    .option('--json', 'print JSON')
    .action(async (sets: string[], { json }: { json?: boolean }, command: Command) => {
      const machines = await fetchMachines(clientOf(command));
      const chosen = sets.length === 0 ? machines : selectNodes(sets, machines);
      if (json) printJson(chosen.map(({ aliases: _aliases, ...machine }) => machine));
      else
        print(
          formatTable(
            ['NAME', 'STATE', 'PROGRESS', 'ADDRESS', 'RACK', 'CLASSES', 'MAC', 'LAST CONTACT'],
            chosen.map(row),
          ),
        );
    });
}

function row({ name, state, address, rack, classes, node, host }: Machine): (string | undefined)[] {
  const lastMs = Math.max(node?.lastContact?.atMs ?? 0, host?.lastSeenMs ?? 0);
  const progress = node?.progress;
  return [
    name,
    state,
    progress &&
      `${progress.index}/${progress.count} ${progress.task} ${Math.round(progress.percent)} %`,
    address,
    rack,
    classes.length > 0 ? classes.join(',') : undefined,
    node?.macs[0],
    lastMs > 0 ? ago(Date.now() - lastMs) : undefined,
  ];
}

/** `4 s ago`, `3 min ago`, `2 h ago`, `5 d ago`. */
export function ago(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 120) return `${seconds} s ago`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min ago`;
  if (seconds < 172_800) return `${Math.round(seconds / 3600)} h ago`;
  return `${Math.round(seconds / 86_400)} d ago`;
}
