/**
 * What every clustermon datagram has in common: header, body, authentication tag. `clustermon.x` is the normative description,
 * `docs/format/wire.md` shows the bytes.
 */
import { type XdrErrorCode, XdrReader, type XdrWriter } from './xdr.ts';

/** "CMON" */
export const MAGIC = 0x434d4f4e;
export const VERSION = 1;
export const HEADER_SIZE = 48;
/** Truncated HMAC-SHA-256 at the end of each datagram. */
export const TAG_SIZE = 16;
export const NONCE_SIZE = 8;
export const AGENT_ID_SIZE = 16;
/** Payload that fits one Ethernet frame with room for tunnels. */
export const MAX_PAYLOAD_DEFAULT = 1400;
/** Nothing larger is read. */
export const MAX_DATAGRAM = 65_507;

export const KINDS = {
  samples: 1,
  schema: 2,
  request: 3,
  backfill: 4,
  event: 5,
  bye: 6,
} as const;
export type Kind = (typeof KINDS)[keyof typeof KINDS];

/** Why a datagram was not accepted by its decoder. */
export type PacketErrorCode = XdrErrorCode | 'magic' | 'version' | 'kind' | 'body';

/** Bad bytes from a peer: counted by `code`, never fatal. */
export class PacketError extends Error {
  readonly code: PacketErrorCode;
  /** Byte of the datagram at which the bad item starts. */
  readonly offset: number;

  constructor(code: PacketErrorCode, offset: number) {
    super(`bad datagram: ${code} at byte ${offset}`);
    this.name = 'PacketError';
    this.code = code;
    this.offset = offset;
  }
}

export interface Header {
  kind: Kind; // offset 8
  /** The agent's id: 16 bytes as 16 latin-1 characters, the cheapest key for a Map. */
  agent: string; // offset 12
  /** Grows from boot to boot of one agent: milliseconds since the epoch at its start, or more. */
  boot: number; // offset 28
  /** Number of the datagram since the boot, from 0. */
  sequence: number; // offset 36
  /** Milliseconds since the epoch on the sender's clock: of the sampling for SAMPLES, of the sending otherwise. */
  timeMs: number; // offset 40
}

export function emptyHeader(): Header {
  return { kind: KINDS.samples, agent: '', boot: 0, sequence: 0, timeMs: 0 };
}

export function writeHeader(writer: XdrWriter, header: Header): void {
  writer.uint(MAGIC);
  writer.uint(VERSION);
  writer.int(header.kind);
  for (let index = 0; index < AGENT_ID_SIZE; index += 1) {
    writer.bytes[writer.offset + index] = header.agent.charCodeAt(index);
  }
  writer.offset += AGENT_ID_SIZE;
  writer.hyperNumber(header.boot);
  writer.uint(header.sequence);
  writer.hyperNumber(header.timeMs);
}

/**
 * Reads the header into `into`; the reader then stands at the body.
 * @returns the error, or undefined when the header is sound. Nothing is thrown: floods of bad datagrams must stay cheap.
 */
export function readHeader(reader: XdrReader, into: Header): PacketErrorCode | undefined {
  const magic = reader.uint();
  const version = reader.uint();
  const kind = reader.int();
  const agentAt = reader.skipOpaque(AGENT_ID_SIZE);
  into.boot = reader.hyperNumber();
  into.sequence = reader.uint();
  into.timeMs = reader.hyperNumber();
  if (reader.error !== undefined) return reader.error;
  if (magic !== MAGIC) return 'magic';
  if (version !== VERSION) return 'version';
  if (kind < KINDS.samples || kind > KINDS.bye) return 'kind';
  into.kind = kind as Kind;
  into.agent = latin1(reader.bytes, agentAt);
  return undefined;
}

function latin1(bytes: Uint8Array, at: number): string {
  // Sixteen arguments beat any decoder for so short a text.
  return String.fromCharCode(
    bytes[at] ?? 0,
    bytes[at + 1] ?? 0,
    bytes[at + 2] ?? 0,
    bytes[at + 3] ?? 0,
    bytes[at + 4] ?? 0,
    bytes[at + 5] ?? 0,
    bytes[at + 6] ?? 0,
    bytes[at + 7] ?? 0,
    bytes[at + 8] ?? 0,
    bytes[at + 9] ?? 0,
    bytes[at + 10] ?? 0,
    bytes[at + 11] ?? 0,
    bytes[at + 12] ?? 0,
    bytes[at + 13] ?? 0,
    bytes[at + 14] ?? 0,
    bytes[at + 15] ?? 0,
  );
}

/** A reader of the body of a datagram whose header is sound: from byte 48 up to the tag. */
export function bodyReader(datagram: Uint8Array): XdrReader {
  return new XdrReader(datagram, HEADER_SIZE, Math.max(HEADER_SIZE, datagram.length - TAG_SIZE));
}

/** The agent id as people see it: 32 hexadecimal digits. */
export function agentIdToHex(agent: string): string {
  let hex = '';
  for (let index = 0; index < agent.length; index += 1) {
    hex += agent.charCodeAt(index).toString(16).padStart(2, '0');
  }
  return hex;
}

/** @returns the id as 16 latin-1 characters, or undefined when `hex` is not 32 hexadecimal digits */
export function agentIdFromHex(hex: string): string | undefined {
  if (!/^[0-9a-f]{32}$/i.test(hex)) return undefined;
  return String.fromCharCode(
    ...Array.from(hex.matchAll(/../g), ([pair]) => Number.parseInt(pair, 16)),
  );
}

/** Throws what the reader met, if anything; to be called once at the end of a decoder. */
export function assertSound(reader: XdrReader): void {
  reader.finish();
  if (reader.error !== undefined) throw new PacketError(reader.error, reader.errorOffset);
}
