/** The DHCP sockets of one network interface: bytes in, the responder's answers out. */
import { randomInt } from 'node:crypto';
import type { RemoteInfo } from 'node:dgram';
import type { SocketAsPromised } from 'dgram-as-promised';
import type { Cancel, Clock } from '../../base/clock.ts';
import { InputError, reasonOf } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import { formatIpv4, type Ipv4, type Mac, macBytes, parseIpv4 } from '../../wire/address.ts';
import type { AddressRange, Leases } from '../inventory/leases.ts';
import { type NetworkInterface, openOnDevice } from './device.ts';
import type { AddressProbe } from './neighbours.ts';
import { OPTION } from './options.ts';
import {
  addressOption,
  BOOT_REPLY,
  BOOT_REQUEST,
  clientMac,
  type DhcpPacket,
  decodePacket,
  encodePacket,
  FLAG_BROADCAST,
  MESSAGE,
  messageType,
} from './packet.ts';
import {
  DHCP_CLIENT_PORT,
  DHCP_SERVER_PORT,
  type Outcome,
  PXE_BOOT_SERVER_PORT,
  type Received,
  type Reply,
} from './reply.ts';

export interface DhcpServiceOptions {
  readonly interface: NetworkInterface;
  /** The pure responder, with its context. */
  readonly respond: (received: Received, nowMs: number) => Outcome;
  /** Server mode: the addresses that the responder gives; each new one is probed, and none is given beside another DHCP server. */
  readonly leases?: Leases;
  /** The ranges of this interface's own network, where addresses can be probed before they are needed. */
  readonly ranges?: readonly AddressRange[];
  readonly probe: AddressProbe;
  /** Every packet of a machine's boot; `packet` is the request that it is about. */
  readonly onEvent: (mac: Mac, kind: string, text: string, packet: DhcpPacket) => void;
  readonly clock: Clock;
  readonly log: Log;
}

/** How long a search for other DHCP servers listens: dnsmasq pings an address for 3 s before it offers it. */
const SEARCH_MS = 4000;
/** How often it is repeated, and how long a server that was heard counts as being there. */
const SEARCH_EVERY_MS = 60_000;
const FOREIGN_SERVER_MS = 3 * SEARCH_EVERY_MS;
const FOREIGN_SERVERS_MAX = 16;
/** Addresses probed ahead: machines that ask within one probe's 200 ms of each other. */
const PROBES_AHEAD = 32;
/** How long it counts that nobody answered on an address. */
const PROBE_GOOD_MS = 60_000;
const RECEIVE_BUFFER_BYTES = 1 << 20;
const BROADCAST = '255.255.255.255';

export interface DhcpStatus {
  readonly interface: string;
  readonly address: string;
  readonly mode: 'proxy' | 'server';
  /** False while other DHCP servers are heard, or still looked for. */
  readonly servesAddresses: boolean;
  readonly foreignServers: readonly string[];
  readonly packets: number;
  readonly malformed: number;
}

export class DhcpService {
  readonly #options: DhcpServiceOptions;
  readonly #sockets = new Map<number, SocketAsPromised>();
  readonly #probes = new Map<Ipv4, Promise<Mac | string | undefined>>();
  /** Addresses on which nobody answered, and when. */
  readonly #probedMs = new Map<Ipv4, number>();
  readonly #foreign = new Map<Ipv4, number>();
  #cancelSearch: Cancel = () => {};
  /** The transaction of our own search, whose broadcast comes back to us. */
  #searchXid = 0;
  #searched = false;
  #packets = 0;
  #malformed = 0;

  constructor(options: DhcpServiceOptions) {
    this.#options = options;
  }

  /**
   * Opens ports 67, 68 (to hear other servers) and 4011, on this interface only.
   * @throws WorldError `dhcp-listen`, `bind-to-device`
   */
  async open(): Promise<void> {
    try {
      await this.#listen(DHCP_SERVER_PORT, (bytes, from) =>
        this.#receive(bytes, from, DHCP_SERVER_PORT),
      );
      await this.#listen(PXE_BOOT_SERVER_PORT, (bytes, from) =>
        this.#receive(bytes, from, PXE_BOOT_SERVER_PORT),
      );
      await this.#listen(DHCP_CLIENT_PORT, (bytes) => this.#overhear(bytes));
    } catch (error) {
      await this.close();
      throw error;
    }
    this.#search();
  }

  async close(): Promise<void> {
    this.#cancelSearch();
    const sockets = [...this.#sockets.values()];
    this.#sockets.clear();
    await Promise.all(sockets.map((socket) => socket.close()));
  }

  status(): DhcpStatus {
    const { interface: device, leases } = this.#options;
    const foreign = this.#foreignServers();
    return {
      interface: device.name,
      address: formatIpv4(device.address),
      mode: leases ? 'server' : 'proxy',
      servesAddresses: leases !== undefined && this.#searched && foreign.length === 0,
      foreignServers: foreign.map(formatIpv4),
      packets: this.#packets,
      malformed: this.#malformed,
    };
  }

  async #listen(port: number, receive: (bytes: Buffer, from: RemoteInfo) => void): Promise<void> {
    const { interface: device, log } = this.#options;
    const socket = await openOnDevice(device.name, port);
    this.#sockets.set(port, socket);
    socket.setBroadcast(true);
    socket.setRecvBufferSize(RECEIVE_BUFFER_BYTES);
    socket.socket.on('error', (error) => log.warn('dhcp-socket', { port, reason: error.message }));
    socket.socket.on('message', receive);
  }

  #receive(bytes: Buffer, from: RemoteInfo, port: number): void {
    this.#packets += 1;
    // Port 0 wants no answer (RFC 768); on 4011 it would go there, and node:dgram throws.
    if (from.port === 0) return;
    const packet = this.#decode(bytes);
    if (!packet || packet.op !== BOOT_REQUEST || packet.xid === this.#searchXid) return;
    const received = {
      packet,
      from: { address: parseIpv4(from.address) ?? (0 as Ipv4), port: from.port },
      port,
    };
    const wanted = addressOption(packet, OPTION.requestedAddress);
    const probe = wanted === undefined ? undefined : this.#probes.get(wanted);
    // An address that is still being probed is not given away before the answer.
    if (probe && messageType(packet) === MESSAGE.request)
      void probe.then(() => this.#answer(received));
    else this.#answer(received);
  }

  #answer(received: Received): void {
    const { respond, leases, clock, log, interface: device } = this.#options;
    const mac = clientMac(received.packet);
    const heldBack = leases ? this.#reasonToHoldBack() : undefined;
    if (heldBack !== undefined && received.port === DHCP_SERVER_PORT) {
      if (mac) this.#tell(mac, 'dhcp-held-back', heldBack, received.packet);
      return;
    }
    let outcome: Outcome;
    try {
      outcome = respond(received, clock.nowMs());
    } catch (error) {
      log.error('dhcp-respond', { interface: device.name, mac, reason: reasonOf(error) });
      return;
    }
    if (outcome.kind === 'dhcp-other-server') {
      this.#heardServer(addressOption(received.packet, OPTION.serverId));
    }
    const { reply } = outcome;
    // The answer first: what is written down about it may wait for the disk.
    if (reply && outcome.kind === 'dhcp-ack' && leases) void this.#sendGranted(reply, leases);
    else if (reply) this.#send(reply);
    if (mac) this.#tell(mac, outcome.kind, outcome.text, received.packet);
    if (reply && outcome.kind === 'dhcp-offer' && mac) {
      this.#probeOffered(reply.packet.yiaddr, mac, received.packet);
    }
  }

  /** Whatever happens to what is written down: the other machines are still answered. */
  #tell(mac: Mac, kind: string, text: string, packet: DhcpPacket): void {
    const { onEvent, log, interface: device } = this.#options;
    try {
      onEvent(mac, kind, text, packet);
    } catch (error) {
      log.error('dhcp-event', { interface: device.name, mac, kind, reason: reasonOf(error) });
    }
  }

  /** A lease is told when it survives a power cut; without that the client asks again. */
  async #sendGranted(reply: Reply, leases: Leases): Promise<void> {
    try {
      await leases.onDisk();
      this.#send(reply);
    } catch (error) {
      this.#options.log.error('lease-not-written', { reason: reasonOf(error) });
    }
  }

  #send({ fromPort, bytes, to }: Pick<Reply, 'fromPort' | 'bytes' | 'to'>): void {
    const { log, interface: device } = this.#options;
    this.#sockets.get(fromPort)?.socket.send(bytes, to.port, to.address, (error) => {
      if (error)
        log.warn('dhcp-send', { interface: device.name, to: to.address, reason: error.message });
    });
  }

  /** Looks for another user of an address while the client thinks about the offer. */
  #probeOffered(address: Ipv4, mac: Mac, packet: DhcpPacket): void {
    const { leases, clock } = this.#options;
    if (!leases || address === 0) return;
    this.#probeAhead();
    const isKnownFree = clock.nowMs() - (this.#probedMs.get(address) ?? -Infinity) < PROBE_GOOD_MS;
    if (isKnownFree || leases.holderOf(address) === mac) return;
    void this.#probe(address, mac).then((user) => {
      if (user !== undefined) {
        this.#tell(mac, 'dhcp-conflict', `${formatIpv4(address)} is in use by ${user}`, packet);
      }
    });
  }

  /** New machines get these addresses next: probed now, they can be given without a wait. */
  #probeAhead(): void {
    const { leases, ranges = [], clock } = this.#options;
    if (!leases) return;
    const nowMs = clock.nowMs();
    for (const [address, atMs] of this.#probedMs) {
      if (nowMs - atMs > PROBE_GOOD_MS) this.#probedMs.delete(address);
    }
    for (const address of ranges.flatMap((range) => leases.upcoming(range, PROBES_AHEAD))) {
      if (!this.#probedMs.has(address)) void this.#probe(address);
    }
  }

  /** One probe at a time for an address; whoever else uses it, than `client`, sends it into quarantine. */
  async #probe(address: Ipv4, client?: Mac): Promise<Mac | string | undefined> {
    const { leases, probe, clock, log } = this.#options;
    const running = this.#probes.get(address);
    if (running !== undefined) return running;
    const done = probe(address)
      .then((user) => {
        if (user === undefined || user === client) {
          this.#probedMs.set(address, clock.nowMs());
          return undefined;
        }
        leases?.quarantine(address, clock.nowMs());
        return user;
      })
      .catch((error: unknown) => {
        log.warn('dhcp-probe', { reason: reasonOf(error) });
        return undefined;
      })
      .finally(() => this.#probes.delete(address));
    this.#probes.set(address, done);
    return done;
  }

  /** What comes to the client port: other servers' offers. */
  #overhear(bytes: Buffer): void {
    const packet = this.#decode(bytes);
    if (packet?.op !== BOOT_REPLY) return;
    const server = addressOption(packet, OPTION.serverId);
    if (server === undefined || server === this.#options.interface.address) return;
    const mac = clientMac(packet);
    const type = messageType(packet);
    // A ProxyDHCP server gives no addresses; it is no rival for them.
    if (type === MESSAGE.offer && packet.yiaddr !== 0) this.#heardServer(server);
    if (
      mac &&
      mac !== this.#options.interface.mac &&
      (type === MESSAGE.offer || type === MESSAGE.nak)
    ) {
      const what =
        type === MESSAGE.nak
          ? 'refuses'
          : packet.yiaddr === 0
            ? 'offers a boot file'
            : `offers ${formatIpv4(packet.yiaddr)}`;
      this.#tell(mac, 'dhcp-foreign', `${formatIpv4(server)} ${what}`, packet);
    }
  }

  #heardServer(server: Ipv4 | undefined): void {
    const { log, clock, interface: device, leases } = this.#options;
    if (server === undefined) return;
    const known = this.#foreignServers();
    const isNew = !known.includes(server);
    // Anyone can name any number of servers.
    if (isNew && known.length >= FOREIGN_SERVERS_MAX) return;
    if (isNew && leases) {
      log.warn('dhcp-foreign-server', {
        interface: device.name,
        server: formatIpv4(server),
        advice: 'no addresses are served beside it; use proxy mode, or stop it',
      });
    }
    this.#foreign.set(server, clock.nowMs());
  }

  #foreignServers(): Ipv4[] {
    const sinceMs = this.#options.clock.nowMs() - FOREIGN_SERVER_MS;
    for (const [server, heardMs] of this.#foreign)
      if (heardMs < sinceMs) this.#foreign.delete(server);
    return [...this.#foreign.keys()];
  }

  #reasonToHoldBack(): string | undefined {
    const foreign = this.#foreignServers();
    if (foreign.length > 0) {
      return `another DHCP server, ${foreign.map(formatIpv4).join(', ')}, serves this network: no addresses are given beside it`;
    }
    return this.#searched ? undefined : 'still looking for other DHCP servers';
  }

  /** Asks for an address as a client would, to hear who else gives them. */
  #search(): void {
    const { clock, interface: device } = this.#options;
    this.#searchXid = randomInt(1, 0xffffffff);
    this.#send({
      fromPort: DHCP_CLIENT_PORT,
      bytes: searchPacket(device.mac, this.#searchXid),
      to: { address: BROADCAST, port: DHCP_SERVER_PORT },
    });
    this.#cancelSearch = clock.after(SEARCH_MS, () => {
      this.#searched = true;
      this.#probeAhead();
      this.#cancelSearch = clock.after(SEARCH_EVERY_MS - SEARCH_MS, () => this.#search());
    });
  }

  #decode(bytes: Buffer): DhcpPacket | undefined {
    try {
      return decodePacket(bytes);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      this.#malformed += 1;
      this.#options.log.debug('dhcp-malformed', { code: error.code });
      return undefined;
    }
  }
}

function searchPacket(mac: Mac, xid: number): Uint8Array {
  const chaddr = new Uint8Array(16);
  chaddr.set(macBytes(mac));
  const zero = 0 as Ipv4;
  return encodePacket({
    op: BOOT_REQUEST,
    htype: 1,
    hlen: 6,
    hops: 0,
    xid,
    secs: 0,
    flags: FLAG_BROADCAST,
    ciaddr: zero,
    yiaddr: zero,
    siaddr: zero,
    giaddr: zero,
    chaddr,
    sname: '',
    file: '',
    options: new Map([[OPTION.messageType, Uint8Array.of(MESSAGE.discover)]]),
  });
}
