/** Everything that the appliance knows of: nodes of the inventory and monitored hosts, as one list. */
import type { HostList, HostSummary } from '../wire/http.ts';
import type { PxeNode } from '../wire/pxe.ts';
import type { Client } from './client.ts';
import { CommandError, EXIT } from './exit.ts';
import { type Selectable, selectNodes } from './node-set.ts';
import { note } from './output.ts';

export interface Machine extends Selectable {
  readonly address: string | undefined;
  readonly node: PxeNode | undefined;
  readonly host: HostSummary | undefined;
}

/** All machines, by name. A host that a node has become is one machine with it. */
export async function fetchMachines(client: Client): Promise<Machine[]> {
  const [{ hosts }, nodes] = await Promise.all([
    client.get<HostList>('/api/hosts'),
    fetchNodes(client),
  ]);
  return joinMachines(nodes ?? [], hosts);
}

/** The nodes of a set, for commands that change them. @throws CommandError when provisioning does not run */
export async function fetchSelectedNodes(
  client: Client,
  sets: readonly string[],
): Promise<PxeNode[]> {
  const { nodes } = await client.get<{ nodes: PxeNode[] }>('/api/pxe/nodes');
  return selectNodes(sets, joinMachines(nodes, [])).flatMap((machine) => machine.node ?? []);
}

export function joinMachines(nodes: readonly PxeNode[], hosts: readonly HostSummary[]): Machine[] {
  const left = new Set(hosts);
  const fromNodes = nodes.map((node) => {
    const host = hosts.find(
      (one) => left.has(one) && (node.agentId ? one.id === node.agentId : one.name === node.name),
    );
    if (host) left.delete(host);
    return {
      name: node.name,
      state: node.state,
      rack: node.rack ?? host?.labels['rack'],
      classes: node.classes,
      aliases: node.macs,
      address: host?.address ?? node.address,
      node,
      host,
    };
  });
  const fromHosts = [...left].map((host) => ({
    name: host.name,
    state: host.state,
    rack: host.labels['rack'],
    classes: host.labels['class']?.split(',') ?? [],
    address: host.address,
    node: undefined,
    host,
  }));
  return [...fromNodes, ...fromHosts].sort((a, b) =>
    a.name.localeCompare(b.name, 'en', { numeric: true }),
  );
}

/** Undefined, with a word about it, when this appliance does no provisioning. */
async function fetchNodes(client: Client): Promise<PxeNode[] | undefined> {
  try {
    return (await client.get<{ nodes: PxeNode[] }>('/api/pxe/nodes')).nodes;
  } catch (error) {
    if (!(error instanceof CommandError) || error.exitCode !== EXIT.failed) throw error;
    note(`Monitored hosts only: ${error.message}.`);
    return undefined;
  }
}
