import { InputError } from '../../base/errors.ts';

/** DHCP options by code; a value that came in several pieces is already whole (RFC 3396). */
export type Options = ReadonlyMap<number, Uint8Array>;

/** Codes that this program reads or writes (RFC 2132 unless noted). */
export const OPTION = {
  pad: 0,
  subnetMask: 1,
  router: 3,
  domainNameServer: 6,
  hostName: 12,
  domainName: 15,
  broadcastAddress: 28,
  ntpServers: 42,
  vendorSpecific: 43,
  requestedAddress: 50,
  leaseTime: 51,
  overload: 52,
  messageType: 53,
  serverId: 54,
  parameterList: 55,
  message: 56,
  maxMessageSize: 57,
  renewalTime: 58,
  rebindingTime: 59,
  vendorClass: 60,
  clientId: 61,
  tftpServerName: 66,
  bootFileName: 67,
  userClass: 77, // RFC 3004
  relayAgent: 82, // RFC 3046
  clientArchitecture: 93, // RFC 4578 §2.1
  networkInterfaceId: 94, // RFC 4578 §2.2
  machineId: 97, // RFC 4578 §2.3
  ipxe: 175, // iPXE's own encapsulated options
  end: 255,
} as const;

/** The longest value that one option of the wire holds; a longer one is split (RFC 3396 §5). */
const PIECE_BYTES_MAX = 255;

/**
 * Reads one option area into `into`; a code that occurs again is appended (RFC 3396 §7).
 * @param area   the bytes after the magic cookie, or the `file` or `sname` field when overloaded
 * @param offset of `area` in the packet, for the error text
 * @throws InputError `dhcp-option-truncated` when a length points past the area; an area without an end option is accepted
 */
export function readOptions(area: Uint8Array, offset: number, into: Map<number, Uint8Array>): void {
  let at = 0;
  while (at < area.length) {
    const code = area[at]!;
    if (code === OPTION.end) return;
    if (code === OPTION.pad) {
      at += 1;
      continue;
    }
    const length = area[at + 1];
    if (length === undefined || at + 2 + length > area.length) {
      throw new InputError(
        'dhcp-option-truncated',
        `option ${code} at byte ${offset + at} is ${length ?? 'without a'} length, but ${area.length - at} bytes are left`,
        { field: `option ${code}` },
      );
    }
    const value = area.slice(at + 2, at + 2 + length);
    const before = into.get(code);
    into.set(code, before ? concatenate(before, value) : value);
    at += 2 + length;
  }
}

/**
 * Writes options in the map's order, long values in pieces of 255 bytes (RFC 3396 §5); no end option.
 * @returns one chunk an option, so that the caller can spread them over the areas of a packet
 */
export function writeOptions(options: Options): { code: number; bytes: Uint8Array }[] {
  return [...options].map(([code, value]) => {
    const pieces = Math.max(1, Math.ceil(value.length / PIECE_BYTES_MAX));
    const bytes = new Uint8Array(value.length + 2 * pieces);
    for (let piece = 0; piece < pieces; piece += 1) {
      const part = value.subarray(piece * PIECE_BYTES_MAX, (piece + 1) * PIECE_BYTES_MAX);
      const at = piece * (PIECE_BYTES_MAX + 2);
      bytes[at] = code;
      bytes[at + 1] = part.length;
      bytes.set(part, at + 2);
    }
    return { code, bytes };
  });
}

/** Encapsulated options (43, 175): codes, lengths and values without concatenation, ended by 255. Source: RFC 2132 §8.4. */
export function encapsulate(
  entries: readonly (readonly [number, readonly number[]])[],
): Uint8Array {
  return Uint8Array.from([
    ...entries.flatMap(([code, value]) => [code, value.length, ...value]),
    OPTION.end,
  ]);
}

/** Encapsulated options as a map; stops quietly at damage, because a client's private options are only hints. */
export function readEncapsulated(bytes: Uint8Array): Options {
  const found = new Map<number, Uint8Array>();
  try {
    readOptions(bytes, 0, found);
  } catch {
    // What was read before the damage stays.
  }
  return found;
}

function concatenate(first: Uint8Array, second: Uint8Array): Uint8Array {
  const whole = new Uint8Array(first.length + second.length);
  whole.set(first);
  whole.set(second, first.length);
  return whole;
}
