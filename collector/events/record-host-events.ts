import type { EventInfo, HostState } from '../../wire/http.ts';
import type { HostChange, HostTable } from '../hosts/host-table.ts';

const TEXT_OF_STATE: Readonly<Record<HostState, string>> = {
  up: 'is up',
  down: 'is down: nothing heard from it',
  stopped: 'was stopped as planned',
};

/**
 * Turns what happens to hosts into events: what the hosts themselves report, and that they come and go.
 * @returns ends it
 */
export function recordHostEvents(
  hosts: Pick<HostTable, 'subscribe'>,
  add: (event: EventInfo) => void,
): () => void {
  return hosts.subscribe((change) => {
    const event = eventOf(change);
    if (event) add(event);
  });
}

function eventOf(change: HostChange): EventInfo | undefined {
  switch (change.kind) {
    case 'event':
      return change.event;
    case 'state':
      return hostEvent(change.host.name, change.host.state, TEXT_OF_STATE[change.host.state]);
    case 'host-added':
      return hostEvent(change.host.name, 'joined', 'was seen for the first time');
    case 'host-removed':
      return hostEvent(change.host.name, 'retired', 'was retired');
    case 'host-changed':
    case 'series-changed':
    case 'second':
      return undefined;
  }
}

function hostEvent(host: string, kind: string, text: string): EventInfo {
  return { timeMs: Date.now(), host, kind, text: `${host} ${text}`, labels: {} };
}
