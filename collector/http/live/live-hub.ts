import { InputError } from '../../../base/errors.ts';
import type { EventInfo, LiveMessage, LiveRequest, Problem } from '../../../wire/http.ts';
import type { HostChange, HostTable, LiveHost } from '../../hosts/host-table.ts';
import { hostSummary } from '../host-json.ts';
import type { AlertService, ProblemSource } from '../ports.ts';
import { LivePlan } from './live-plan.ts';
import { parseLiveRequest } from './live-request.ts';

/** What the hub needs of a WebSocket. */
export interface LiveSocket {
  /** Bytes that the client has not taken yet. */
  readonly bufferedAmount: number;
  /** False when whoever opened it may no longer read. */
  isAllowed(): boolean;
  send(data: string | Uint8Array): void;
  ping(): void;
  terminate(): void;
}

export interface LiveHubPorts {
  readonly hosts: HostTable;
  readonly alerts: Pick<AlertService, 'alerts' | 'subscribe'>;
  readonly problems: ProblemSource;
}

/** A client that has this much waiting gets no frames until it has caught up: it misses seconds, nobody else does. */
const BUFFERED_BYTES_MAX = 1 << 20;
const HEARTBEAT_SECONDS = 15;
/** Values in one frame: 2 MB a second to one page. */
const VALUES_MAX = 250_000;

/** Pages that asked for the same values; they are read and encoded once for all of them. */
interface Group {
  readonly key: string;
  readonly request: Omit<LiveRequest, 'id'>;
  readonly members: Set<Connection>;
  plan: LivePlan;
}

/** One page. */
class Connection {
  readonly socket: LiveSocket;
  group: Group | undefined;
  id = 0;
  isAlive = true;

  constructor(socket: LiveSocket) {
    this.socket = socket;
  }

  get isSlow(): boolean {
    return this.socket.bufferedAmount > BUFFERED_BYTES_MAX;
  }

  tell(message: LiveMessage): void {
    this.socket.send(JSON.stringify(message));
  }
}

/** Sends live values to all pages, on the tick of the host table, and what changes about hosts, alerts and the appliance itself. */
export class LiveHub {
  readonly #ports: LiveHubPorts;
  readonly #connections = new Set<Connection>();
  readonly #groups = new Map<string, Group>();
  readonly #unsubscribe: readonly (() => void)[];
  /** Hosts that changed since the last tick. */
  readonly #changed = new Set<LiveHost>();
  /** True when the plans may point at hosts or series that are no longer there. */
  #isStale = false;
  #problems = '[]';
  #ticks = 0;

  constructor(ports: LiveHubPorts) {
    this.#ports = ports;
    this.#unsubscribe = [
      ports.hosts.subscribe((change) => this.#onChange(change)),
      ports.alerts.subscribe(() => this.#tellAlerts()),
    ];
  }

  get connectionCount(): number {
    return this.#connections.size;
  }

  /** Takes a page in; the result is what its socket's events are to be passed to. */
  attach(socket: LiveSocket): {
    receive(text: string): void;
    pong(): void;
    detach(): void;
  } {
    const connection = new Connection(socket);
    if (this.#connections.size === 0) this.#changed.clear();
    this.#connections.add(connection);
    connection.tell({ kind: 'hosts', hosts: this.#ports.hosts.list().map(hostSummary) });
    connection.tell({ kind: 'alerts', alerts: this.#ports.alerts.alerts() });
    connection.tell({ kind: 'problems', problems: this.#ports.problems.problems() });
    return {
      receive: (text) => this.#receive(connection, text),
      pong: () => {
        connection.isAlive = true;
      },
      detach: () => {
        this.#leave(connection);
        this.#connections.delete(connection);
      },
    };
  }

  tellEvent(event: EventInfo): void {
    this.#tellAll({ kind: 'event', event });
  }

  close(): void {
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
    for (const { socket } of this.#connections) socket.terminate();
  }

  #receive(connection: Connection, text: string): void {
    try {
      const { id, ...request } = parseLiveRequest(text);
      const group = this.#groupOf(request);
      this.#leave(connection);
      group.members.add(connection);
      this.#groups.set(group.key, group);
      connection.group = group;
      connection.id = id;
      connection.tell({ kind: 'layout', id, hosts: group.plan.hosts });
      // After a start no second has come yet: a frame would tell the page that it is 1970.
      if (this.#timeMs > 0) sendFrame(group.plan, this.#timeMs, [connection]);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      connection.tell({ kind: 'error', code: error.code, message: error.message });
    }
  }

  /** @throws InputError `live-too-large` */
  #groupOf(request: Omit<LiveRequest, 'id'>): Group {
    const key = JSON.stringify(request);
    const existing = this.#groups.get(key);
    if (existing) return existing;
    const plan = new LivePlan(request, this.#ports.hosts);
    if (plan.valueCount > VALUES_MAX) {
      throw new InputError(
        'live-too-large',
        `the stream would carry ${plan.valueCount} values a second; at most ${VALUES_MAX} are sent to one page`,
      );
    }
    return { key, request, members: new Set(), plan };
  }

  #leave(connection: Connection): void {
    const { group } = connection;
    if (!group) return;
    group.members.delete(connection);
    if (group.members.size === 0) this.#groups.delete(group.key);
    connection.group = undefined;
  }

  get #timeMs(): number {
    return this.#ports.hosts.second * 1000;
  }

  #onChange(change: HostChange): void {
    switch (change.kind) {
      case 'second':
        this.#tick();
        break;
      case 'event':
        break; // comes by tellEvent, with the events of other origins
      case 'state':
        this.#changed.add(change.host);
        break;
      case 'host-added':
      case 'host-changed':
      case 'series-changed':
        this.#isStale = true;
        this.#changed.add(change.host);
        break;
      case 'host-removed':
        this.#isStale = true;
        this.#changed.delete(change.host);
        this.#tellAll({ kind: 'hosts-removed', ids: [change.host.id] });
        break;
    }
  }

  #tick(): void {
    this.#ticks += 1;
    if (this.#ticks % HEARTBEAT_SECONDS === 0) this.#checkAlive();
    if (this.#connections.size === 0) return;
    if (this.#changed.size > 0) {
      this.#tellAll({ kind: 'hosts', hosts: [...this.#changed].map(hostSummary) });
      this.#changed.clear();
    }
    this.#tellProblems();
    if (this.#isStale) this.#replan();
    for (const { plan, members } of this.#groups.values()) sendFrame(plan, this.#timeMs, members);
  }

  /** Looks everything up again; pages whose hosts moved get a new layout before the next frame. */
  #replan(): void {
    this.#isStale = false;
    for (const group of this.#groups.values()) {
      const { hosts } = group.plan;
      group.plan = new LivePlan(group.request, this.#ports.hosts);
      if (sameTexts(hosts, group.plan.hosts)) continue;
      for (const member of group.members) {
        member.tell({ kind: 'layout', id: member.id, hosts: group.plan.hosts });
      }
    }
  }

  /** Ends connections whose other end has not answered since the last call (half-open ones would fill up for ever) or may no longer read. */
  #checkAlive(): void {
    for (const connection of this.#connections) {
      if (!connection.isAlive || !connection.socket.isAllowed()) connection.socket.terminate();
      connection.isAlive = false;
      connection.socket.ping();
    }
  }

  #tellAlerts(): void {
    if (this.#connections.size > 0) {
      this.#tellAll({ kind: 'alerts', alerts: this.#ports.alerts.alerts() });
    }
  }

  #tellProblems(): void {
    const problems: readonly Problem[] = this.#ports.problems.problems();
    const text = JSON.stringify(problems);
    if (text === this.#problems) return;
    this.#problems = text;
    this.#tellAll({ kind: 'problems', problems });
  }

  #tellAll(message: LiveMessage): void {
    const text = JSON.stringify(message);
    for (const { socket } of this.#connections) socket.send(text);
  }
}

/** Encodes once; pages that chose another id get a copy with theirs. All platforms that we run on are little-endian. */
function sendFrame(plan: LivePlan, timeMs: number, members: Iterable<Connection>): void {
  const byId = new Map<number, Uint8Array>();
  let values: Float64Array | undefined;
  for (const { socket, id, isSlow } of members) {
    if (isSlow) continue;
    let bytes = byId.get(id);
    if (!bytes) {
      values = values ? values.slice() : plan.frame(timeMs);
      values[0] = id;
      bytes = new Uint8Array(values.buffer);
      byId.set(id, bytes);
    }
    socket.send(bytes);
  }
}

function sameTexts(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((text, index) => text === b[index]);
}
