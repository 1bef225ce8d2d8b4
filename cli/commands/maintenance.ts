import type { Command } from 'commander';
import { registerAdd, registerExpire, registerList } from './silence-commands.ts';

/** `clustermon maintenance …`: planned outages, which are silences that are listed apart. */
export function register(program: Command): void {
  const maintenance = program
    .command('maintenance')
    .description('planned outages: nobody is paged about what is being worked on');
  registerAdd(maintenance, { isMaintenance: true });
  registerList(maintenance, { isMaintenance: true });
  registerExpire(maintenance, 'end');
}
