import assert from 'node:assert/strict';
import { test } from 'node:test';
import { crc32, inflateSync } from 'node:zlib';
import { type Bound, drawLineChart } from './line-chart.ts';

const WIDTH = 1240;
const HEIGHT = 420;
const LINE = '#0072b2';
const WHITE = '#ffffff';

/** A picture read back; `at` gives the colour of a pixel. Fails when a chunk's CRC is wrong. */
function decode(png: Buffer) {
  assert.equal(png.toString('hex', 0, 8), '89504e470d0a1a0a');
  const chunks = new Map<string, Buffer>();
  for (let offset = 8; offset < png.length; ) {
    const length = png.readUInt32BE(offset);
    const body = png.subarray(offset + 4, offset + 8 + length);
    assert.equal(crc32(body), png.readUInt32BE(offset + 8 + length));
    chunks.set(body.toString('latin1', 0, 4), body.subarray(4));
    offset += length + 12;
  }
  const header = chunks.get('IHDR') as Buffer;
  const palette = chunks.get('PLTE') as Buffer;
  const rows = inflateSync(chunks.get('IDAT') as Buffer);
  const width = header.readUInt32BE(0);
  return {
    names: [...chunks.keys()],
    width,
    height: header.readUInt32BE(4),
    format: [...header.subarray(8)],
    size: rows.length,
    at(x: number, y: number): string {
      const index = rows[y * (width + 1) + 1 + x] as number;
      return `#${palette.toString('hex', index * 3, index * 3 + 3)}`;
    },
  };
}

function chart(values: readonly (number | null)[], bound?: Bound) {
  const table = { startS: 0, stepSeconds: 15, units: '', columns: [{ title: '', values }] };
  return decode(drawLineChart(table, bound));
}

/** Rows of a column of pixels that have this colour. */
function rowsWith(picture: ReturnType<typeof chart>, x: number, colour: string): number[] {
  return Array.from({ length: HEIGHT }, (_, y) => y).filter((y) => picture.at(x, y) === colour);
}

test('a PNG of one byte per pixel, whole and in order', () => {
  const { names, width, height, format, size } = chart([1, 2, 3]);
  assert.deepEqual(names, ['IHDR', 'PLTE', 'IDAT', 'IEND']);
  assert.deepEqual([width, height, format], [WIDTH, HEIGHT, [8, 3, 0, 0, 0]]);
  assert.equal(size, (WIDTH + 1) * HEIGHT);
});

test('the line is where the values are, and a gap stays a gap', () => {
  // 0 at the lower end, 10 at the upper; the gap is the middle fifth.
  const picture = chart([...row(40, 0), ...row(20, null), ...row(40, 10)]);
  const atLeft = rowsWith(picture, 300, LINE);
  const atRight = rowsWith(picture, 1000, LINE);
  assert.ok(atLeft.includes(366) && atLeft.length <= 4, String(atLeft));
  assert.ok(atRight.includes(20) && atRight.length <= 4, String(atRight));
  assert.deepEqual(rowsWith(picture, 660, LINE), []);
  assert.equal(picture.at(660, 200), WHITE);
});

for (const { side, above, below } of [
  { side: 'above', above: true, below: false },
  { side: 'below', above: false, below: true },
  { side: 'at', above: false, below: false },
] as const) {
  test(`the bound is a dashed line; the side ${side} it is tinted`, () => {
    const picture = chart(row(100, 0), { value: 5, side });
    const isTinted = (y: number) => picture.at(400, y) !== WHITE;
    // The axis ends at 6, a mark is every 2: 5 is a sixth below the upper end.
    assert.ok(rowsWith(picture, 122, '#b0122b').length >= 1);
    assert.deepEqual([isTinted(50), isTinted(105)], [above, below]);
  });
}

for (const { name, values } of [
  { name: 'no value at all', values: [null, null] },
  { name: 'a single value', values: [4] },
  { name: 'always the same', values: row(10, 1e300) },
  { name: 'noise of floating point', values: [0.3, 0.1 + 0.2] },
  { name: 'values at the ends of what a number holds', values: [-1.7e308, 1.7e308] },
  { name: 'negative', values: [-5, -1e-300] },
]) {
  test(`a picture comes of ${name}`, () => {
    assert.equal(chart(values).width, WIDTH);
  });
}

function row<T>(length: number, value: T): T[] {
  return new Array<T>(length).fill(value);
}
