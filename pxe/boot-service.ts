/** Everything that one network interface offers to machines that boot: DHCP or ProxyDHCP, TFTP, the boot port. */
import type { FastifyInstance } from 'fastify';
import type { Clock } from '../base/clock.ts';
import { WorldError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { formatIpv4, type Ipv4, type Mac, networkOf, parseIpv4 } from '../wire/address.ts';
import type { PxeInterface, PxeNode } from '../wire/pxe.ts';
import type { BootFiles } from './boot/files.ts';
import { type BootClient, bootClient } from './boot/firmware.ts';
import { bootHttp } from './boot/http.ts';
import type { Machines } from './boot/machines.ts';
import { findMedia, type InstallerFor } from './boot/media.ts';
import { answerRouterSolicitations } from './boot/router-advertiser.ts';
import { grubConfig, ipxeScript, type ScriptFor } from './boot/script.ts';
import type { NetworkInterface } from './dhcp/device.ts';
import { answerAsServer, type Subnet } from './dhcp/lease-server.ts';
import { probeAddress } from './dhcp/neighbours.ts';
import { OPTION } from './dhcp/options.ts';
import { addressOption, type DhcpPacket, MESSAGE, messageType } from './dhcp/packet.ts';
import { answerAsProxy } from './dhcp/proxy.ts';
import type { Received } from './dhcp/reply.ts';
import { DhcpService } from './dhcp/server.ts';
import type { Leases } from './inventory/leases.ts';
import type { Found, Registry } from './inventory/registry.ts';
import { TftpServer } from './tftp/server.ts';
import type { Peer } from './tftp/socket.ts';

export interface BootServiceOptions {
  readonly device: NetworkInterface;
  readonly mode: 'proxy' | 'server' | 'off';
  readonly subnets: readonly Subnet[];
  readonly httpPort: number;
  readonly kernelArguments: string;
  readonly routerAdvertisements: boolean;
  readonly registry: Registry;
  readonly leases: Leases;
  readonly files: BootFiles;
  readonly machines: Machines;
  readonly installerFor: InstallerFor;
  /** Adds the installer's routes to the boot port. */
  readonly addRoutes: (app: FastifyInstance) => void;
  readonly clock: Clock;
  readonly log: Log;
}

const TFTP_PORT = 69;
/** Outcomes that are nobody's boot: not worth a line on a timeline. */
const QUIET_KINDS: readonly string[] = ['dhcp-ignored'];

export class BootService {
  readonly #options: BootServiceOptions;
  readonly #tftp: TftpServer;
  readonly #http: FastifyInstance;
  #dhcp: DhcpService | undefined;
  #stopAdvertising: () => void = () => {};
  #httpPort: number;

  constructor(options: BootServiceOptions) {
    const { device, registry, machines, files, installerFor, clock } = options;
    this.#options = options;
    this.#httpPort = options.httpPort;
    const onEvent = (mac: Mac, kind: string, text: string) => this.#contact(mac, kind, text);
    this.#tftp = new TftpServer({
      address: formatIpv4(device.address),
      port: TFTP_PORT,
      clock,
      find: async (name, peer) => this.#tftpContent(name, peer),
      blockSizeMaxOf: (peer) => this.#nodeAt(peer)?.quirks.tftpBlockSizeMax,
      onEvent: (peer, kind, text) => {
        const mac = machines.macOf(parseIpv4(peer.address));
        if (mac) onEvent(mac, kind, text);
      },
    });
    this.#http = bootHttp({
      files,
      machines,
      installerFor,
      onEvent,
      scriptFor: (mac) => {
        const node = registry.byMac(mac);
        if (node) registry.reported(node, 'script-given');
        return ipxeScript(this.#scriptOf(mac));
      },
      grubConfigFor: (mac) => this.#grubConfigOf(mac),
    });
    options.addRoutes(this.#http);
  }

  /** @throws WorldError `boot-listen`, or those of DHCP and TFTP: a service that is half there confuses more than none */
  async open(): Promise<void> {
    const { device, mode, httpPort, routerAdvertisements, log } = this.#options;
    const host = formatIpv4(device.address);
    try {
      try {
        await this.#http.listen({ host, port: httpPort });
      } catch (error) {
        throw new WorldError('boot-listen', `cannot listen on ${host} TCP port ${httpPort}`, error);
      }
      const bound = this.#http.server.address();
      if (typeof bound === 'object' && bound) this.#httpPort = bound.port;
      await this.#tftp.open();
      if (mode !== 'off') await this.#openDhcp(mode);
      if (routerAdvertisements) this.#stopAdvertising = answerRouterSolicitations(device.name, log);
    } catch (error) {
      await this.close();
      throw error;
    }
    log.info('boot-service', {
      interface: device.name,
      address: host,
      mode,
      httpPort: this.#httpPort,
    });
  }

  async close(): Promise<void> {
    this.#stopAdvertising();
    await this.#dhcp?.close();
    await this.#tftp.close();
    await this.#http.close();
  }

  /** As machines reach it. */
  get server(): { readonly address: Ipv4; readonly httpPort: number } {
    return { address: this.#options.device.address, httpPort: this.#httpPort };
  }

  status(): PxeInterface {
    const { device, mode } = this.#options;
    const base = {
      interface: device.name,
      address: formatIpv4(device.address),
      mode,
      servesAddresses: false,
      foreignServers: [],
      packets: 0,
      malformed: 0,
    };
    return { ...base, ...this.#dhcp?.status(), tftpTransfers: this.#tftp.transferCount };
  }

  async #openDhcp(mode: 'proxy' | 'server'): Promise<void> {
    const { device, leases, subnets, registry, files, clock, log } = this.#options;
    const context = {
      server: this.server,
      subnets,
      leases,
      quirksOf: (mac: Mac) => registry.byMac(mac)?.quirks ?? {},
      hasFile: (name: string) => files.find(name) !== undefined,
    };
    this.#dhcp = new DhcpService({
      interface: device,
      respond: (received: Received, nowMs: number) =>
        mode === 'proxy'
          ? answerAsProxy(received, context)
          : answerAsServer(received, context, nowMs),
      ...(mode === 'server' && { leases, ranges: this.#ownRanges() }),
      probe: probeAddress,
      onEvent: (mac, kind, text, packet) => this.#dhcpEvent(mac, kind, text, packet),
      clock,
      log,
    });
    await this.#dhcp.open();
  }

  /** Ranges of the interface's own network: behind a relay no ARP answers. */
  #ownRanges() {
    const { device, subnets } = this.#options;
    const own = subnets.find(
      ({ network, prefix }) => networkOf(device.address, prefix) === network,
    );
    return own?.ranges ?? [];
  }

  /** A machine becomes a node by asking to boot; packets of an operating system belong to its timeline only when it is one already. */
  #dhcpEvent(mac: Mac, kind: string, text: string, packet: DhcpPacket): void {
    const { registry, machines } = this.#options;
    if (QUIET_KINDS.includes(kind)) return;
    if (messageType(packet) === MESSAGE.request) {
      machines.learn(addressOption(packet, OPTION.requestedAddress) ?? packet.ciaddr, mac);
    }
    const client = bootClient(packet);
    if (client) registry.seen(mac, foundBy(client));
    // iPXE keeps flags in `secs`; other firmware says there how long it has asked.
    const waited = client?.stage === 'rom' && packet.secs >= 10 && packet.secs < 3600;
    this.#contact(mac, kind, waited ? `${text}, after ${packet.secs} s of asking` : text);
  }

  #contact(mac: Mac, kind: string, text: string): void {
    const { registry } = this.#options;
    if (registry.byMac(mac)) registry.event(mac, kind, text);
  }

  #tftpContent(name: string, peer: Peer) {
    const mac = this.#options.machines.macOf(parseIpv4(peer.address));
    if (mac && name.endsWith('grub.cfg')) return { bytes: Buffer.from(this.#grubConfigOf(mac)) };
    const { files, installerFor } = this.#options;
    const path = findMedia(`/${name}`, installerFor) ?? files.find(name);
    return path === undefined ? undefined : { path };
  }

  #grubConfigOf(mac: Mac): string {
    const { registry } = this.#options;
    const node = registry.byMac(mac);
    if (node) registry.reported(node, 'script-given');
    this.#contact(mac, 'grub-config', 'asked for its GRUB configuration');
    return grubConfig(this.#scriptOf(mac));
  }

  #scriptOf(mac: Mac): ScriptFor {
    const { registry, installerFor, kernelArguments } = this.#options;
    const node = registry.byMac(mac);
    return {
      mac,
      node,
      server: this.server,
      installer: installerFor(node?.architecture),
      kernelArguments,
    };
  }

  #nodeAt(peer: Peer): PxeNode | undefined {
    const mac = this.#options.machines.macOf(parseIpv4(peer.address));
    return mac && this.#options.registry.byMac(mac);
  }
}

function foundBy({ uuid, firmware }: BootClient): Found {
  return {
    ...(uuid !== undefined && { uuid }),
    ...(firmware?.architecture && { architecture: firmware.architecture }),
  };
}
