/** Life of a node: which action leads from which state to which, and what each state boots. Pure. */
import { InputError } from '../../base/errors.ts';
import type { NodeState, PxeNode } from '../../wire/pxe.ts';

const LABEL = '[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?';
const HOST_NAME = new RegExp(`^${LABEL}(\\.${LABEL})*$`, 'i');

/** Letters, digits and hyphens, in labels of at most 63 with dots between (RFC 1123 §2.1). */
export function isHostName(text: string): boolean {
  return text.length <= 253 && HOST_NAME.test(text);
}

/** What happens to a node: the first four are decided by people, the rest is reported by the machine or the collector. */
export const NODE_ACTIONS = [
  'approve',
  'install',
  'cancel',
  'retire',
  'script-given',
  'task-begun',
  'install-finished',
  'install-failed',
  'metrics-arrived',
  'host-up',
  'host-down',
  'host-stopped',
] as const;
export type NodeAction = (typeof NODE_ACTIONS)[number];

/** States after the end of an installation. */
export const INSTALLED_STATES: readonly NodeState[] = [
  'installed',
  'joined',
  'up',
  'down',
  'stopped',
];

type Rule = { readonly from: readonly NodeState[]; readonly to: NodeState };

const RULES: Readonly<Record<Exclude<NodeAction, 'cancel'>, Rule>> = {
  approve: { from: ['discovered'], to: 'approved' },
  install: { from: ['discovered', 'failed', ...INSTALLED_STATES], to: 'approved' },
  retire: {
    from: ['discovered', 'approved', 'booting', 'installing', 'failed', ...INSTALLED_STATES],
    to: 'retired',
  },
  // A machine that loses power in mid-install asks for its script again, and starts over.
  'script-given': { from: ['approved', 'booting', 'installing'], to: 'booting' },
  'task-begun': { from: ['approved', 'booting', 'installing'], to: 'installing' },
  'install-finished': { from: ['booting', 'installing'], to: 'installed' },
  'install-failed': { from: ['approved', 'booting', 'installing'], to: 'failed' },
  'metrics-arrived': { from: ['installed'], to: 'joined' },
  'host-up': { from: ['joined', 'down', 'stopped'], to: 'up' },
  'host-down': { from: ['joined', 'up'], to: 'down' },
  'host-stopped': { from: ['joined', 'up', 'down'], to: 'stopped' },
};

const CANCELLABLE: readonly NodeState[] = ['approved', 'booting', 'installing', 'failed'];

/**
 * The state after `action`.
 * @throws InputError `node-state` when the action does not apply in the node's state; the text says what would
 */
export function nextState(
  node: Pick<PxeNode, 'name' | 'state' | 'installedMs'>,
  action: NodeAction,
): NodeState {
  if (action === 'cancel') {
    if (CANCELLABLE.includes(node.state)) return node.installedMs ? 'down' : 'discovered';
    throw refused(node, action, CANCELLABLE);
  }
  const rule = RULES[action];
  if (!rule.from.includes(node.state)) throw refused(node, action, rule.from);
  return rule.to;
}

/** True when `action` applies in `state`: for reports, which are welcome at any time but not always news. */
export function allows(state: NodeState, action: Exclude<NodeAction, 'cancel'>): boolean {
  return RULES[action].from.includes(state);
}

function refused(
  node: Pick<PxeNode, 'name' | 'state'>,
  action: NodeAction,
  from: readonly NodeState[],
): InputError {
  return new InputError(
    'node-state',
    `${node.name} is ${node.state}; ${action} applies to a node that is ${from.join(', ')}`,
    { field: 'state' },
  );
}

/**
 * What a machine gets when it boots from the network.
 * `install` writes to its disks; `discover` runs the installer in RAM, which reports the hardware and waits; `disk` starts what is installed.
 */
export type BootPurpose = 'install' | 'discover' | 'disk';

/**
 * Decides by state alone, so that a disk is only ever touched between approval and the end of one installation.
 * A failed node waits in RAM for a person: it never starts over by itself.
 * @param node undefined for a machine that the registry does not know
 */
export function bootPurpose(node: Pick<PxeNode, 'state'> | undefined): BootPurpose {
  switch (node?.state) {
    case undefined:
    case 'discovered':
    case 'failed':
      return 'discover';
    case 'approved':
    case 'booting':
    case 'installing':
      return 'install';
    case 'installed':
    case 'joined':
    case 'up':
    case 'down':
    case 'stopped':
    case 'retired':
      return 'disk';
  }
}
