import type { Command } from 'commander';
import { register as registerActions } from './node-actions.ts';
import { register as registerAdd } from './node-add.ts';
import { register as registerEvents } from './node-events.ts';
import { register as registerList } from './node-list.ts';
import { register as registerLog } from './node-log.ts';
import { register as registerShow } from './node-show.ts';

export function register(program: Command): void {
  const node = program
    .command('node')
    .description('machines: what is installed, monitored, waiting')
    .addHelpText(
      'after',
      `
Node sets: n001 · n[001-032,040] · @rack:r07 · @class:WEB · @state:failed · @all · several with commas or spaces

Examples:
  clustermon node list @state:discovered        machines that wait for approval
  clustermon node assign n[001-032] --class WEB --rack r07
  clustermon node approve n[001-032] --wait     installs them and shows how far they are
  clustermon node events n001 --wait            each step of its boot as it happens`,
    );
  registerList(node);
  registerShow(node);
  registerAdd(node);
  registerActions(node);
  registerEvents(node);
  registerLog(node);
}
