import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { stringSize, type XdrErrorCode, XdrReader, XdrWriter } from './xdr.ts';

const bytesOf = (hex: string) => Uint8Array.from(Buffer.from(hex.replaceAll(' ', ''), 'hex'));
const hexOf = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

interface Item<T> {
  name: string;
  write(writer: XdrWriter, value: T): void;
  read(reader: XdrReader): T;
  values: fc.Arbitrary<T>;
  size(value: T): number;
  samples: readonly [T, string][];
}

const BLOB_MAX = 64;
const blob = fc.uint8Array({ maxLength: BLOB_MAX });
const pad = (length: number) => Math.ceil(length / 4) * 4;
// The canonical encodings are those of RFC 4506, written out by hand.
const items: readonly Item<never>[] = [
  {
    name: 'int',
    write: (writer, value: number) => writer.int(value),
    read: (reader) => reader.int(),
    values: fc.integer(),
    size: () => 4,
    samples: [
      [-1, 'ffffffff'],
      [0x01020304, '01020304'],
      [-(2 ** 31), '80000000'],
    ],
  } satisfies Item<number>,
  {
    name: 'uint',
    write: (writer, value: number) => writer.uint(value),
    read: (reader) => reader.uint(),
    values: fc.integer({ min: 0, max: 0xffffffff }),
    size: () => 4,
    samples: [[0xffffffff, 'ffffffff']],
  } satisfies Item<number>,
  {
    name: 'bool',
    write: (writer, value: boolean) => writer.bool(value),
    read: (reader) => reader.bool(),
    values: fc.boolean(),
    size: () => 4,
    samples: [
      [true, '00000001'],
      [false, '00000000'],
    ],
  } satisfies Item<boolean>,
  {
    name: 'hyper',
    write: (writer, value: bigint) => writer.hyper(value),
    read: (reader) => reader.hyper(),
    values: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    size: () => 8,
    samples: [[-2n, 'fffffffffffffffe']],
  } satisfies Item<bigint>,
  {
    name: 'uhyper',
    write: (writer, value: bigint) => writer.uhyper(value),
    read: (reader) => reader.uhyper(),
    values: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
    size: () => 8,
    samples: [[2n ** 64n - 1n, 'ffffffffffffffff']],
  } satisfies Item<bigint>,
  {
    name: 'hyper as a number',
    write: (writer, value: number) => writer.hyperNumber(value),
    read: (reader) => reader.hyperNumber(),
    values: fc.maxSafeInteger(),
    size: () => 8,
    samples: [
      [-1, 'ffffffffffffffff'],
      [2 ** 40 + 5, '0000010000000005'],
    ],
  } satisfies Item<number>,
  {
    name: 'float',
    write: (writer, value: number) => writer.float(value),
    read: (reader) => reader.float(),
    values: fc.float(),
    size: () => 4,
    samples: [[1.5, '3fc00000']],
  } satisfies Item<number>,
  {
    name: 'double',
    write: (writer, value: number) => writer.double(value),
    read: (reader) => reader.double(),
    values: fc.double(),
    size: () => 8,
    samples: [[-0.1, 'bfb999999999999a']],
  } satisfies Item<number>,
  {
    name: 'opaque',
    write: (writer, value: Uint8Array) => writer.opaque(value),
    read: (reader) => reader.opaque(BLOB_MAX).slice(),
    values: blob,
    size: (value) => 4 + pad(value.length),
    samples: [
      [bytesOf('abcdef'), '00000003 abcdef00'],
      [bytesOf(''), '00000000'],
    ],
  } satisfies Item<Uint8Array>,
  {
    name: 'fixed opaque of 5',
    write: (writer, value: Uint8Array) => writer.fixedOpaque(value),
    read: (reader) => reader.fixedOpaque(5).slice(),
    values: fc.uint8Array({ minLength: 5, maxLength: 5 }),
    size: () => 8,
    samples: [[bytesOf('0102030405'), '0102030405000000']],
  } satisfies Item<Uint8Array>,
  {
    name: 'string',
    write: (writer, value: string) => writer.string(value),
    read: (reader) => reader.string(BLOB_MAX * 4),
    values: fc.string({ unit: 'grapheme', maxLength: 20 }).filter((text) => text.isWellFormed()),
    size: stringSize,
    samples: [
      ['sillyprog', '00000009 73696c6c 7970726f 67000000'],
      ['é😀', '00000006 c3a9f09f 98800000'],
    ],
  } satisfies Item<string>,
  {
    name: 'array of int',
    write: (writer, value: number[]) => writer.array(value, (one) => writer.int(one)),
    read: (reader) => reader.array(8, 4, () => reader.int()),
    values: fc.array(fc.integer(), { maxLength: 8 }),
    size: (value) => 4 + 4 * value.length,
    samples: [[[1, -1], '00000002 00000001 ffffffff']],
  } satisfies Item<number[]>,
  {
    name: 'optional int',
    write: (writer, value: number | undefined) => writer.optional(value, (one) => writer.int(one)),
    read: (reader) => reader.optional(() => reader.int()),
    values: fc.option(fc.integer(), { nil: undefined }),
    size: (value) => (value === undefined ? 4 : 8),
    samples: [
      [undefined, '00000000'],
      [7, '00000001 00000007'],
    ],
  } satisfies Item<number | undefined>,
  {
    name: 'union of void and double',
    write: (writer, value: number | null) =>
      writer.union(value === null ? 0 : 2, (arm) => {
        if (arm === 2) writer.double(value ?? 0);
      }),
    read: (reader) => reader.union((arm) => (arm === 2 ? reader.double() : null)),
    values: fc.option(fc.double()),
    size: (value) => (value === null ? 4 : 12),
    samples: [[1, '00000002 3ff0000000000000']],
  } satisfies Item<number | null>,
] as unknown as readonly Item<never>[];

for (const item of items) {
  for (const [value, hex] of item.samples) {
    test(`${item.name}: ${String(value)} is ${hex}`, () => {
      const writer = new XdrWriter(new Uint8Array(128));
      item.write(writer, value);
      assert.equal(hexOf(writer.written()), hex.replaceAll(' ', ''));
      const reader = new XdrReader(bytesOf(hex));
      assert.deepEqual(item.read(reader), value);
      reader.finish();
      assert.equal(reader.error, undefined);
    });
  }

  test(`${item.name}: what is written reads back, takes its size, at any offset`, () => {
    fc.assert(
      fc.property(item.values, fc.nat(9), (value, words) => {
        const writer = new XdrWriter(new Uint8Array(512).fill(0xaa));
        writer.offset = words * 4;
        item.write(writer, value);
        assert.equal(writer.offset, words * 4 + item.size(value));
        const reader = new XdrReader(writer.bytes, words * 4, writer.offset);
        assert.deepEqual(item.read(reader), value);
        reader.finish();
        assert.equal(reader.error, undefined);
      }),
    );
  });

  test(`${item.name}: cut short it is an error, and every later read gives nothing`, () => {
    fc.assert(
      fc.property(item.values, (value) => {
        const writer = new XdrWriter(new Uint8Array(512));
        item.write(writer, value);
        const reader = new XdrReader(writer.bytes, 0, writer.offset - 1);
        item.read(reader);
        assert.equal(reader.error, 'too-short');
        assert.equal(reader.uint(), 0);
        assert.equal(reader.string(8), '');
      }),
    );
  });
}

const faults: readonly {
  name: string;
  hex: string;
  read(reader: XdrReader): unknown;
  code: XdrErrorCode;
}[] = [
  { name: 'a boolean of 2', hex: '00000002', read: (reader) => reader.bool(), code: 'bool' },
  {
    name: 'padding that is not zero',
    hex: '00000001 41000001',
    read: (reader) => reader.string(9),
    code: 'padding',
  },
  {
    name: 'a length above its limit',
    hex: '00000005',
    read: (reader) => reader.string(4),
    code: 'too-long',
  },
  {
    name: 'a string that is not UTF-8',
    hex: '00000002 c3280000',
    read: (reader) => reader.string(4),
    code: 'utf8',
  },
  {
    name: 'a length that the data cannot hold',
    hex: '7fffffff',
    read: (reader) => reader.array(2 ** 31, 4, () => reader.int()),
    code: 'too-short',
  },
  {
    name: 'a hyper beyond safe integers',
    hex: '0020000000000000',
    read: (reader) => reader.hyperNumber(),
    code: 'unsafe',
  },
  {
    name: 'bytes left over',
    hex: '00000000 00000000',
    read: (reader) => reader.int(),
    code: 'trailing',
  },
];
for (const fault of faults) {
  test(`${fault.name} is ${fault.code}`, () => {
    const reader = new XdrReader(bytesOf(fault.hex));
    fault.read(reader);
    reader.finish();
    assert.equal(reader.error, fault.code);
  });
}

test('a full buffer is a RangeError, whatever is written', () => {
  for (const item of items) {
    const value = item.samples[0]?.[0] as never;
    const writer = new XdrWriter(new Uint8Array(item.size(value) - 1));
    assert.throws(() => item.write(writer, value), RangeError, item.name);
  }
});
