import { agentIdToHex } from '../../wire/packet.ts';
import type { HostTable, LiveHost } from '../hosts/host-table.ts';
import { pseudoAgentId } from './pseudo-agent.ts';

/** The names of machines on which an agent runs, or ran: of all hosts but those of the inlets. */
export class AgentNames {
  readonly #hosts: Pick<HostTable, 'list'>;
  #names: ReadonlySet<string> | undefined;
  readonly close: () => void;

  constructor(hosts: Pick<HostTable, 'list' | 'subscribe'>) {
    this.#hosts = hosts;
    this.close = hosts.subscribe(({ kind }) => {
      if (kind.startsWith('host-')) this.#names = undefined;
    });
  }

  has(name: string): boolean {
    this.#names ??= new Set(
      this.#hosts
        .list()
        .filter((host) => !isInlet(host))
        .map(ownName),
    );
    return this.#names.has(name);
  }

  /** Hosts of Ganglia's, also of before the last start, whose name is an agent's now. */
  taken(): readonly string[] {
    return this.#hosts
      .list()
      .filter(({ facts }) => facts['ganglia_address'] !== undefined)
      .filter((host) => this.has(ownName(host)) && isInlet(host))
      .map(ownName);
  }
}

function isInlet(host: LiveHost): boolean {
  return agentIdToHex(pseudoAgentId(ownName(host))) === host.id;
}

/** Without the digits of its id that a host is shown with when another has its name. */
function ownName({ name, id }: LiveHost): string {
  const [, own, digits = ''] = /^(.+)-([0-9a-f]{4,})$/.exec(name) ?? [];
  return own !== undefined && id.startsWith(digits) ? own : name;
}
