/** Reads what an agent sent, as a collector would. */
import {
  type Backfill,
  type Request,
  readBackfill,
  requestSize,
  writeRequest,
} from '../../wire/control.ts';
import { seriesKey } from '../../wire/metric.ts';
import {
  bodyReader,
  emptyHeader,
  HEADER_SIZE,
  type Header,
  KINDS,
  readHeader,
  TAG_SIZE,
  writeHeader,
} from '../../wire/packet.ts';
import { readSamples, readSamplesHead, type SamplesHead, typeCodes } from '../../wire/samples.ts';
import { readSchemaPart, type SchemaPart } from '../../wire/schema.ts';
import { XdrReader, XdrWriter } from '../../wire/xdr.ts';

export function headerOf(datagram: Buffer): Header {
  const header = emptyHeader();
  const error = readHeader(new XdrReader(datagram), header);
  if (error !== undefined) throw new Error(`bad datagram: ${error}`);
  return header;
}

export function schemaPartsIn(datagrams: readonly Buffer[]): SchemaPart[] {
  return datagrams
    .filter((datagram) => headerOf(datagram).kind === KINDS.schema)
    .map((datagram) => readSchemaPart(bodyReader(datagram)));
}

export function backfillsIn(datagrams: readonly Buffer[]): Backfill[] {
  return datagrams
    .filter((datagram) => headerOf(datagram).kind === KINDS.backfill)
    .map((datagram) => readBackfill(bodyReader(datagram)));
}

/** A SAMPLES body by the schema that the parts tell. */
export function valuesIn(
  body: XdrReader,
  parts: readonly SchemaPart[],
): SamplesHead & { values: Map<string, number | string | undefined> } {
  const metrics = parts.flatMap((part) => part.metrics);
  const types = typeCodes(metrics.map(({ type }) => type));
  const head: SamplesHead = { schema: 0, tick: 0, first: 0, count: 0 };
  readSamplesHead(body, head);
  const table = {
    numbers: new Float64Array(types.length).fill(Number.NaN),
    strings: new Array<string | undefined>(types.length),
  };
  const error = readSamples(body, head, types, table);
  if (error !== undefined) throw new Error(`bad samples: ${error}`);
  const pairs = metrics.map(
    ({ name, labels, type }, index): [string, number | string | undefined] => [
      seriesKey(name, labels),
      type === 'string' ? table.strings[index] : table.numbers[index],
    ],
  );
  return { ...head, values: new Map(pairs.slice(head.first, head.first + head.count)) };
}

/** A REQUEST that is not sealed yet. */
export function requestDatagram(header: Omit<Header, 'kind'>, request: Request): Buffer {
  const size = HEADER_SIZE + requestSize(request) + TAG_SIZE;
  const writer = new XdrWriter(Buffer.alloc(size));
  writeHeader(writer, { ...header, kind: KINDS.request });
  writeRequest(writer, request);
  return Buffer.from(writer.bytes);
}
