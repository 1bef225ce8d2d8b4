/** Learns from the collector on this machine that a node's own metrics arrive, or stop. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Cancel, Clock } from '../../base/clock.ts';
import { reasonOf } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import type { HostList, HostSummary, ServerFile } from '../../wire/http.ts';
import type { PxeNode } from '../../wire/pxe.ts';
import type { Registry } from './registry.ts';

const EVERY_MS = 2000;

/**
 * Compares the collector's hosts with the nodes every two seconds, while there are nodes that have been installed.
 * @param data the data folder, in which a running collector says where it listens
 * @returns ends it
 */
export function watchHosts({
  registry,
  data,
  clock,
  log,
}: {
  registry: Registry;
  data: string;
  clock: Clock;
  log: Log;
}): Cancel {
  let cancel: Cancel = () => {};
  let complained = '';
  const look = async () => {
    try {
      if (registry.list().some((node) => isWatched(node))) {
        applyHosts(registry, (await fetchHosts(data)).hosts);
      }
      complained = '';
    } catch (error) {
      const reason = reasonOf(error);
      if (reason !== complained) log.warn('hosts-unknown', { reason });
      complained = reason;
    }
    cancel = clock.after(EVERY_MS, () => void look());
  };
  void look();
  return () => cancel();
}

/** Moves each node that has become a host to the state of that host. */
export function applyHosts(registry: Registry, hosts: readonly HostSummary[]): void {
  const byId = new Map(hosts.map((host) => [host.id, host]));
  const byName = new Map(hosts.map((host) => [host.name.toLowerCase(), host]));
  for (const node of registry.list().filter(isWatched)) {
    // A node that the installer has tied to an agent is no other host of the same name.
    const host = node.agentId ? byId.get(node.agentId) : byName.get(node.name.toLowerCase());
    // Metrics from before the installation do not count as its end.
    if (!host || (node.state === 'installed' && host.lastSeenMs < node.changedMs)) continue;
    const tied = registry.tieToHost(node, host.id);
    if (host.state === 'up') {
      registry.reported(registry.reported(tied, 'metrics-arrived'), 'host-up');
    } else {
      registry.reported(tied, host.state === 'down' ? 'host-down' : 'host-stopped');
    }
  }
}

function isWatched({ state }: PxeNode): boolean {
  return ['installed', 'joined', 'up', 'down', 'stopped'].includes(state);
}

async function fetchHosts(data: string): Promise<HostList> {
  const { url, token } = JSON.parse(readFileSync(join(data, 'server.json'), 'utf8')) as ServerFile;
  const response = await fetch(`${url}/api/hosts`, {
    headers: { authorization: `Bearer ${token}` },
    signal: AbortSignal.timeout(5000),
  });
  if (!response.ok) throw new Error(`${url}/api/hosts answered ${response.status}`);
  return (await response.json()) as HostList;
}
