import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  BACKFILL_HEAD_SIZE,
  backfillRowSize,
  eventSize,
  readBackfill,
  readBye,
  readEvent,
  readRequest,
  requestSize,
  writeBackfill,
  writeBye,
  writeEvent,
  writeRequest,
} from './control.ts';
import { type Metric, SLOPES, VALUE_TYPES, type ValueType } from './metric.ts';
import {
  AGENT_ID_SIZE,
  agentIdFromHex,
  agentIdToHex,
  bodyReader,
  emptyHeader,
  HEADER_SIZE,
  type Header,
  KINDS,
  type Kind,
  PacketError,
  readHeader,
  TAG_SIZE,
  writeHeader,
} from './packet.ts';
import {
  readSamples,
  readSamplesHead,
  samplesThatFit,
  shortestDecimal,
  typeCodes,
  type ValueTable,
  valueSize,
  writeSamples,
} from './samples.ts';
import {
  readSchemaPart,
  type SchemaPart,
  schemaPartSize,
  splitSchema,
  writeSchemaPart,
} from './schema.ts';
import { stringSize, XdrReader, XdrWriter } from './xdr.ts';

/* One codec: how to write, read and size the body of one kind, and values of it. */
interface Codec<T> {
  kind: Kind;
  write(writer: XdrWriter, value: T): void;
  read(reader: XdrReader): T;
  size(value: T): number;
  values: fc.Arbitrary<T>;
  golden: T;
}

const SAMPLE_TYPES: readonly ValueType[] = [
  'float',
  'double',
  'int',
  'uint',
  'hyper',
  'uhyper',
  'string',
];
const CODES = typeCodes(SAMPLE_TYPES);

interface SamplesBody {
  schema: number;
  tick: number;
  /** In the order of SAMPLE_TYPES; null = unknown. */
  values: (number | string | null)[];
}

function tableOf(values: SamplesBody['values']): ValueTable {
  return {
    numbers: Float64Array.from(values, (value) => (typeof value === 'number' ? value : Number.NaN)),
    strings: values.map((value) => (typeof value === 'string' ? value : undefined)),
  };
}

const nonce = fc.uint8Array({ minLength: 8, maxLength: 8 });
const uint = fc.integer({ min: 0, max: 0xffffffff });
/** A grapheme may take more than a dozen bytes of UTF-8, and limits are in bytes. */
const text = (maxBytes: number) =>
  fc
    .string({ unit: 'grapheme', maxLength: maxBytes })
    .filter((value) => value.isWellFormed() && Buffer.byteLength(value) <= maxBytes);
const labels = fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), text(8), { maxKeys: 4 });
const unknownOr = <T>(values: fc.Arbitrary<T>) => fc.option(values, { nil: null, freq: 4 });
const metric: fc.Arbitrary<Metric> = fc.record({
  name: fc.stringMatching(/^[a-z_:][a-z0-9_:]{0,20}$/),
  type: fc.constantFrom(...VALUE_TYPES),
  units: text(6),
  slope: fc.constantFrom(...SLOPES),
  tmax: uint,
  dmax: uint,
  group: text(8),
  title: text(16),
  description: text(32),
  labels,
});
const GOLDEN_METRIC: Metric = {
  name: 'load_one',
  type: 'float',
  units: '',
  slope: 'both',
  tmax: 5,
  dmax: 0,
  group: 'load',
  title: 'One-minute load',
  description: 'Processes that ran or waited, averaged over a minute',
  labels: { device: 'sda' },
};
const GOLDEN_NONCE = Uint8Array.from([1, 2, 3, 4, 5, 6, 7, 8]);

const samples: Codec<SamplesBody> = {
  kind: KINDS.samples,
  write(writer, { schema, tick, values }) {
    writeSamples(writer, { schema, tick, first: 0, count: values.length }, CODES, tableOf(values));
  },
  read(reader) {
    const head = { schema: 0, tick: 0, first: 0, count: 0 };
    readSamplesHead(reader, head);
    const table = tableOf(SAMPLE_TYPES.map(() => null));
    const error = readSamples(reader, head, CODES, table);
    if (error !== undefined) throw new PacketError(error, reader.errorOffset);
    if (head.count !== SAMPLE_TYPES.length) throw new PacketError('body', 0);
    const values = SAMPLE_TYPES.map((type, index) => {
      if (type === 'string') return table.strings[index] ?? null;
      const value = table.numbers[index] ?? Number.NaN;
      if (Number.isNaN(value)) return null;
      return type === 'float' ? Math.fround(value) : value;
    });
    return { schema: head.schema, tick: head.tick, values };
  },
  size: ({ values }) => {
    const table = tableOf(values);
    const known = values.every((value) => value !== null);
    return SAMPLE_TYPES.reduce(
      (sum, _, index) => sum + valueSize(CODES, table, index),
      known ? 20 : 24,
    );
  },
  values: fc.record({
    schema: uint,
    tick: uint,
    values: fc.tuple(
      unknownOr(fc.float({ noNaN: true })),
      unknownOr(fc.double({ noNaN: true })),
      unknownOr(fc.integer()),
      unknownOr(uint),
      unknownOr(fc.maxSafeInteger()),
      unknownOr(fc.maxSafeNat()),
      unknownOr(text(20)),
    ),
  }),
  golden: { schema: 3, tick: 42, values: [1.5, -0.1, -7, null, -1, 2 ** 40, 'up'] },
};

const schema: Codec<SchemaPart> = {
  kind: KINDS.schema,
  write: writeSchemaPart,
  read: readSchemaPart,
  size: schemaPartSize,
  values: fc
    .record({
      schema: uint,
      nonce,
      hostName: text(12).filter((name) => name !== ''),
      labels,
      facts: labels,
      metrics: fc.array(metric, { maxLength: 3 }),
    })
    .map((whole) => ({ ...whole, part: 0, parts: 2, total: whole.metrics.length + 5, first: 5 })),
  golden: {
    schema: 3,
    nonce: GOLDEN_NONCE,
    part: 0,
    parts: 1,
    hostName: 'n001',
    labels: { rack: 'r07' },
    facts: { 'os.release': 'Debian 12' },
    total: 1,
    first: 0,
    metrics: [GOLDEN_METRIC],
  },
};

const range = fc.record({ from: uint, to: uint });
const request: Codec<ReturnType<typeof readRequest>> = {
  kind: KINDS.request,
  write: writeRequest,
  read: readRequest,
  size: requestSize,
  values: fc.record({ nonce, wantSchema: fc.boolean(), ranges: fc.array(range, { maxLength: 8 }) }),
  golden: { nonce: GOLDEN_NONCE, wantSchema: true, ranges: [{ from: 10, to: 12 }] },
};

const backfill: Codec<ReturnType<typeof readBackfill>> = {
  kind: KINDS.backfill,
  write: writeBackfill,
  read(reader) {
    const { nonce: echoed, rows } = readBackfill(reader);
    return {
      nonce: echoed,
      rows: rows.map(({ timeMs, body }) => ({ timeMs, body: body.slice() })),
    };
  },
  size: ({ rows }) => rows.reduce((sum, row) => sum + backfillRowSize(row), BACKFILL_HEAD_SIZE),
  values: fc.record({
    nonce,
    rows: fc.array(
      fc.record({ timeMs: fc.maxSafeInteger(), body: fc.uint8Array({ maxLength: 40 }) }),
      {
        maxLength: 4,
      },
    ),
  }),
  golden: {
    nonce: GOLDEN_NONCE,
    rows: [{ timeMs: 1_763_683_201_000, body: Uint8Array.from([1, 2, 3]) }],
  },
};

const event: Codec<ReturnType<typeof readEvent>> = {
  kind: KINDS.event,
  write: writeEvent,
  read: readEvent,
  size: eventSize,
  values: fc.record({ kind: text(8), text: text(20), labels }),
  golden: { kind: 'service-restarted', text: 'slurmd', labels: { unit: 'slurmd.service' } },
};

const bye: Codec<ReturnType<typeof readBye>> = {
  kind: KINDS.bye,
  write: writeBye,
  read: readBye,
  size: ({ reason }) => stringSize(reason),
  values: fc.record({ reason: text(20) }),
  golden: { reason: 'shutdown' },
};

const codecs = { samples, schema, request, backfill, event, bye } as unknown as Record<
  string,
  Codec<object>
>;

const GOLDEN_HEADER: Omit<Header, 'kind'> = {
  agent: agentIdFromHex('00112233445566778899aabbccddeeff') ?? '',
  boot: 1_763_683_200_000,
  sequence: 43,
  timeMs: 1_763_683_242_000,
};

/** A whole datagram; its tag is 16 times 0x99. */
function datagramOf<T>(codec: Codec<T>, value: T): Uint8Array {
  const writer = new XdrWriter(new Uint8Array(2048));
  writeHeader(writer, { ...GOLDEN_HEADER, kind: codec.kind });
  codec.write(writer, value);
  writer.fixedOpaque(new Uint8Array(TAG_SIZE).fill(0x99));
  return writer.written().slice();
}

/** Hex, sixteen bytes a line with their offset, after the JSON of the value. */
function toGolden(value: unknown, bytes: Uint8Array): string {
  const json = JSON.stringify(value, (_, item: unknown) =>
    item instanceof Uint8Array ? Buffer.from(item).toString('hex') : item,
  );
  const lines = [`# ${json}`];
  for (let at = 0; at < bytes.length; at += 16) {
    const hex = Buffer.from(bytes.subarray(at, at + 16)).toString('hex');
    lines.push(`${String(at).padStart(4)}: ${hex.replace(/.{8}(?=.)/g, '$& ')}`);
  }
  return `${lines.join('\n')}\n`;
}

for (const [name, codec] of Object.entries(codecs)) {
  test(`${name}: the golden datagram has its bytes and reads back`, () => {
    const bytes = datagramOf(codec, codec.golden);
    const file = new URL(`testdata/${name}.hex`, import.meta.url);
    const text = toGolden(codec.golden, bytes);
    if (process.env['UPDATE_GOLDEN']) writeFileSync(file, text);
    assert.equal(text, readFileSync(file, 'utf8'));
    assert.equal(
      process.env['UPDATE_GOLDEN'],
      undefined,
      'golden files were rewritten: look at the difference',
    );
    const header = emptyHeader();
    assert.equal(readHeader(new XdrReader(bytes), header), undefined);
    assert.deepEqual(header, { ...GOLDEN_HEADER, kind: codec.kind });
    assert.deepEqual(codec.read(bodyReader(bytes)), codec.golden);
  });

  test(`${name}: what is written reads back, has its size, and writes the same bytes again`, () => {
    fc.assert(
      fc.property(codec.values, (value) => {
        const bytes = datagramOf(codec, value);
        assert.equal(bytes.length, HEADER_SIZE + codec.size(value) + TAG_SIZE);
        const before = bytes.slice();
        const read = codec.read(bodyReader(bytes));
        assert.deepEqual(bytes, before);
        assert.deepEqual(JSON.parse(JSON.stringify(read)), JSON.parse(JSON.stringify(value)));
        assert.deepEqual(datagramOf(codec, read), bytes);
      }),
    );
  });

  test(`${name}: flipped, cut or random bytes give a value or a PacketError`, () => {
    fc.assert(
      fc.property(codec.values, fc.nat(), fc.nat(255), fc.nat(), (value, at, byte, cut) => {
        const bytes = datagramOf(codec, value);
        const body = HEADER_SIZE + (at % Math.max(1, bytes.length - HEADER_SIZE));
        bytes[body] = byte;
        for (const damaged of [bytes, bytes.subarray(0, cut % bytes.length)]) {
          try {
            codec.read(bodyReader(damaged));
          } catch (error) {
            assert.ok(error instanceof PacketError, String(error));
          }
        }
      }),
      { numRuns: 2000 },
    );
  });
}

const headerFaults: readonly [string, (bytes: Uint8Array) => Uint8Array, string][] = [
  ['too short', (bytes) => bytes.subarray(0, HEADER_SIZE - 1), 'too-short'],
  ['another magic', (bytes) => bytes.with(0, 0), 'magic'],
  ['another version', (bytes) => bytes.with(7, 2), 'version'],
  ['a kind that does not exist', (bytes) => bytes.with(11, 7), 'kind'],
  ['a boot beyond 2^53', (bytes) => bytes.with(28, 1), 'unsafe'],
];
for (const [name, damage, code] of headerFaults) {
  test(`a header with ${name} is ${code}`, () => {
    const bytes = damage(datagramOf(bye as unknown as Codec<object>, bye.golden));
    assert.equal(readHeader(new XdrReader(bytes), emptyHeader()), code);
  });
}

test('a float reads back as the decimal that was meant, or as itself', () => {
  for (const value of [0, -0, 0.1, -71.2, 0.01, 99.999, 1e-7, 1e30, 16_777_216, Infinity]) {
    const float = Math.fround(value);
    const expected = Math.abs(value) > 0 && Math.abs(value) < 1e-3 ? float : value;
    assert.ok(Object.is(shortestDecimal(float), value === 1e30 ? float : expected), String(value));
  }
  fc.assert(
    fc.property(fc.float({ noNaN: true }), (float) => {
      assert.ok(Object.is(Math.fround(shortestDecimal(float)), float));
    }),
  );
});

test('an agent id is 32 hexadecimal digits, both ways', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: AGENT_ID_SIZE, maxLength: AGENT_ID_SIZE }), (bytes) => {
      const hex = Buffer.from(bytes).toString('hex');
      assert.equal(agentIdToHex(agentIdFromHex(hex) ?? ''), hex);
    }),
  );
  assert.equal(agentIdFromHex('00'), undefined);
  assert.equal(agentIdFromHex('zz'.repeat(16)), undefined);
});

test('values that do not fit one datagram are spread over several, none lost', () => {
  const types: ValueType[] = Array.from(
    { length: 500 },
    (_, index) => SAMPLE_TYPES[index % 7] ?? 'float',
  );
  const codes = typeCodes(types);
  const table = tableOf(
    types.map((type, index) => (type === 'string' ? `s${index}` : index % 11 ? index : null)),
  );
  const seen = tableOf(types.map(() => null));
  for (let first = 0; first < types.length; ) {
    const count = samplesThatFit(codes, table, { first, sizeMax: 600 });
    const writer = new XdrWriter(new Uint8Array(600));
    writeSamples(writer, { schema: 1, tick: 1, first, count }, codes, table);
    const reader = new XdrReader(writer.written());
    const head = { schema: 0, tick: 0, first: 0, count: 0 };
    readSamplesHead(reader, head);
    assert.equal(readSamples(reader, head, codes, seen), undefined);
    first += count;
  }
  assert.deepEqual(seen, table);
});

test('a schema is cut into parts that fit, with every metric once and facts in the first', () => {
  const metrics = Array.from({ length: 70 }, (_, index) => ({
    ...GOLDEN_METRIC,
    name: `m${index}`,
  }));
  const facts = { short: 'kept', long: 'x'.repeat(1000) };
  const whole = { schema: 9, nonce: GOLDEN_NONCE, hostName: 'n1', labels: {}, facts, metrics };
  const parts = splitSchema(whole, 800);
  assert.ok(parts.every((part) => schemaPartSize(part) <= 800));
  assert.deepEqual(
    parts.flatMap((part) => part.metrics),
    metrics,
  );
  assert.deepEqual(
    parts.map((part) => [part.part, part.parts, part.total]),
    parts.map((_, index) => [index, parts.length, 70]),
  );
  assert.deepEqual(parts[0]?.facts, { short: 'kept' });
  assert.deepEqual(parts[1]?.facts, {});
});

test('clustermon.x has no names that rpcgen keeps for itself', () => {
  const text = readFileSync(new URL('clustermon.x', import.meta.url), 'utf8');
  const words: readonly string[] = text.replaceAll(/\/\*.*?\*\//gs, '').match(/\w+/g) ?? [];
  // RFC 5531 §12.3
  assert.ok(words.includes('datagram'));
  for (const kept of ['program', 'version']) assert.ok(!words.includes(kept), kept);
});
