/** The DHCP server: addresses, leases and boot answers in one (RFC 2131 §4.3). Pure but for the lease book that it is given. */
import { formatIpv4, type Ipv4, networkOf } from '../../wire/address.ts';
import { type BootAnswer, bootClient, chooseBoot } from '../boot/firmware.ts';
import type { AddressRange, LeaseClient, Leases } from '../inventory/leases.ts';
import { OPTION } from './options.ts';
import {
  addressOption,
  BOOT_REQUEST,
  clientMac,
  type DhcpPacket,
  MESSAGE,
  messageType,
  textBytes,
  textOption,
  uintBytes,
} from './packet.ts';
import { answerBootServerRequest, type BootContext, describeBoot, ignored } from './proxy.ts';
import {
  addressBytes,
  addressed,
  bootOptions,
  type Outcome,
  PXE_BOOT_SERVER_PORT,
  type Received,
  replyTo,
} from './reply.ts';

/** One network that the server gives addresses of; chosen by `giaddr`, or by the interface's own address. */
export interface Subnet {
  readonly network: Ipv4;
  /** Bits of the mask, 1 to 30. */
  readonly prefix: number;
  readonly ranges: readonly AddressRange[];
  readonly router?: Ipv4;
  readonly dns: readonly Ipv4[];
  readonly domain?: string;
  readonly leaseSeconds: number;
}

export interface LeaseServerContext extends BootContext {
  readonly subnets: readonly Subnet[];
  readonly leases: Leases;
}

/** Shares of the lease time after which a client asks its server, then any server, to go on (RFC 2131 §4.4.5). */
const RENEWAL_SHARE = 0.5;
const REBINDING_SHARE = 0.875;

interface Request {
  readonly received: Received;
  readonly packet: DhcpPacket;
  readonly client: LeaseClient;
  readonly subnet: Subnet;
  readonly context: LeaseServerContext;
  readonly nowMs: number;
}

/** Answers a request as the DHCP server of the network. */
export function answerAsServer(
  received: Received,
  context: LeaseServerContext,
  nowMs: number,
): Outcome {
  const { packet, port } = received;
  if (packet.op !== BOOT_REQUEST) return ignored('not a request');
  if (port === PXE_BOOT_SERVER_PORT) return answerBootServerRequest(received, context, 'server');
  const subnet = subnetOf(packet, context);
  if (!subnet) {
    return ignored(`no subnet is configured for ${formatIpv4(packet.giaddr || packet.ciaddr)}`);
  }
  const client = { key: leaseKey(packet), mac: clientMac(packet) };
  const request: Request = { received, packet, client, subnet, context, nowMs };
  switch (messageType(packet)) {
    case MESSAGE.discover:
      return discover(request);
    case MESSAGE.request:
      return answerRequest(request);
    case MESSAGE.decline:
      return decline(request);
    case MESSAGE.release:
      return release(request);
    case MESSAGE.inform:
      return inform(request);
    default:
      return ignored(`message type ${messageType(packet) ?? 'missing'} is not a client's`);
  }
}

/**
 * One lease for one network card, whichever of its boot stages asks: firmware, iPXE and the operating system send different client
 * identifiers (docs/deviations.md).
 */
function leaseKey(packet: DhcpPacket): string {
  const mac = clientMac(packet);
  if (mac !== undefined) return mac;
  const id = packet.options.get(OPTION.clientId);
  return `${packet.htype}/${Buffer.from(id ?? packet.chaddr).toString('hex')}`;
}

function subnetOf(packet: DhcpPacket, { subnets, server }: LeaseServerContext): Subnet | undefined {
  const where = packet.giaddr || server.address;
  return subnets.find((subnet) => isIn(subnet, where));
}

function isIn(subnet: Subnet, address: Ipv4): boolean {
  return networkOf(address, subnet.prefix) === subnet.network;
}

function discover(request: Request): Outcome {
  const { packet, client, subnet, context, nowMs } = request;
  const wanted = addressOption(packet, OPTION.requestedAddress);
  const address = context.leases.offer(client, subnet.ranges, { nowMs, wanted });
  if (address === undefined) {
    return { kind: 'dhcp-exhausted', text: 'every address of the ranges is taken' };
  }
  return leaseReply(request, MESSAGE.offer, address);
}

function answerRequest(request: Request): Outcome {
  const { packet, client, context } = request;
  const chosen = addressOption(packet, OPTION.serverId);
  if (chosen !== undefined && chosen !== context.server.address) {
    context.leases.withdraw(client);
    return { kind: 'dhcp-other-server', text: `chose the offer of ${formatIpv4(chosen)}` };
  }
  const wanted = addressOption(packet, OPTION.requestedAddress) ?? packet.ciaddr;
  if (wanted === 0) return ignored('a REQUEST that names no address');
  if (chosen !== undefined) return selecting(request, wanted);
  return packet.ciaddr === 0 ? initReboot(request, wanted) : extend(request, wanted);
}

/** SELECTING: the client answers our offer (RFC 2131 §4.3.2). */
function selecting(request: Request, wanted: Ipv4): Outcome {
  const { client, context, nowMs } = request;
  if (context.leases.expected(client, nowMs) !== wanted) {
    return refuse(request, `${formatIpv4(wanted)} was not offered to it`);
  }
  return grant(request, wanted);
}

/** INIT-REBOOT: the client asks for the address that it had; silence when we know nothing of it (RFC 2131 §4.3.2). */
function initReboot(request: Request, wanted: Ipv4): Outcome {
  const { client, subnet, context, nowMs } = request;
  if (!isIn(subnet, wanted)) return refuse(request, `${formatIpv4(wanted)} is of another network`);
  if (!context.leases.knows(client))
    return ignored('an address that another server may have given');
  if (context.leases.expected(client, nowMs) !== wanted) {
    return refuse(request, `${formatIpv4(wanted)} is not its address`);
  }
  return grant(request, wanted);
}

/** RENEWING and REBINDING: the client goes on using its address (RFC 2131 §4.3.2). */
function extend(request: Request, address: Ipv4): Outcome {
  const { client, subnet, context, nowMs } = request;
  if (!isIn(subnet, address))
    return refuse(request, `${formatIpv4(address)} is of another network`);
  const isOurs =
    subnet.ranges.some((range) => address >= range.first && address <= range.last) ||
    context.leases.expected(client, nowMs) === address;
  if (!isOurs && context.leases.knows(client)) {
    return refuse(request, `${formatIpv4(address)} is not its address`);
  }
  if (!isOurs) return ignored('an address that is not ours to extend');
  if (!context.leases.isFreeFor(client, address, nowMs)) {
    return refuse(request, `${formatIpv4(address)} belongs to another machine`);
  }
  return grant(request, address);
}

function grant(request: Request, address: Ipv4): Outcome {
  const { packet, client, subnet, context, nowMs } = request;
  if (!context.leases.isFreeFor(client, address, nowMs)) {
    return refuse(request, `${formatIpv4(address)} was taken meanwhile`);
  }
  context.leases.grant(client, address, {
    expiresMs: nowMs + subnet.leaseSeconds * 1000,
    hostName: textOption(packet, OPTION.hostName),
  });
  return leaseReply(request, MESSAGE.ack, address);
}

function refuse(request: Request, why: string): Outcome {
  const { packet, client, context } = request;
  context.leases.withdraw(client);
  const nak = replyTo(packet, MESSAGE.nak, {}, [
    [OPTION.serverId, addressBytes(context.server.address)],
    [OPTION.message, textBytes(why)],
  ]);
  // Behind a relay the client may not have an address that works: the relay is to broadcast (RFC 2131 §4.3.2).
  const flags = packet.giaddr === 0 ? packet.flags : packet.flags | 0x8000;
  return { kind: 'dhcp-nak', text: why, reply: addressed(packet, { ...nak, flags }) };
}

/** The client found somebody on the address that it was given (RFC 2131 §4.3.3). */
function decline({ packet, client, context, nowMs }: Request): Outcome {
  const address = addressOption(packet, OPTION.requestedAddress);
  if (address === undefined || context.leases.expected(client, nowMs) !== address) {
    return ignored('a DECLINE of an address that it does not have');
  }
  context.leases.quarantine(address, nowMs);
  return { kind: 'dhcp-decline', text: `found ${formatIpv4(address)} in use by another machine` };
}

function release({ packet, client, context, nowMs }: Request): Outcome {
  return context.leases.release(client, packet.ciaddr, nowMs)
    ? { kind: 'dhcp-release', text: `gave ${formatIpv4(packet.ciaddr)} back` }
    : ignored('a RELEASE of an address that it does not have');
}

/** The client has an address and wants the rest: no lease times, no address (RFC 2131 §4.3.5). */
function inform(request: Request): Outcome {
  const { packet, subnet, context } = request;
  const boot = bootAnswer(request);
  const ack = replyTo(
    packet,
    MESSAGE.ack,
    { ciaddr: packet.ciaddr, ...(boot && { siaddr: context.server.address, file: boot.file }) },
    [
      [OPTION.serverId, addressBytes(context.server.address)],
      ...networkOptions(subnet),
      ...bootOptions(packet, boot),
    ],
  );
  return {
    kind: 'dhcp-inform',
    text: `told ${formatIpv4(packet.ciaddr)} the network's settings`,
    reply: addressed(packet, ack),
  };
}

function leaseReply(request: Request, type: number, address: Ipv4): Outcome {
  const { packet, subnet, context } = request;
  const boot = bootAnswer(request);
  const { leaseSeconds } = subnet;
  const reply = replyTo(
    packet,
    type,
    {
      yiaddr: address,
      // An ACK repeats the address that a renewing client uses; an OFFER has none to repeat (RFC 2131, table 3).
      ciaddr: type === MESSAGE.ack ? packet.ciaddr : (0 as Ipv4),
      ...(boot && { siaddr: context.server.address, file: boot.file }),
    },
    [
      [OPTION.serverId, addressBytes(context.server.address)],
      [OPTION.leaseTime, uintBytes(leaseSeconds, 4)],
      [OPTION.renewalTime, uintBytes(Math.floor(leaseSeconds * RENEWAL_SHARE), 4)],
      [OPTION.rebindingTime, uintBytes(Math.floor(leaseSeconds * REBINDING_SHARE), 4)],
      ...networkOptions(subnet),
      ...bootOptions(packet, boot),
    ],
  );
  return {
    kind: type === MESSAGE.offer ? 'dhcp-offer' : 'dhcp-ack',
    text: `${formatIpv4(address)}${boot ? `; ${describeBoot(boot)}` : ''}`,
    reply: addressed(packet, reply),
  };
}

/** Nothing for an operating system, nor for an architecture that is not in the table: those get an address and no boot file. */
function bootAnswer({ packet, context }: Request): BootAnswer | undefined {
  const client = bootClient(packet);
  return (
    client &&
    chooseBoot(client, { ...context, quirks: context.quirksOf(client.mac), mode: 'server' })
  );
}

function networkOptions(subnet: Subnet): (readonly [number, Uint8Array | undefined])[] {
  const { network, prefix, router, dns, domain } = subnet;
  const mask = networkOf(0xffffffff as Ipv4, prefix);
  const broadcast = ((network | (0xffffffff >>> prefix)) >>> 0) as Ipv4;
  return [
    [OPTION.subnetMask, addressBytes(mask)],
    [OPTION.router, router === undefined ? undefined : addressBytes(router)],
    [
      OPTION.domainNameServer,
      dns.length === 0 ? undefined : Uint8Array.from(dns.flatMap((one) => [...addressBytes(one)])),
    ],
    [OPTION.domainName, domain === undefined ? undefined : textBytes(domain)],
    [OPTION.broadcastAddress, addressBytes(broadcast)],
  ];
}
