import { existsSync } from 'node:fs';
import { get } from 'node:http';
import { text } from 'node:stream/consumers';
import type { Cancel, Clock } from '../base/clock.ts';
import { reasonOf } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { NodeState, PxeNode } from '../wire/pxe.ts';

const EVERY_MS = 2000;
const TIMEOUT_MS = 5000;

/** Between approval and its own first metrics a machine is expected to be silent. */
const HELD_STATES: ReadonlySet<NodeState> = new Set([
  'approved',
  'booting',
  'installing',
  'installed',
  'joined',
]);

export interface PxeNodesPorts {
  /** Unix socket of the pxe daemon; nothing is asked while it is not there. */
  readonly socket: string;
  readonly clock: Clock;
  readonly log: Log;
}

/** What provisioning says about the nodes, as of the last seconds: alerts of hosts that are being installed are held. */
export class PxeNodes {
  readonly #ports: PxeNodesPorts;
  #stateByHost: ReadonlyMap<string, NodeState> = new Map();
  #complained = '';
  #cancel: Cancel = () => {};
  #isClosed = false;

  constructor(ports: PxeNodesPorts) {
    this.#ports = ports;
    void this.#look();
  }

  /** Why alerts of this host are held; undefined = they are not. */
  holdReason(host: string): string | undefined {
    const state = this.#stateByHost.get(host.toLowerCase());
    return state !== undefined && HELD_STATES.has(state) ? `provisioning: ${state}` : undefined;
  }

  close(): void {
    this.#isClosed = true;
    this.#cancel();
  }

  async #look(): Promise<void> {
    const { socket, clock, log } = this.#ports;
    try {
      const nodes = existsSync(socket) ? await fetchNodes(socket) : [];
      this.#stateByHost = new Map(nodes.map(({ name, state }) => [name.toLowerCase(), state]));
      this.#complained = '';
    } catch (error) {
      // The states that were known last go on: a restart of pxe must not set alerts free.
      const reason = reasonOf(error);
      if (reason !== this.#complained) log.warn('nodes-unknown', { reason });
      this.#complained = reason;
    }
    if (!this.#isClosed) this.#cancel = clock.after(EVERY_MS, () => void this.#look());
  }
}

function fetchNodes(socketPath: string): Promise<readonly PxeNode[]> {
  return new Promise((resolve, reject) => {
    const request = get({ socketPath, path: '/api/pxe/nodes', timeout: TIMEOUT_MS }, (response) => {
      text(response)
        .then((body) => {
          if (response.statusCode !== 200) throw new Error(`pxe answered ${response.statusCode}`);
          return (JSON.parse(body) as { readonly nodes: readonly PxeNode[] }).nodes;
        })
        .then(resolve, reject);
    });
    request.on('timeout', () => request.destroy(new Error('pxe does not answer')));
    request.on('error', reject);
  });
}
