/** A DHCP message for people and JSON: named fields, options as hex and, where they are text or addresses, readable. */
import { formatIpv4, type Ipv4 } from '../../wire/address.ts';
import { OPTION } from './options.ts';
import { clientMac, type DhcpPacket, MESSAGE, messageType } from './packet.ts';

export interface DescribedOption {
  readonly code: number;
  readonly name: string;
  readonly hex: string;
  readonly value?: string;
}

export interface DescribedPacket {
  readonly type: string;
  readonly op: number;
  readonly htype: number;
  readonly hlen: number;
  readonly hops: number;
  readonly xid: string;
  readonly secs: number;
  readonly flags: number;
  readonly ciaddr: string;
  readonly yiaddr: string;
  readonly siaddr: string;
  readonly giaddr: string;
  readonly chaddr: string;
  readonly sname: string;
  readonly file: string;
  readonly options: readonly DescribedOption[];
}

const NAMES = new Map<number, string>(Object.entries(OPTION).map(([name, code]) => [code, name]));
const TYPES = new Map<number, string>(Object.entries(MESSAGE).map(([name, code]) => [code, name]));

const ADDRESSES: readonly number[] = [
  OPTION.subnetMask,
  OPTION.router,
  OPTION.domainNameServer,
  OPTION.broadcastAddress,
  OPTION.ntpServers,
  OPTION.requestedAddress,
  OPTION.serverId,
];
const NUMBERS: readonly number[] = [
  OPTION.leaseTime,
  OPTION.maxMessageSize,
  OPTION.renewalTime,
  OPTION.rebindingTime,
  OPTION.clientArchitecture,
];
const TEXTS: readonly number[] = [
  OPTION.hostName,
  OPTION.domainName,
  OPTION.message,
  OPTION.vendorClass,
  OPTION.tftpServerName,
  OPTION.bootFileName,
  OPTION.userClass,
];

export function describePacket(packet: DhcpPacket): DescribedPacket {
  const type = messageType(packet);
  return {
    type: type === undefined ? 'bootp' : (TYPES.get(type) ?? `type ${type}`),
    op: packet.op,
    htype: packet.htype,
    hlen: packet.hlen,
    hops: packet.hops,
    xid: packet.xid.toString(16).padStart(8, '0'),
    secs: packet.secs,
    flags: packet.flags,
    ciaddr: formatIpv4(packet.ciaddr),
    yiaddr: formatIpv4(packet.yiaddr),
    siaddr: formatIpv4(packet.siaddr),
    giaddr: formatIpv4(packet.giaddr),
    chaddr: clientMac(packet) ?? hexOf(packet.chaddr.subarray(0, packet.hlen)),
    sname: packet.sname,
    file: packet.file,
    options: [...packet.options].map(([code, bytes]) => {
      const value = readable(code, bytes);
      return {
        code,
        name: NAMES.get(code) ?? `option ${code}`,
        hex: hexOf(bytes),
        ...(value !== undefined && { value }),
      };
    }),
  };
}

export function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

function readable(code: number, bytes: Uint8Array): string | undefined {
  if (code === OPTION.messageType) return TYPES.get(bytes[0] ?? 0);
  if (TEXTS.includes(code)) {
    return Buffer.from(bytes)
      .toString('latin1')
      .replaceAll(/[^\x20-\x7e]/g, '.');
  }
  if (NUMBERS.includes(code) && bytes.length <= 4) {
    return String(bytes.reduce((value, byte) => value * 256 + byte, 0));
  }
  if (!ADDRESSES.includes(code) || bytes.length % 4 !== 0) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: bytes.length / 4 }, (_, i) =>
    formatIpv4(view.getUint32(4 * i) as Ipv4),
  ).join(' ');
}
