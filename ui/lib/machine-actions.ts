/** What can be done to a machine in its state; pxe decides, this only keeps useless buttons off the page. */
import type { NodeState } from '../../wire/pxe.ts';

export type Action = 'approve' | 'install' | 'cancel' | 'retire';

const INSTALLED: readonly NodeState[] = ['installed', 'joined', 'up', 'down', 'stopped'];
const ON_ITS_WAY: readonly NodeState[] = ['approved', 'booting', 'installing'];

const ALLOWED: Readonly<Record<Action, readonly NodeState[]>> = {
  approve: ['discovered'],
  install: ['failed', ...INSTALLED],
  cancel: [...ON_ITS_WAY, 'failed'],
  retire: ['discovered', 'failed', ...ON_ITS_WAY, ...INSTALLED],
};

export function actionsFor(state: NodeState): Action[] {
  return (Object.keys(ALLOWED) as Action[]).filter((action) => ALLOWED[action].includes(state));
}

/** What an action destroys is confirmed by typing how many machines it concerns; the rest is done at once. */
export function needsConfirmation(action: Action): boolean {
  return action === 'install' || action === 'retire';
}
