/** The inventory of pxe: asked for every few seconds while a page shows it, rarely while provisioning does not run. */
import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { NodeState, PxeNode, PxeStatus } from '../../wire/pxe.ts';
import { ApiFailure, getJson, isUnreachable, messageOf, sendJson } from './api.ts';
import type { Loaded } from './load.ts';

export const machines = signal<Loaded<readonly PxeNode[]>>({ kind: 'loading' });
/** Provisioning is simply not in use: nothing to be alarmed about. */
export const pxeIsOff = signal(false);

/** States between approval and a machine's own first metrics. */
export const INSTALLING: readonly NodeState[] = [
  'approved',
  'booting',
  'installing',
  'installed',
  'joined',
];

export type MachineAction = 'approve' | 'install' | 'cancel' | 'retire';

const POLL_MS = 2_000;
const POLL_MS_WHEN_OFF = 30_000;

/** The inventory as text: what shows it, marks on charts too, is drawn again only when something in it changed. */
let known = '';
let users = 0;
let timer: number | undefined;

/** Keeps `machines` up to date while the component is on the page. */
export function useMachines(): void {
  useEffect(() => {
    users += 1;
    if (users === 1) void poll();
    return () => {
      users -= 1;
      if (users === 0) clearTimeout(timer);
    };
  }, []);
}

async function poll(): Promise<void> {
  if (!document.hidden) await refreshMachines();
  if (users > 0) timer = setTimeout(poll, pxeIsOff.peek() ? POLL_MS_WHEN_OFF : POLL_MS);
}

export async function refreshMachines(): Promise<void> {
  try {
    const { nodes } = await getJson<{ nodes: readonly PxeNode[] }>('/api/pxe/nodes');
    pxeIsOff.value = false;
    const text = JSON.stringify(nodes);
    if (machines.peek().kind !== 'loaded' || text !== known)
      machines.value = { kind: 'loaded', value: nodes };
    known = text;
  } catch (error) {
    if (isUnreachable(error) && machines.peek().kind === 'loaded') return;
    pxeIsOff.value = error instanceof ApiFailure && error.code === 'pxe-unreachable';
    machines.value = {
      kind: 'failed',
      message: messageOf(error),
    };
  }
}

export async function act(name: string, action: MachineAction): Promise<void> {
  await sendJson('POST', `/api/pxe/nodes/${encodeURIComponent(name)}/${action}`);
}

export async function loadPxeStatus(): Promise<PxeStatus> {
  return getJson<PxeStatus>('/api/pxe/status');
}
