import { InputError } from '../../base/errors.ts';
import { formatMac, type Ipv4, type Mac } from '../../wire/address.ts';
import { OPTION, type Options, readOptions, writeOptions } from './options.ts';

export const BOOT_REQUEST = 1;
export const BOOT_REPLY = 2;

/** DHCP message types, option 53 (RFC 2132 §9.6). */
export const MESSAGE = {
  discover: 1,
  offer: 2,
  request: 3,
  decline: 4,
  ack: 5,
  nak: 6,
  release: 7,
  inform: 8,
} as const;

/** `flags`: the client cannot receive unicast before it has an address (RFC 2131 §2). */
export const FLAG_BROADCAST = 0x8000;

/** A DHCP message with its options already gathered from every area. */
export interface DhcpPacket {
  readonly op: number; // byte 0: 1 request, 2 reply
  readonly htype: number; // byte 1: 1 is Ethernet
  readonly hlen: number; // byte 2: bytes of chaddr in use, 0 to 16
  readonly hops: number; // byte 3
  readonly xid: number; // bytes 4-7
  readonly secs: number; // bytes 8-9; iPXE keeps flags here, so it is no measure of time
  readonly flags: number; // bytes 10-11
  readonly ciaddr: Ipv4; // bytes 12-15
  readonly yiaddr: Ipv4; // bytes 16-19
  readonly siaddr: Ipv4; // bytes 20-23
  readonly giaddr: Ipv4; // bytes 24-27
  readonly chaddr: Uint8Array; // bytes 28-43, all sixteen
  readonly sname: string; // bytes 44-107; empty when it held options
  readonly file: string; // bytes 108-235; empty when it held options
  readonly options: Options; // from byte 240
}

const FIXED_BYTES = 236;
const MAGIC = [0x63, 0x82, 0x53, 0x63] as const;
const SNAME = { offset: 44, length: 64 } as const;
const FILE = { offset: 108, length: 128 } as const;
const OPTIONS_OFFSET = FIXED_BYTES + MAGIC.length;
/** BOOTP's size, below which relays and old firmware drop a message (RFC 1542 §2.1). */
const PACKET_BYTES_MIN = 300;
/** What every client must take: a 576-byte datagram less its IP and UDP headers (RFC 2131 §2). */
export const PACKET_BYTES_DEFAULT_MAX = 576 - 28;

/**
 * Reads a message and gathers its options: the options area, then `file`, then `sname` when overloaded (RFC 2131 §4.1, RFC 3396 §5).
 * @param datagram the payload of a UDP datagram; not kept
 * @throws InputError `dhcp-short`, `dhcp-magic`, `dhcp-hlen`, `dhcp-option-truncated`
 */
export function decodePacket(datagram: Uint8Array): DhcpPacket {
  // A copy: `slice` of a Buffer would share its memory.
  const bytes = new Uint8Array(datagram);
  if (bytes.length < OPTIONS_OFFSET) {
    throw new InputError(
      'dhcp-short',
      `a DHCP message has at least ${OPTIONS_OFFSET} bytes, this one ${bytes.length}`,
    );
  }
  if (MAGIC.some((byte, i) => bytes[FIXED_BYTES + i] !== byte)) {
    throw new InputError(
      'dhcp-magic',
      'bytes 236 to 239 are not the DHCP magic cookie 63 82 53 63',
    );
  }
  const hlen = bytes[2]!;
  if (hlen > 16) {
    throw new InputError('dhcp-hlen', `hlen is ${hlen}, the limit is 16`, { field: 'hlen' });
  }
  const options = new Map<number, Uint8Array>();
  readOptions(bytes.subarray(OPTIONS_OFFSET), OPTIONS_OFFSET, options);
  const overload = options.get(OPTION.overload)?.[0] ?? 0;
  options.delete(OPTION.overload);
  if (overload & 1) readOptions(field(bytes, FILE), FILE.offset, options);
  if (overload & 2) readOptions(field(bytes, SNAME), SNAME.offset, options);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return {
    op: bytes[0]!,
    htype: bytes[1]!,
    hlen,
    hops: bytes[3]!,
    xid: view.getUint32(4),
    secs: view.getUint16(8),
    flags: view.getUint16(10),
    ciaddr: view.getUint32(12) as Ipv4,
    yiaddr: view.getUint32(16) as Ipv4,
    siaddr: view.getUint32(20) as Ipv4,
    giaddr: view.getUint32(24) as Ipv4,
    chaddr: bytes.slice(28, 44),
    sname: overload & 2 ? '' : readText(field(bytes, SNAME)),
    file: overload & 1 ? '' : readText(field(bytes, FILE)),
    options,
  };
}

/**
 * Writes a message of at least 300 bytes: message type first, relay agent option last (RFC 3046 §2.1), one options area where it fits.
 * What does not fit into `maxBytes` goes whole into an unused `file`, then `sname`, announced by option 52.
 * @param packet   `sname` and `file` hold Latin-1 text, at most 63 and 127 bytes
 * @param maxBytes the client's limit for the UDP payload, at least 548
 * @returns a new buffer that the caller owns
 * @throws InputError `dhcp-field-long`, `dhcp-options-full`
 */
export function encodePacket(packet: DhcpPacket, maxBytes = PACKET_BYTES_DEFAULT_MAX): Uint8Array {
  const chunks = writeOptions(inSendingOrder(packet.options));
  const areas = placeOptions(chunks, packet, Math.max(maxBytes, PACKET_BYTES_DEFAULT_MAX));
  const bytes = new Uint8Array(Math.max(PACKET_BYTES_MIN, OPTIONS_OFFSET + areas.main.length));
  const view = new DataView(bytes.buffer);
  bytes.set([packet.op, packet.htype, packet.hlen, packet.hops]);
  view.setUint32(4, packet.xid);
  view.setUint16(8, packet.secs);
  view.setUint16(10, packet.flags);
  view.setUint32(12, packet.ciaddr);
  view.setUint32(16, packet.yiaddr);
  view.setUint32(20, packet.siaddr);
  view.setUint32(24, packet.giaddr);
  bytes.set(packet.chaddr.subarray(0, 16), 28);
  bytes.set(areas.sname ?? writeText(packet.sname, 'sname', SNAME.length), SNAME.offset);
  bytes.set(areas.file ?? writeText(packet.file, 'file', FILE.length), FILE.offset);
  bytes.set(MAGIC, FIXED_BYTES);
  bytes.set(areas.main, OPTIONS_OFFSET);
  return bytes;
}

/** The hardware address of the client; undefined when it is not an Ethernet one of six bytes. */
export function clientMac(packet: DhcpPacket): Mac | undefined {
  return packet.hlen === 6 ? formatMac(packet.chaddr.subarray(0, 6)) : undefined;
}

/** Option 53, or undefined for plain BOOTP. */
export function messageType(packet: DhcpPacket): number | undefined {
  return packet.options.get(OPTION.messageType)?.[0];
}

/** An option that holds one IPv4 address; undefined when it is absent or has another length. */
export function addressOption(packet: DhcpPacket, code: number): Ipv4 | undefined {
  const value = packet.options.get(code);
  return value?.length === 4 ? (readUint(value) as Ipv4) : undefined;
}

/** An option that holds text; a trailing NUL, which some firmware sends, is dropped. */
export function textOption(packet: DhcpPacket, code: number): string | undefined {
  const value = packet.options.get(code);
  return value && readText(value);
}

/** Bytes of the UDP payload that the client takes: option 57 counts the IP and UDP headers too (RFC 2132 §9.10). */
export function maxPacketBytes(packet: DhcpPacket): number {
  const value = packet.options.get(OPTION.maxMessageSize);
  const limit = value?.length === 2 ? readUint(value) - 28 : PACKET_BYTES_DEFAULT_MAX;
  // OVMF announces 65280 in its REQUEST; nothing longer than one Ethernet frame is wanted.
  return Math.min(Math.max(limit, PACKET_BYTES_DEFAULT_MAX), 1472);
}

/** Option values: big-endian numbers of `length` bytes. */
export function uintBytes(value: number, length: 1 | 2 | 4): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value);
  return bytes.slice(4 - length);
}

/** Option values: Latin-1 text. */
export function textBytes(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text, 'latin1'));
}

function readUint(bytes: Uint8Array): number {
  return bytes.reduce((value, byte) => value * 256 + byte, 0);
}

function readText(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return Buffer.from(end === -1 ? bytes : bytes.subarray(0, end)).toString('latin1');
}

function writeText(text: string, name: string, length: number): Uint8Array {
  // The last byte stays zero: firmware reads these fields as C strings.
  if (text.length >= length) {
    throw new InputError(
      'dhcp-field-long',
      `${name} has ${text.length} bytes, the limit is ${length - 1}`,
      {
        field: name,
      },
    );
  }
  const bytes = new Uint8Array(length);
  bytes.set(textBytes(text));
  return bytes;
}

function field(
  bytes: Uint8Array,
  { offset, length }: { offset: number; length: number },
): Uint8Array {
  return bytes.subarray(offset, offset + length);
}

function inSendingOrder(options: Options): Options {
  const rank = (code: number) =>
    code === OPTION.messageType ? 0 : code === OPTION.relayAgent ? 2 : 1;
  return new Map([...options].sort(([a], [b]) => rank(a) - rank(b)));
}

interface Areas {
  readonly main: Uint8Array;
  readonly file?: Uint8Array;
  readonly sname?: Uint8Array;
}

/** Option 52 takes three bytes, each area's end option one. */
const OVERLOAD_BYTES = 3;

function placeOptions(
  chunks: readonly { readonly code: number; readonly bytes: Uint8Array }[],
  packet: DhcpPacket,
  maxBytes: number,
): Areas {
  const all = chunks.reduce((sum, chunk) => sum + chunk.bytes.length, 0);
  const room = maxBytes - OPTIONS_OFFSET - 1;
  if (all <= room) return { main: area(chunks.map((chunk) => chunk.bytes)) };
  const spare = [
    { bit: 1, room: packet.file === '' ? FILE.length - 1 : 0, chunks: [] as Uint8Array[] },
    { bit: 2, room: packet.sname === '' ? SNAME.length - 1 : 0, chunks: [] as Uint8Array[] },
  ];
  const main: Uint8Array[] = [];
  // The relay agent option must be the very last of the message, so its room in the main area is set aside first.
  const relay = chunks
    .filter((chunk) => chunk.code === OPTION.relayAgent)
    .map((chunk) => chunk.bytes);
  let left = room - OVERLOAD_BYTES - relay.reduce((sum, bytes) => sum + bytes.length, 0);
  for (const { code, bytes } of chunks) {
    if (code === OPTION.relayAgent) continue;
    if (bytes.length <= left) {
      main.push(bytes);
      left -= bytes.length;
      continue;
    }
    const place = spare.find((candidate) => bytes.length <= candidate.room);
    if (!place) {
      throw new InputError(
        'dhcp-options-full',
        `the options take ${all} bytes, which do not fit into a message of ${maxBytes}; option ${code} found no place`,
        { field: `option ${code}` },
      );
    }
    place.chunks.push(bytes);
    place.room -= bytes.length;
  }
  const [file, sname] = spare.map(({ chunks: used }) => (used.length > 0 ? area(used) : undefined));
  const bits = (file ? 1 : 0) | (sname ? 2 : 0);
  if (bits) main.splice(1, 0, Uint8Array.of(OPTION.overload, 1, bits));
  return {
    main: area([...main, ...relay]),
    ...(file && { file: padded(file, FILE.length) }),
    ...(sname && { sname: padded(sname, SNAME.length) }),
  };
}

function area(chunks: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(Buffer.concat([...chunks, Uint8Array.of(OPTION.end)]));
}

function padded(bytes: Uint8Array, length: number): Uint8Array {
  const whole = new Uint8Array(length);
  whole.set(bytes);
  return whole;
}
