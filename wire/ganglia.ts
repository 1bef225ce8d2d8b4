/**
 * Ganglia's datagrams, version 3.1 and later: one message each, in XDR, without a sender's time, number or signature.
 * Source: ganglia monitor-core 3.7.2, lib/gm_protocol.x.
 */
import { PacketError } from './packet.ts';
import { shortestDecimal } from './samples.ts';
import { stringSize, XdrReader, XdrWriter } from './xdr.ts';

/** What a receiver reads of one datagram: gmond's `max_udp_msg_len`. */
export const GANGLIA_SIZE_MAX = 1472;

/** Their number is the slope on the wire. */
export const GANGLIA_SLOPES = [
  'zero',
  'positive',
  'negative',
  'both',
  'unspecified',
  'derivative',
] as const;
export type GangliaSlope = (typeof GANGLIA_SLOPES)[number];

const METADATA = 128;
/** How a value stands on the wire, from id 129 on; gmetric sends each as `string`, whatever its metadata says. */
export const GANGLIA_ENCODINGS = [
  'ushort',
  'short',
  'int',
  'uint',
  'string',
  'float',
  'double',
] as const;
const REQUEST = 136;

export interface GangliaName {
  /** Of the sender; `ADDRESS:NAME` when it speaks for another. */
  readonly host: string;
  readonly name: string;
  readonly isSpoofed: boolean;
}

export interface GangliaMetadata extends GangliaName {
  readonly kind: 'metadata';
  /** `string`, `int8`, `uint8`, `int16`, `uint16`, `int32`, `uint32`, `float`, `double`; not checked. */
  readonly type: string;
  readonly units: string;
  readonly slope: GangliaSlope;
  readonly tmax: number;
  readonly dmax: number;
  /** `TITLE`, `DESC`, `GROUP`…; a key may come twice. */
  readonly extra: readonly (readonly [key: string, value: string])[];
}

export interface GangliaValue extends GangliaName {
  readonly kind: 'value';
  readonly encoding: (typeof GANGLIA_ENCODINGS)[number];
  /** A directive of printf. Never to be used as one: it comes from the network. */
  readonly format: string;
  readonly value: number | string;
}

/** Asks whoever sends the metric for its metadata. */
export interface GangliaRequest extends GangliaName {
  readonly kind: 'request';
}

export type GangliaMessage = GangliaMetadata | GangliaValue | GangliaRequest;

/** True for a datagram that may be a request: most in a group are values, which who answers need not read. */
export function mayBeGangliaRequest(datagram: Uint8Array): boolean {
  const [first, second, third, id] = datagram;
  return first === 0 && second === 0 && third === 0 && id === REQUEST;
}

/** Two length words. */
const EXTRA_SIZE_MIN = 8;

/**
 * @returns undefined for a message of an id that is none of these, which gmond ignores too
 * @throws PacketError for bytes that are too few, too many, or lengths that cannot be
 */
export function readGanglia(datagram: Uint8Array): GangliaMessage | undefined {
  const reader = new XdrReader(datagram);
  const id = reader.uint();
  const encoding = GANGLIA_ENCODINGS[id - METADATA - 1];
  if (reader.error === undefined && id !== METADATA && id !== REQUEST && !encoding) return;
  const name: GangliaName = {
    host: readText(reader),
    name: readText(reader),
    // Any number but 0 is true to gmond.
    isSpoofed: reader.uint() !== 0,
  };
  const message = readRest(reader, id, name);
  reader.finish();
  if (reader.error !== undefined) throw new PacketError(reader.error, reader.errorOffset);
  return message;
}

function readRest(reader: XdrReader, id: number, name: GangliaName): GangliaMessage {
  if (id === REQUEST) return { kind: 'request', ...name };
  const encoding = GANGLIA_ENCODINGS[id - METADATA - 1];
  if (!encoding) return readMetadata(reader, name);
  const format = readText(reader);
  return { kind: 'value', ...name, encoding, format, value: readValue(reader, encoding) };
}

function readMetadata(reader: XdrReader, name: GangliaName): GangliaMetadata {
  const type = readText(reader);
  // The metric's name once more.
  readText(reader);
  return {
    kind: 'metadata',
    ...name,
    type,
    units: readText(reader),
    slope: GANGLIA_SLOPES[reader.uint()] ?? 'unspecified',
    tmax: reader.uint(),
    dmax: reader.uint(),
    extra: reader.array(GANGLIA_SIZE_MAX, EXTRA_SIZE_MIN, () => [
      readText(reader),
      readText(reader),
    ]),
  };
}

function readValue(reader: XdrReader, encoding: GangliaValue['encoding']): number | string {
  switch (encoding) {
    case 'ushort':
    case 'uint':
      return reader.uint();
    case 'short':
    case 'int':
      return reader.int();
    case 'string':
      return readText(reader);
    case 'float':
      return shortestDecimal(reader.float());
    case 'double':
      return reader.double();
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Ganglia names no character set: what is not UTF-8 is read as ISO 8859-1, which its XML says it is in. */
function readText(reader: XdrReader): string {
  const bytes = reader.opaque(GANGLIA_SIZE_MAX);
  try {
    return utf8.decode(bytes);
  } catch {
    return Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
  }
}

/** The datagram of a message. */
export function writeGanglia(message: GangliaMessage): Uint8Array {
  const writer = new XdrWriter(new Uint8Array(sizeMax(message)));
  writer.uint(idOf(message));
  writer.string(message.host);
  writer.string(message.name);
  writer.bool(message.isSpoofed);
  if (message.kind === 'metadata') writeMetadata(writer, message);
  if (message.kind === 'value') {
    writer.string(message.format);
    writeValue(writer, message);
  }
  return writer.written();
}

function idOf(message: GangliaMessage): number {
  switch (message.kind) {
    case 'metadata':
      return METADATA;
    case 'value':
      return METADATA + 1 + GANGLIA_ENCODINGS.indexOf(message.encoding);
    case 'request':
      return REQUEST;
  }
}

function writeMetadata(writer: XdrWriter, message: GangliaMetadata): void {
  writer.string(message.type);
  writer.string(message.name);
  writer.string(message.units);
  writer.uint(GANGLIA_SLOPES.indexOf(message.slope));
  writer.uint(message.tmax);
  writer.uint(message.dmax);
  writer.array(message.extra, ([key, value]) => {
    writer.string(key);
    writer.string(value);
  });
}

function writeValue(writer: XdrWriter, { encoding, value }: GangliaValue): void {
  if (encoding === 'string') writer.string(String(value));
  else if (encoding === 'float') writer.float(Number(value));
  else if (encoding === 'double') writer.double(Number(value));
  else if (encoding === 'ushort' || encoding === 'uint') writer.uint(Number(value));
  else writer.int(Number(value));
}

/** Enough bytes: every text, and the 40 that the numbers take at most. */
function sizeMax(message: GangliaMessage): number {
  const texts = [message.host, message.name];
  if (message.kind === 'value') texts.push(message.format, String(message.value));
  if (message.kind === 'metadata') {
    texts.push(message.type, message.name, message.units, ...message.extra.flat());
  }
  return texts.reduce((size, text) => size + stringSize(text), 40);
}
