/** Read requests: parsed here, so that the engine behind sees only what it handles well. Pure. Sources: RFC 1350, 2347, 2348, 2349, 7440. */
import { InputError } from '../../base/errors.ts';

export const OPCODE = { rrq: 1, wrq: 2, data: 3, ack: 4, error: 5, oack: 6 } as const;

/** Error codes of RFC 1350 §5 and RFC 2347 §4. */
export const TFTP_ERROR = {
  undefined: 0,
  notFound: 1,
  accessViolation: 2,
  illegalOperation: 4,
  unknownTransfer: 5,
  optionRefused: 8,
} as const;

export interface TftpOptions {
  /** Bytes of a block. */
  readonly blksize?: number;
  /** Blocks before an acknowledgement is due. */
  readonly windowsize?: number;
  /** Seconds before the first retransmission. */
  readonly timeout?: number;
  /** The client wants to know the size. */
  readonly tsize?: true;
}

export interface ReadRequest {
  /** As the client wrote it. */
  readonly file: string;
  readonly mode: 'octet' | 'netascii';
  readonly options: TftpOptions;
}

/** The longest request of RFC 2347 §3. */
const REQUEST_BYTES_MAX = 512;

/** Fits an Ethernet frame: 1500 less 20 IP, 8 UDP and 4 TFTP. */
export const BLOCK_SIZE_MAX = 1468;
/** RFC 1350 §2. */
export const BLOCK_SIZE_DEFAULT = 512;
/** More breaks firmware whose receive ring is short. */
export const WINDOW_SIZE_MAX = 64;

/**
 * Reads the first packet of a transfer. Option names are compared without case (RFC 2347 §3); an option that is unknown, or whose
 * value is out of its range, is left out of the result, and so not acknowledged (RFC 2347 §4); values are cut to our limits.
 * @throws InputError `tftp-malformed`, `tftp-write` (we only serve), `tftp-mode`
 */
export function parseReadRequest(bytes: Uint8Array, blockSizeMax = BLOCK_SIZE_MAX): ReadRequest {
  if (bytes.length < 4 || bytes.length > REQUEST_BYTES_MAX || bytes[0] !== 0) {
    throw new InputError(
      'tftp-malformed',
      `a request has 4 to ${REQUEST_BYTES_MAX} bytes and a known opcode`,
    );
  }
  if (bytes[1] === OPCODE.wrq) throw new InputError('tftp-write', 'this server only sends files');
  if (bytes[1] !== OPCODE.rrq) {
    throw new InputError('tftp-malformed', `opcode ${bytes[1]} does not begin a transfer`);
  }
  if (bytes.at(-1) !== 0) throw new InputError('tftp-malformed', 'the last string has no end');
  const [file = '', mode = '', ...rest] = Buffer.from(bytes.subarray(2, -1))
    .toString('latin1')
    .split('\0');
  if (file === '') throw new InputError('tftp-malformed', 'the request names no file');
  const lowered = mode.toLowerCase();
  if (lowered !== 'octet' && lowered !== 'netascii') {
    throw new InputError('tftp-mode', `mode ${JSON.stringify(mode)} is neither octet nor netascii`);
  }
  const given = new Map<string, string>();
  for (let at = 0; at + 1 < rest.length; at += 2) given.set(rest[at]!.toLowerCase(), rest[at + 1]!);
  return { file, mode: lowered, options: readOptions(given, blockSizeMax) };
}

function readOptions(given: ReadonlyMap<string, string>, blockSizeMax: number): TftpOptions {
  const blksize = inRange(given.get('blksize'), 8, 65464);
  const windowsize = inRange(given.get('windowsize'), 1, 65535);
  const timeout = inRange(given.get('timeout'), 1, 255);
  return {
    ...(blksize !== undefined && { blksize: Math.min(blksize, blockSizeMax) }),
    ...(windowsize !== undefined && { windowsize: Math.min(windowsize, WINDOW_SIZE_MAX) }),
    ...(timeout !== undefined && { timeout }),
    ...(given.has('tsize') && { tsize: true }),
  };
}

function inRange(text: string | undefined, min: number, max: number): number | undefined {
  if (text === undefined || !/^\d{1,6}$/.test(text)) return undefined;
  const value = Number(text);
  return value >= min && value <= max ? value : undefined;
}

/** The request as the engine reads it: lower case, octet, only options whose values it accepts. */
export function canonicalRequest({ file, options }: ReadRequest): Buffer {
  const strings = [file, 'octet'];
  // The engine knows no `timeout`, and without an option that it knows it acknowledges none: the default stands in.
  const isTimeoutAlone = Object.keys(options).join() === 'timeout';
  const blksize = options.blksize ?? (isTimeoutAlone ? BLOCK_SIZE_DEFAULT : undefined);
  if (blksize !== undefined) strings.push('blksize', String(blksize));
  if (options.windowsize !== undefined) strings.push('windowsize', String(options.windowsize));
  if (options.tsize) strings.push('tsize', '0');
  return Buffer.from(`\0\x01${strings.map((text) => `${text}\0`).join('')}`, 'latin1');
}

export function errorPacket(code: number, message: string): Buffer {
  return Buffer.concat([
    Buffer.from([0, OPCODE.error, code >> 8, code & 255]),
    Buffer.from(`${message}\0`, 'latin1'),
  ]);
}

/**
 * Where the file of a request lies below the served tree: forward slashes, none leading, no dot segments.
 * @returns undefined for a name that points outside, or holds a control character
 */
export function normalizeName(file: string): string | undefined {
  const parts = file
    .replaceAll('\\', '/')
    .split('/')
    .filter((part) => part !== '' && part !== '.');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what is looked for
  const isBad = parts.length === 0 || parts.includes('..') || /[\x00-\x1f\x7f]/.test(file);
  return isBad ? undefined : parts.join('/');
}

/** Octet to netascii (RFC 764): line feed to CR LF, carriage return to CR NUL. */
export function toNetascii(content: Buffer): Buffer {
  return Buffer.from(
    content.toString('latin1').replaceAll('\r', '\r\0').replaceAll('\n', '\r\n'),
    'latin1',
  );
}
