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

/** States in which a machine works on its installation and is heard of every few minutes. */
const WORKING_STATES: ReadonlySet<NodeState> = new Set(['booting', 'installing', 'installed']);

export interface PxeNodesPorts {
  /** Unix socket of the pxe daemon; nothing is asked while it is not there. */
  readonly socket: string;
  readonly clock: Clock;
  readonly log: Log;
}

/** What provisioning says about the nodes, as of the last seconds: alerts of hosts that are being installed are held. */
export class PxeNodes {
  readonly #ports: PxeNodesPorts;
  #nodes: readonly PxeNode[] = [];
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

  /** Machines that are being installed, and when each was last heard of (ms since the epoch). */
  runningInstalls(): readonly { readonly node: string; readonly heardMs: number }[] {
    return this.#nodes
      .filter(({ state }) => WORKING_STATES.has(state))
      .map(({ name, changedMs, lastContact }) => ({
        node: name,
        heardMs: Math.max(changedMs, lastContact?.atMs ?? 0),
      }));
  }

  close(): void {
    this.#isClosed = true;
    this.#cancel();
  }

  async #look(): Promise<void> {
    const { socket, clock, log } = this.#ports;
    try {
      const nodes = existsSync(socket) ? await fetchNodes(socket) : [];
      this.#nodes = nodes;
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
