import type { EventInfo, HostState } from '../../wire/http.ts';
import type { HostChange, HostTable } from '../hosts/host-table.ts';

const TEXT_OF_STATE: Readonly<Record<HostState, string>> = {
  up: 'is up',
  down: 'is down: nothing heard from it',
  stopped: 'was stopped as planned',
};

/**
 * Turns what happens to hosts into events: what the hosts themselves report, and that they come and go.
 * @param add     takes each event
 * @param sinceMs start of the collector: hosts that it knew before are told to every new listener, but are no news
 * @returns ends it
 */
export function recordHostEvents(
  hosts: Pick<HostTable, 'subscribe'>,
  add: (event: EventInfo) => void,
  sinceMs: number,
): () => void {
  /** Hosts of which only the id is known so far. */
  const unnamed = new Set<number>();
  return hosts.subscribe((change) => {
    if (change.kind === 'host-added' && change.host.firstSeenMs >= sinceMs) {
      unnamed.add(change.host.number);
    }
    if (isNamed(change) && unnamed.delete(change.host.number)) {
      add(hostEvent(change.host.name, 'joined', 'was seen for the first time'));
    }
    const event = eventOf(change);
    if (event) add(event);
  });
}

function isNamed(
  change: HostChange,
): change is HostChange & { readonly kind: 'host-added' | 'host-changed' } {
  if (change.kind !== 'host-added' && change.kind !== 'host-changed') return false;
  return change.host.name !== change.host.id;
}

function eventOf(change: HostChange): EventInfo | undefined {
  switch (change.kind) {
    case 'event':
      return change.event;
    case 'state':
      return hostEvent(change.host.name, change.host.state, TEXT_OF_STATE[change.host.state]);
    case 'host-removed':
      return hostEvent(change.host.name, 'retired', 'was retired');
    case 'host-added':
    case 'host-changed':
    case 'series-changed':
    case 'second':
      return undefined;
  }
}

function hostEvent(host: string, kind: string, text: string): EventInfo {
  return { timeMs: Date.now(), host, kind, text: `${host} ${text}`, labels: {} };
}
