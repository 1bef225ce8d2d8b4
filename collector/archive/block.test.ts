import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Block, BlockEncoder, DamagedBlock } from './block.ts';

const encoder = new BlockEncoder();
const ROWS = 5;

function encode(columns: readonly (readonly [number, readonly number[]])[]): Uint8Array {
  const bytes = encoder.encode(columns.map(([id, values]) => [id, Float64Array.from(values)]));
  assert.ok(bytes);
  return bytes;
}

test('each column is read alone, whatever the gaps between the ids', () => {
  const bytes = encode([
    [0, [1, 2, 3, 4, 5]],
    [1, [5, 5, 5, 5, 5]],
    [7, [0.5, Number.NaN, 0.25, 0, 1]],
    [60_000, [1e6, 2e6, 3e6, 4e6, 5e6]],
  ]);
  const block = new Block(bytes);
  assert.deepEqual(block.ids, [0, 1, 7, 60_000]);
  const out = new Float64Array(ROWS);
  assert.ok(block.read(7, out));
  assert.deepEqual([...out], [0.5, Number.NaN, 0.25, 0, 1]);
  assert.ok(block.read(60_000, out));
  assert.deepEqual([...out], [1e6, 2e6, 3e6, 4e6, 5e6]);
  assert.equal(block.read(2, out), false);
  assert.equal(block.read(60_001, out), false);
});

test('columns without a known value are left out; a block of them is nothing', () => {
  const unknown = new Float64Array(ROWS).fill(Number.NaN);
  assert.equal(encoder.encode([[3, unknown]]), undefined);
  const bytes = encoder.encode([
    [3, unknown],
    [4, Float64Array.of(1, 1, 1, 1, 1)],
  ]);
  assert.deepEqual(new Block(bytes ?? new Uint8Array()).ids, [4]);
});

test('every flipped bit is noticed', () => {
  const bytes = encode([
    [0, [1, 2, 3, 4, 5]],
    [2, [0.5, 1.5, 0.25, 0, 1]],
  ]);
  for (let bit = 0; bit < bytes.length * 8; bit += 1) {
    const damaged = bytes.slice();
    damaged[bit >> 3] = (damaged[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    assert.throws(() => new Block(damaged), DamagedBlock, `bit ${bit}`);
  }
});

test('every truncation is noticed', () => {
  const bytes = encode([[0, [1, 2, 3, 4, 5]]]);
  for (let length = 0; length < bytes.length; length += 1) {
    assert.throws(() => new Block(bytes.subarray(0, length)), DamagedBlock);
  }
});

test('law: any bytes are a block or DamagedBlock', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
      assert.throws(() => new Block(bytes), DamagedBlock);
    }),
  );
});

test('law: blocks come back, also from the middle of a larger buffer', () => {
  const value = fc.oneof(fc.integer(), fc.double({ noNaN: true }), fc.constant(Number.NaN));
  const column = fc.array(value, { minLength: ROWS, maxLength: ROWS });
  fc.assert(
    fc.property(fc.dictionary(fc.nat(70_000).map(String), column, { maxKeys: 8 }), (columns) => {
      const entries = Object.entries(columns).map(([id, values]) => [Number(id), values] as const);
      const known = entries.filter(([, values]) => !values.every(Number.isNaN));
      if (known.length === 0) return;
      const bytes = encode(entries.sort(([a], [b]) => a - b));
      const larger = new Uint8Array(bytes.length + 7);
      larger.set(bytes, 3);
      const block = new Block(larger.subarray(3, 3 + bytes.length));
      assert.deepEqual(block.ids.length, known.length);
      for (const [id, values] of known) {
        const out = new Float64Array(ROWS);
        assert.ok(block.read(id, out));
        assert.deepEqual(
          Array.from(out, (v) => v + 0),
          values.map((v) => v + 0),
        );
      }
    }),
  );
});
