import type { Command } from 'commander';
import { registerAdd, registerExpire, registerList } from './silence-commands.ts';

/** `clustermon silence …` */
export function register(program: Command): void {
  const silence = program
    .command('silence')
    .description('hold back notifications of alerts by their labels');
  registerAdd(silence, { isMaintenance: false });
  registerList(silence, { isMaintenance: false });
  registerExpire(silence, 'expire');
}
