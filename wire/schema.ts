/** SCHEMA: who the host is and which metrics its SAMPLES carry, in order. A long list takes several datagrams. */
import {
  isLabelName,
  isMetricName,
  type Labels,
  LIMITS,
  type Metric,
  SLOPES,
  VALUE_TYPES,
} from './metric.ts';
import { assertSound, NONCE_SIZE, PacketError } from './packet.ts';
import { stringSize, type XdrReader, type XdrWriter } from './xdr.ts';

/** What each part of a schema begins with. */
export interface SchemaHead {
  /** Changes with every change of the list. */
  readonly schema: number;
  /** Of the REQUEST that this answers; zeros when nobody asked. */
  readonly nonce: Uint8Array;
  /** From 0; of `parts`. Host name and labels are in each, facts in part 0. */
  readonly part: number;
  readonly parts: number;
  readonly hostName: string;
  /** `class`, `rack`, `u`, `role`… as the agent was configured. */
  readonly labels: Labels;
  /** Hardware and software as text: `cpu.model`, `bios.version`, `os.release`… */
  readonly facts: Labels;
}

export interface SchemaPart extends SchemaHead {
  /** Metrics of the whole schema. */
  readonly total: number;
  /** Index in the schema of `metrics[0]`. */
  readonly first: number;
  readonly metrics: readonly Metric[];
}

export const NO_NONCE = new Uint8Array(NONCE_SIZE);

/** Number, nonce, part, parts, total, first, length of the metrics. */
const FIXED_SIZE = 4 + NONCE_SIZE + 4 * 5;
const METRIC_SIZE_MIN = 4 * 11;
const PAIR_SIZE_MIN = 8;

function pairsSize(pairs: Labels): number {
  return Object.entries(pairs).reduce(
    (sum, [key, value]) => sum + stringSize(key) + stringSize(value),
    4,
  );
}

export function metricSize(metric: Metric): number {
  const texts = [metric.name, metric.units, metric.group, metric.title, metric.description];
  return texts.reduce((sum, text) => sum + stringSize(text), 16) + pairsSize(metric.labels);
}

export function schemaPartSize(part: SchemaPart): number {
  return (
    FIXED_SIZE +
    stringSize(part.hostName) +
    pairsSize(part.labels) +
    pairsSize(part.facts) +
    part.metrics.reduce((sum, metric) => sum + metricSize(metric), 0)
  );
}

export function writeSchemaPart(writer: XdrWriter, part: SchemaPart): void {
  writer.uint(part.schema);
  writer.fixedOpaque(part.nonce);
  writer.uint(part.part);
  writer.uint(part.parts);
  writer.string(part.hostName);
  writePairs(writer, part.labels);
  writePairs(writer, part.facts);
  writer.uint(part.total);
  writer.uint(part.first);
  writer.array(part.metrics, (metric) => writeMetric(writer, metric));
}

function writePairs(writer: XdrWriter, pairs: Labels): void {
  writer.array(Object.entries(pairs), ([key, value]) => {
    writer.string(key);
    writer.string(value);
  });
}

function writeMetric(writer: XdrWriter, metric: Metric): void {
  writer.string(metric.name);
  writer.int(VALUE_TYPES.indexOf(metric.type));
  writer.string(metric.units);
  writer.int(SLOPES.indexOf(metric.slope));
  writer.uint(metric.tmax);
  writer.uint(metric.dmax);
  writer.string(metric.group);
  writer.string(metric.title);
  writer.string(metric.description);
  writePairs(writer, metric.labels);
}

/** @throws PacketError */
export function readSchemaPart(reader: XdrReader): SchemaPart {
  return readSchemaMetrics(reader, readSchemaHead(reader));
}

/**
 * Reads a part up to its metrics, which are most of it: who knows the schema's number need not read them.
 * @throws PacketError
 */
export function readSchemaHead(reader: XdrReader): SchemaHead {
  const bodyAt = reader.offset;
  const head: SchemaHead = {
    schema: reader.uint(),
    nonce: reader.fixedOpaque(NONCE_SIZE).slice(),
    part: reader.uint(),
    parts: reader.uint(),
    hostName: reader.string(LIMITS.hostName),
    labels: readPairs(reader, LIMITS.labels, LIMITS.labelName, LIMITS.labelValue),
    facts: readPairs(reader, LIMITS.facts, LIMITS.factName, LIMITS.factValue),
  };
  assertReadable(reader);
  const sound =
    head.part < head.parts &&
    head.parts <= LIMITS.metricsPerHost &&
    head.hostName !== '' &&
    Object.keys(head.labels).every(isLabelName);
  if (!sound) throw new PacketError('body', bodyAt);
  return head;
}

/**
 * Reads the rest of a part.
 * @param reader after `head`
 * @throws PacketError
 */
export function readSchemaMetrics(reader: XdrReader, head: SchemaHead): SchemaPart {
  const at = reader.offset;
  const part: SchemaPart = {
    ...head,
    total: reader.uint(),
    first: reader.uint(),
    metrics: reader.array(LIMITS.metricsPerHost, METRIC_SIZE_MIN, () => readMetric(reader)),
  };
  assertSound(reader);
  const sound =
    part.total <= LIMITS.metricsPerHost && part.first + part.metrics.length <= part.total;
  if (!sound) throw new PacketError('body', at);
  return part;
}

function readPairs(reader: XdrReader, lengthMax: number, keyMax: number, valueMax: number): Labels {
  const pairs = reader.array(lengthMax, PAIR_SIZE_MIN, (): [string, string] => [
    reader.string(keyMax),
    reader.string(valueMax),
  ]);
  return Object.fromEntries(pairs);
}

function readMetric(reader: XdrReader): Metric {
  const at = reader.offset;
  const name = reader.string(LIMITS.metricName);
  const type = VALUE_TYPES[reader.int()];
  const units = reader.string(LIMITS.units);
  const slope = SLOPES[reader.int()];
  const tmax = reader.uint();
  const dmax = reader.uint();
  const group = reader.string(LIMITS.group);
  const title = reader.string(LIMITS.title);
  const description = reader.string(LIMITS.description);
  const labels = readPairs(reader, LIMITS.labels, LIMITS.labelName, LIMITS.labelValue);
  assertReadable(reader);
  if (!type || !slope || !isMetricName(name) || !Object.keys(labels).every(isLabelName)) {
    throw new PacketError('body', at);
  }
  return { name, type, units, slope, tmax, dmax, group, title, description, labels };
}

function assertReadable(reader: XdrReader): void {
  if (reader.error !== undefined) throw new PacketError(reader.error, reader.errorOffset);
}

/**
 * Cuts a schema into parts that each fit `sizeMax` bytes of body.
 * @param facts go into part 0 as far as they fit; the others are left out, the longest first
 */
export function splitSchema(
  whole: Pick<SchemaPart, 'schema' | 'nonce' | 'hostName' | 'labels' | 'facts'> & {
    readonly metrics: readonly Metric[];
  },
  sizeMax: number,
): SchemaPart[] {
  const { metrics, ...head } = whole;
  const facts = factsThatFit(
    whole.facts,
    sizeMax - FIXED_SIZE - stringSize(whole.hostName) - pairsSize(whole.labels),
  );
  const drafts: { first: number; metrics: Metric[]; facts: Labels }[] = [
    { first: 0, metrics: [], facts },
  ];
  let room =
    sizeMax -
    schemaPartSize({ ...head, facts, part: 0, parts: 1, total: 0, first: 0, metrics: [] });
  const emptyRoom =
    sizeMax -
    schemaPartSize({ ...head, facts: {}, part: 0, parts: 1, total: 0, first: 0, metrics: [] });
  for (const [index, metric] of metrics.entries()) {
    const size = metricSize(metric);
    if (size > room) {
      drafts.push({ first: index, metrics: [], facts: {} });
      room = emptyRoom;
    }
    drafts.at(-1)?.metrics.push(metric);
    room -= size;
  }
  return drafts.map((draft, part) => ({
    ...head,
    ...draft,
    part,
    parts: drafts.length,
    total: metrics.length,
  }));
}

function factsThatFit(facts: Labels, sizeMax: number): Labels {
  const kept = new Set<string>();
  let room = sizeMax - 4;
  const bySize = Object.entries(facts)
    .map(([key, value]) => ({ key, size: stringSize(key) + stringSize(value) }))
    .sort((a, b) => a.size - b.size);
  for (const { key, size } of bySize) {
    if (size > room) break;
    room -= size;
    kept.add(key);
  }
  return Object.fromEntries(Object.entries(facts).filter(([key]) => kept.has(key)));
}
