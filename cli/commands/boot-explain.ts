import type { Command } from 'commander';
import type { BootExplanation } from '../../wire/pxe.ts';
import { clientOf } from '../client.ts';
import { fetchSelectedNodes } from '../machines.ts';
import { print, printJson } from '../output.ts';
import { printEvents, withEventOptions } from './node-events.ts';

export function register(boot: Command): void {
  boot
    .command('explain <node>')
    .description(
      'what a machine, by MAC address or name, would be given at each stage, and why its last boot stopped',
    )
    .option('--json', 'print JSON')
    .action(async (node: string, { json }: { json?: boolean }, command: Command) => {
      const path = `/api/pxe/explain/${encodeURIComponent(node)}`;
      const explanation = await clientOf(command).get<BootExplanation>(path);
      if (json) printJson(explanation);
      else print(describe(explanation));
    });

  withEventOptions(
    boot.command('log <nodes...>').description('the timeline of machines, packet by packet'),
  ).action(async (sets: string[], options, command: Command) => {
    const client = clientOf(command);
    await printEvents(client, await fetchSelectedNodes(client, sets), options);
  });
}

function describe({ mac, node, stages, expectedNext, diagnoses, events }: BootExplanation): string {
  const title = node ? `${node.name} (${mac}) is ${node.state}` : `${mac} is not known`;
  const width = Math.max(...stages.map(({ stage }) => stage.length));
  const firstMs = events[0]?.atMs ?? 0;
  return [
    title,
    '',
    'It would be given:',
    ...stages.map(
      ({ stage, answer, why }) =>
        `  ${stage.padEnd(width)}  ${answer}\n  ${' '.repeat(width)}  because ${why}`,
    ),
    '',
    events.length > 0 ? 'Its last boot:' : 'It was never heard.',
    ...events.map(
      ({ atMs, kind, text }) =>
        `  ${((atMs - firstMs) / 1000).toFixed(2).padStart(8)} s  ${kind.padEnd(14)}  ${text}`,
    ),
    '',
    `Expected next: ${expectedNext}`,
    ...diagnoses.flatMap(({ code, text, advice }) => ['', `${code}: ${text}`, `  ${advice}`]),
    '',
  ].join('\n');
}
