import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { BitWriter } from './bits.ts';
import { ColumnEncoder, decodeColumn } from './column.ts';

const encoder = new ColumnEncoder();

function encode(values: Float64Array): Uint8Array | undefined {
  const writer = new BitWriter();
  return encoder.encode(values, writer) ? writer.slice() : undefined;
}

function decode(bytes: Uint8Array, length: number): Float64Array {
  const out = new Float64Array(length).fill(-1);
  decodeColumn(bytes, out);
  return out;
}

const nan = Number.NaN;
const cases: { name: string; values: number[]; bytesMax: number }[] = [
  { name: 'a constant', values: Array<number>(200).fill(16384), bytesMax: 5 },
  {
    name: 'a counter that grows by one',
    values: Array.from({ length: 200 }, (_, i) => 1e6 + i),
    bytesMax: 10,
  },
  {
    name: 'multiples of 4096',
    values: Array.from({ length: 200 }, (_, i) => (i % 7) * 4096),
    bytesMax: 110,
  },
  {
    name: 'one decimal',
    values: Array.from({ length: 200 }, (_, i) => (i % 20) / 10),
    bytesMax: 160,
  },
  {
    name: 'float32 percentages',
    values: Array.from({ length: 200 }, (_, i) => Math.fround((i % 20) / 10)),
    bytesMax: 160,
  },
  {
    name: 'rare events',
    values: Array.from({ length: 200 }, (_, i) => (i === 50 ? 3 : 0)),
    bytesMax: 12,
  },
  {
    name: 'fractions that are not decimal',
    values: Array.from({ length: 200 }, (_, i) => i / 3),
    bytesMax: 1601,
  },
  { name: 'one value', values: [42.5], bytesMax: 5 },
  { name: 'unknown at both ends', values: [nan, nan, 1, 2, nan, 4, nan], bytesMax: 20 },
  {
    name: 'infinities',
    values: [Number.POSITIVE_INFINITY, 1, Number.NEGATIVE_INFINITY],
    bytesMax: 25,
  },
  {
    name: 'the largest integers',
    values: [Number.MAX_SAFE_INTEGER, -Number.MAX_SAFE_INTEGER, 0],
    bytesMax: 25,
  },
  {
    name: 'integers at the limit of the codes',
    values: [2 ** 51, -(2 ** 51), 2 ** 51],
    bytesMax: 40,
  },
  { name: 'tiny and huge', values: [5e-324, 1.7976931348623157e308], bytesMax: 17 },
];

for (const { name, values, bytesMax } of cases) {
  test(`${name} comes back exactly, in at most ${bytesMax} bytes`, () => {
    const bytes = encode(Float64Array.from(values));
    assert.ok(bytes);
    assert.deepEqual([...decode(bytes, values.length)], values);
    assert.ok(bytes.length <= bytesMax, `${bytes.length} bytes`);
  });
}

test('a column without a known value takes nothing', () => {
  assert.equal(encode(new Float64Array(10).fill(nan)), undefined);
});

test('float32 values can be read as the decimal numbers that they stand for', () => {
  const bytes = encode(Float64Array.of(Math.fround(12.3), Math.fround(0.1)));
  const out = new Float64Array(2);
  decodeColumn(bytes ?? new Uint8Array(), out, { decimals: true });
  assert.deepEqual([...out], [12.3, 0.1]);
});

const measured = fc.oneof(
  fc.constant(nan),
  fc.constant(0),
  fc.integer({ min: -1000, max: 1000 }),
  fc.integer({ min: 0, max: 100_000 }).map((value) => value / 100),
  fc.float({ noNaN: true }).map(Math.fround),
  fc.double({ noNaN: true }),
  fc.maxSafeInteger(),
);

test('law: what is encoded comes back, the input stays as it was', () => {
  fc.assert(
    fc.property(fc.array(measured, { minLength: 1, maxLength: 300 }), (values) => {
      const input = Float64Array.from(values, (value) => value + 0);
      const copy = input.slice();
      const bytes = encode(input);
      assert.deepEqual(input, copy);
      if (!bytes) return assert.ok(values.every(Number.isNaN));
      // -0 is the one value that comes back as another: as 0.
      const back = decode(bytes, values.length);
      assert.deepEqual(
        Array.from(back, (v) => v + 0),
        Array.from(input, (v) => v + 0),
      );
    }),
    { numRuns: 500 },
  );
});

test('law: any bytes give values, never an exception', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 200 }),
      fc.integer({ min: 1, max: 300 }),
      (bytes, length) => {
        decode(bytes, length);
      },
    ),
    { numRuns: 2000 },
  );
});
