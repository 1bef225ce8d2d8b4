/**
 * SAMPLES: the values of one tick, in the order of the schema. The values of a host with more metrics than fit one datagram are
 * spread over several, each with its own `first` and `count`.
 */
import { VALUE_TYPES, type ValueType } from './metric.ts';
import type { PacketErrorCode } from './packet.ts';
import { paddedSize, stringSize, type XdrReader, type XdrWriter } from './xdr.ts';

export interface SamplesHead {
  /** Number of the schema by which the values are to be read. */
  schema: number;
  /** Number of the sampling since the agent's boot, from 0; one a second. */
  tick: number;
  /** Index in the schema of the first value. */
  first: number;
  /** Values, known and unknown. */
  count: number;
}

/** Schema number, tick, first, count, length of the unknown bits. */
export const SAMPLES_HEAD_SIZE = 20;

/** Types as small integers, for loops that must not compare strings: the index in `VALUE_TYPES`. */
export type TypeCodes = Uint8Array;

export function typeCodes(types: readonly ValueType[]): TypeCodes {
  return Uint8Array.from(types, (type) => VALUE_TYPES.indexOf(type));
}

const FLOAT = VALUE_TYPES.indexOf('float');
const DOUBLE = VALUE_TYPES.indexOf('double');
const INT = VALUE_TYPES.indexOf('int');
const UINT = VALUE_TYPES.indexOf('uint');
const HYPER = VALUE_TYPES.indexOf('hyper');
const UHYPER = VALUE_TYPES.indexOf('uhyper');

/** Values of one host, by index in the schema. NaN in `numbers` (undefined in `strings`) = unknown. */
export interface ValueTable {
  readonly numbers: Float64Array;
  readonly strings: (string | undefined)[];
}

function isString(code: number | undefined): boolean {
  return code !== undefined && code > UHYPER;
}

function isUnknown(table: ValueTable, code: number | undefined, index: number): boolean {
  return isString(code)
    ? table.strings[index] === undefined
    : Number.isNaN(table.numbers[index] ?? Number.NaN);
}

/** Bytes on the wire of the value at `index`. */
export function valueSize(types: TypeCodes, table: ValueTable, index: number): number {
  const code = types[index];
  if (isUnknown(table, code, index)) return 0;
  if (isString(code)) return stringSize(table.strings[index] ?? '');
  return code === FLOAT || code === INT || code === UINT ? 4 : 8;
}

/**
 * How many values from `first` on fit a body.
 * @param sizeMax bytes for the whole SAMPLES body, its head included
 * @returns at least 1, even when that one value is too large
 */
export function samplesThatFit(
  types: TypeCodes,
  table: ValueTable,
  { first, sizeMax }: { first: number; sizeMax: number },
): number {
  let size = SAMPLES_HEAD_SIZE;
  let index = first;
  for (; index < types.length; index += 1) {
    size += valueSize(types, table, index);
    // The unknown bits grow by a word each 32 values; they are counted as if present.
    if (size + paddedSize((index - first + 8) >> 3) > sizeMax) break;
  }
  return Math.max(1, index - first);
}

export function writeSamples(
  writer: XdrWriter,
  head: SamplesHead,
  types: TypeCodes,
  table: ValueTable,
): void {
  writer.uint(head.schema);
  writer.uint(head.tick);
  writer.uint(head.first);
  writer.uint(head.count);
  writeUnknownBits(writer, head, types, table);
  const end = head.first + head.count;
  for (let index = head.first; index < end; index += 1) {
    const code = types[index];
    const value = table.numbers[index] ?? Number.NaN;
    if (isString(code)) {
      const text = table.strings[index];
      if (text !== undefined) writer.string(text);
    } else if (!Number.isNaN(value)) writeNumber(writer, code, value);
  }
}

function writeNumber(writer: XdrWriter, code: number | undefined, value: number): void {
  switch (code) {
    case FLOAT:
      writer.float(value);
      break;
    case DOUBLE:
      writer.double(value);
      break;
    case INT:
      writer.int(value);
      break;
    case UINT:
      writer.uint(value);
      break;
    default:
      writer.hyperNumber(value);
  }
}

/** Bit i (byte i/8, lowest bit first) tells that value `first + i` is unknown and absent; no bits at all when every value is known. */
function writeUnknownBits(
  writer: XdrWriter,
  { first, count }: SamplesHead,
  types: TypeCodes,
  table: ValueTable,
): void {
  let any = false;
  for (let index = first; index < first + count && !any; index += 1) {
    any = isUnknown(table, types[index], index);
  }
  const length = any ? (count + 7) >> 3 : 0;
  writer.uint(length);
  const at = writer.offset;
  writer.offset += paddedSize(length);
  writer.bytes.fill(0, at, writer.offset);
  if (!any) return;
  for (let index = 0; index < count; index += 1) {
    if (isUnknown(table, types[first + index], first + index)) {
      const byte = at + (index >> 3);
      writer.bytes[byte] = (writer.bytes[byte] ?? 0) | (1 << (index & 7));
    }
  }
}

export function readSamplesHead(reader: XdrReader, into: SamplesHead): void {
  into.schema = reader.uint();
  into.tick = reader.uint();
  into.first = reader.uint();
  into.count = reader.uint();
}

/**
 * Reads the values after the head into `table`; allocates nothing but the strings.
 * @returns the error, or undefined. On an error part of the values may have been overwritten: decode into a scratch table.
 */
export function readSamples(
  reader: XdrReader,
  { first, count }: SamplesHead,
  types: TypeCodes,
  table: ValueTable,
): PacketErrorCode | undefined {
  if (count === 0 || first + count > types.length) return 'body';
  const unknownLength = reader.uint();
  if (unknownLength !== 0 && unknownLength !== (count + 7) >> 3) return reader.error ?? 'body';
  const unknownAt = reader.skipOpaque(unknownLength);
  if (reader.error !== undefined) return reader.error;
  const { bytes } = reader;
  const { numbers, strings } = table;
  for (let offset = 0; offset < count; offset += 1) {
    const index = first + offset;
    const code = types[index];
    if (unknownLength !== 0 && ((bytes[unknownAt + (offset >> 3)] ?? 0) >> (offset & 7)) & 1) {
      if (isString(code)) strings[index] = undefined;
      else numbers[index] = Number.NaN;
    } else if (isString(code)) strings[index] = reader.string(STRING_VALUE_MAX);
    else numbers[index] = readNumber(reader, code);
  }
  reader.finish();
  return reader.error;
}

const STRING_VALUE_MAX = 256;

/**
 * The number that an agent meant: 71.2 for the float 71.19999694824219. Of all decimals with up to three places that round to the same
 * float it is the shortest; a float that has none stays as it is. Writing the result as a float gives the same bits again.
 */
export function shortestDecimal(float: number): number {
  const tenths = Math.round(float * 10) / 10;
  if (Math.fround(tenths) === float) return tenths;
  const hundredths = Math.round(float * 100) / 100;
  if (Math.fround(hundredths) === float) return hundredths;
  const thousandths = Math.round(float * 1000) / 1000;
  return Math.fround(thousandths) === float ? thousandths : float;
}

function readNumber(reader: XdrReader, code: number | undefined): number {
  switch (code) {
    case FLOAT:
      return shortestDecimal(reader.float());
    case DOUBLE:
      return reader.double();
    case INT:
      return reader.int();
    case UINT:
      return reader.uint();
    case HYPER:
      return reader.hyperRounded();
    default:
      return reader.uhyperRounded();
  }
}
