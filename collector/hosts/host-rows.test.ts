import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HostRows, ROWS, type RowShape } from './host-rows.ts';

const SHAPES: readonly RowShape[] = [
  { doubles: 0, floats: 0 },
  { doubles: 2, floats: 0 },
  { doubles: 0, floats: 3 },
  { doubles: 2, floats: 3 },
  { doubles: 1, floats: 4 },
];

/** Doubles may be any number, floats what a decimal of up to three places becomes on the wire. */
function sampleOf(shape: RowShape, second: number, slot: number): number {
  return slot < shape.doubles ? second * 1e6 + slot / 7 : ((second % 1000) + slot) / 8;
}

for (const shape of SHAPES) {
  test(`${shape.doubles} doubles and ${shape.floats} floats: each value is where it was put, in both threads' views`, () => {
    const rows = HostRows.create(shape);
    const reader = new HostRows(rows.memory, rows.shape);
    const slots = shape.doubles + shape.floats;
    const firstS = 1_800_000_000;
    const endS = firstS + 2 * ROWS;
    for (let second = firstS; second < endS; second += 1) {
      const row = rows.open(second);
      for (let slot = 0; slot < slots; slot += 1) {
        assert.ok(Number.isNaN(rows.get(row, slot)), 'unknown before it is set');
        rows.set(row, slot, sampleOf(shape, second, slot));
      }
    }
    for (let second = endS - ROWS; second < endS; second += 1) {
      for (let slot = 0; slot < slots; slot += 1) {
        assert.equal(reader.value(second, slot), sampleOf(shape, second, slot));
      }
    }
    assert.equal(reader.find(endS - ROWS - 1), -1);
  });
}

test('a float comes back as the decimal that was meant', () => {
  const rows = HostRows.create({ doubles: 0, floats: 1 });
  const row = rows.open(1_800_000_000);
  for (const value of [71.2, 0.125, -12.345, 0, Math.fround(1e30), Math.fround(1 / 3)]) {
    rows.set(row, 0, value);
    assert.equal(rows.get(row, 0), value);
  }
});
