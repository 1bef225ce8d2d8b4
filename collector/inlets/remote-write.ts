import { InputError } from '../../base/errors.ts';
import { FAMILY_TYPES, type Families, type Family } from './families.ts';
import { labelName, metricName, type ReceivedSample, refused } from './received-sample.ts';

const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;
const FIXED32 = 5;

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Series and families of one request; Prometheus sends 2,000 at most unless told otherwise. */
const PARTS_MAX = 50_000;
/** Labels of one series that are looked at: more than can be stored. */
const LABELS_MAX = 100;

/**
 * The newest sample of each series of a remote write request. `host`, or `instance` without its port, becomes the host; the other labels stay.
 * @param message  prometheus.WriteRequest, unpacked
 * @param families learn what the request tells of them
 * @returns an `inlet-sample` in place of a series that cannot be taken
 * @throws InputError `inlet-body`
 * Source: Prometheus Remote-Write 1.0 specification, "Protocol"
 */
export function readWriteRequest(
  message: Uint8Array,
  families: Families,
): (ReceivedSample | InputError)[] {
  const fields: Field[] = [];
  for (const field of fieldsOf(message)) {
    if (fields.push(field) > PARTS_MAX)
      throw broken(`has more than ${PARTS_MAX} series; send smaller ones`);
  }
  for (const field of fields) if (field.number === 3) families.learn(readFamily(bytesOf(field)));
  return fields.flatMap((field) =>
    field.number === 1 ? (readSeries(bytesOf(field), families) ?? []) : [],
  );
}

/** prometheus.MetricMetadata */
function readFamily(message: Uint8Array): Family {
  const family = { name: '', type: FAMILY_TYPES[0] as Family['type'], help: '', unit: '' };
  for (const field of fieldsOf(message)) {
    if (field.number === 1 && field.wire === VARINT) {
      family.type = FAMILY_TYPES[Number(field.view.getBigUint64(0))] ?? 'unknown';
    } else if (field.number === 2) family.name = metricName(textOf(field));
    else if (field.number === 4) family.help = textOf(field);
    else if (field.number === 5) family.unit = textOf(field);
  }
  return family;
}

/** @returns undefined for a series without samples */
function readSeries(
  message: Uint8Array,
  families: Families,
): ReceivedSample | InputError | undefined {
  const labels: Record<string, string> = {};
  let labelCount = 0;
  let newest: { value: number; timeMs: number } | undefined;
  for (const field of fieldsOf(message)) {
    if (field.number === 1) {
      labelCount += 1;
      if (labelCount > LABELS_MAX) return refused('labels', `a series has more than ${LABELS_MAX}`);
      const [name, value] = readLabel(bytesOf(field));
      labels[name] = value;
    } else if (field.number === 2) {
      const sample = readSample(bytesOf(field));
      if (!newest || sample.timeMs >= newest.timeMs) newest = sample;
    } else if (field.number === 4) {
      return refused('histogram', 'native histograms are not stored; send classic buckets');
    }
  }
  if (!newest) return undefined;
  const { __name__: written = '', host, ...others } = labels;
  const name = metricName(written);
  const pairs = Object.entries(others).map(([label, value]) => [labelName(label), value] as const);
  return {
    host: host ?? (labels['instance'] ?? '').replace(/:\d+$/, ''),
    name,
    labels: Object.fromEntries(pairs),
    meaning: families.meaning(name),
    ...newest,
  };
}

function readLabel(message: Uint8Array): [name: string, value: string] {
  const texts = ['', ''];
  for (const field of fieldsOf(message)) {
    if (field.number === 1 || field.number === 2) texts[field.number - 1] = textOf(field);
  }
  return texts as [string, string];
}

function readSample(message: Uint8Array): { value: number; timeMs: number } {
  const sample = { value: 0, timeMs: 0 };
  for (const { number, wire, view } of fieldsOf(message)) {
    if (number === 1 && wire === FIXED64) sample.value = view.getFloat64(0, true);
    if (number === 2 && wire === VARINT) sample.timeMs = Number(view.getBigInt64(0));
  }
  return sample;
}

interface Field {
  readonly number: number;
  readonly wire: number;
  /** The content; a varint as 8 bytes, big-endian. */
  readonly view: DataView;
}

/** The fields of one message. Source: protobuf.dev, "Encoding" */
function* fieldsOf(bytes: Uint8Array): Generator<Field> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      if (at >= bytes.length) throw broken('ends inside a number');
      const byte = view.getUint8(at);
      at += 1;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asUintN(64, value);
    }
    throw broken('a number has more than ten bytes');
  };
  const take = (length: number): DataView => {
    if (length > bytes.length - at)
      throw broken(`a field of ${length} bytes is longer than the data`);
    const content = new DataView(bytes.buffer, bytes.byteOffset + at, length);
    at += length;
    return content;
  };
  while (at < bytes.length) {
    const key = Number(varint());
    const wire = key % 8;
    const number = Math.floor(key / 8);
    if (wire === VARINT) {
      const content = new DataView(new ArrayBuffer(8));
      content.setBigUint64(0, varint());
      yield { number, wire, view: content };
    } else if (wire === FIXED64) yield { number, wire, view: take(8) };
    else if (wire === BYTES) yield { number, wire, view: take(Number(varint())) };
    else if (wire === FIXED32) yield { number, wire, view: take(4) };
    else throw broken(`has a field of the unknown kind ${wire}`);
  }
}

function bytesOf({ number, wire, view }: Field): Uint8Array {
  if (wire !== BYTES) throw broken(`field ${number} is no message`);
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}

function textOf(field: Field): string {
  try {
    return utf8.decode(bytesOf(field));
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw broken(`field ${field.number} is not UTF-8`);
  }
}

function broken(reason: string): InputError {
  return new InputError('inlet-body', `the write request ${reason}`, { field: 'body' });
}
