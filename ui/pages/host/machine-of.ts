import type { HostSummary } from '../../../wire/http.ts';
import type { PxeNode } from '../../../wire/pxe.ts';
import { machines, useMachines } from '../../data/machines.ts';

/** The machine of the inventory that this host runs on; none when this appliance did not install it. */
export function useMachineOf(host: HostSummary): PxeNode | undefined {
  useMachines();
  if (machines.value.kind !== 'loaded') return undefined;
  return machines.value.value.find((one) => one.agentId === host.id || one.name === host.name);
}
