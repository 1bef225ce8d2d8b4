import type { Command } from 'commander';
import { register as registerConfig } from './boot-dhcp-config.ts';
import { register as registerExplain } from './boot-explain.ts';
import { register as registerReplay } from './boot-replay.ts';

export function register(program: Command): void {
  const boot = program
    .command('boot')
    .description('network boot: what a machine is given, why it does not boot')
    .addHelpText(
      'after',
      `
Examples:
  clustermon boot explain 52:54:00:aa:00:01     what it would be given, what went wrong
  clustermon boot log n001 --wait               each packet of its boot as it happens
  clustermon boot dhcp-config --for dnsmasq     lines for a DHCP server that is not ours
  clustermon boot replay boot.jsonl --mode proxy`,
    );
  registerExplain(boot);
  registerConfig(boot);
  registerReplay(boot);
}
