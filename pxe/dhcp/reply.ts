/** What the two responders share: from a request to the frame of its reply. Pure. */
import { formatIpv4, type Ipv4 } from '../../wire/address.ts';
import type { BootAnswer } from '../boot/firmware.ts';
import { OPTION } from './options.ts';
import {
  BOOT_REPLY,
  type DhcpPacket,
  encodePacket,
  MESSAGE,
  maxPacketBytes,
  textBytes,
  uintBytes,
} from './packet.ts';

/** A request as it came from the network. */
export interface Received {
  readonly packet: DhcpPacket;
  /** UDP source. */
  readonly from: { readonly address: Ipv4; readonly port: number };
  /** The port of ours that it came to: 67, or 4011 for PXE boot server requests. */
  readonly port: number;
}

/** A datagram to send. */
export interface Reply {
  readonly packet: DhcpPacket;
  readonly bytes: Uint8Array;
  readonly fromPort: number;
  readonly to: { readonly address: string; readonly port: number };
}

/** What a responder made of one request: at most one reply, and why, in words for the timeline. */
export interface Outcome {
  readonly reply?: Reply;
  /** Word of the timeline event, such as `dhcp-offer` or `dhcp-ignored`. */
  readonly kind: string;
  readonly text: string;
}

export const DHCP_SERVER_PORT = 67;
export const DHCP_CLIENT_PORT = 68;
export const PXE_BOOT_SERVER_PORT = 4011;

const BROADCAST = '255.255.255.255';

/** Everything that a reply takes over from its request (RFC 2131 §4.3.1, table 3); the relay agent's option unchanged (RFC 3046 §2.2). */
export function replyTo(
  request: DhcpPacket,
  type: number,
  fields: Partial<Pick<DhcpPacket, 'ciaddr' | 'yiaddr' | 'siaddr' | 'file'>>,
  options: readonly (readonly [number, Uint8Array | undefined])[],
): DhcpPacket {
  const relayAgent = request.options.get(OPTION.relayAgent);
  const all = [
    [OPTION.messageType, Uint8Array.of(type)] as const,
    ...options,
    [OPTION.relayAgent, relayAgent] as const,
  ];
  return {
    ...request,
    op: BOOT_REPLY,
    hops: 0,
    ciaddr: 0 as Ipv4,
    yiaddr: 0 as Ipv4,
    siaddr: 0 as Ipv4,
    sname: '',
    file: '',
    ...fields,
    options: new Map(all.flatMap(([code, value]) => (value ? [[code, value] as const] : []))),
  };
}

/** The options with which an answer makes the machine boot from here; option 97 echoes the request's (RFC 4578 §2.3). */
export function bootOptions(
  request: DhcpPacket,
  boot: BootAnswer | undefined,
): (readonly [number, Uint8Array | undefined])[] {
  if (!boot) return [];
  return [
    [OPTION.vendorClass, boot.vendorClass && textBytes(boot.vendorClass)],
    [OPTION.machineId, request.options.get(OPTION.machineId)],
    [OPTION.bootFileName, textBytes(boot.file)],
    [OPTION.vendorSpecific, boot.vendorOptions],
    [OPTION.ipxe, boot.ipxeOptions],
  ];
}

/**
 * Where a reply goes (RFC 2131 §4.1). A client without an address gets it by broadcast in every case: a unicast to an address that
 * does not answer ARP yet would need a raw socket.
 */
export function addressed(request: DhcpPacket, packet: DhcpPacket): Reply {
  const isNak = packet.options.get(OPTION.messageType)?.[0] === MESSAGE.nak;
  const to =
    request.giaddr !== 0
      ? { address: formatIpv4(request.giaddr), port: DHCP_SERVER_PORT }
      : request.ciaddr !== 0 && !isNak
        ? { address: formatIpv4(request.ciaddr), port: DHCP_CLIENT_PORT }
        : { address: BROADCAST, port: DHCP_CLIENT_PORT };
  return {
    packet,
    bytes: encodePacket(packet, maxPacketBytes(request)),
    fromPort: DHCP_SERVER_PORT,
    to,
  };
}

/** A reply to a PXE boot server request: to wherever it came from, from the port that was asked. */
export function toSource(received: Received, packet: DhcpPacket): Reply {
  return {
    packet,
    bytes: encodePacket(packet, maxPacketBytes(received.packet)),
    fromPort: PXE_BOOT_SERVER_PORT,
    to: { address: formatIpv4(received.from.address), port: received.from.port },
  };
}

export function addressBytes(address: Ipv4): Uint8Array {
  return uintBytes(address, 4);
}
