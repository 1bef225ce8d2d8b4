/**
 * One series of a block as bytes: lossless, and small for what machines measure. The values become decimal-scaled integers, the
 * integers differences (or not, whichever is shorter), the differences Rice codes. docs/format/archive.md has the layout.
 */
import { BitReader, type BitWriter, unzigzag, zigzag } from './bits.ts';
import { bestK, readRice, riceCost, writeRice } from './rice.ts';

/** Low four bits of a column's first byte: a power of ten, or no scale at all. */
const SCALE_MAX = 9;
const RAW_FLOAT64 = 14;
const RAW_FLOAT32 = 15;
/** The value is the nearest float32 to the decimal number. */
const IS_FLOAT32 = 0x10;
const HAS_UNKNOWN = 0x20;
const TRANSFORM_SHIFT = 6;

/** What of the integers is coded: their height above the least, their differences, or their differences' height above the least. */
const TRANSFORMS = { height: 0, difference: 1, growth: 2 } as const;

const POWERS = Float64Array.from({ length: SCALE_MAX + 1 }, (_, power) => 10 ** power);
/** Differences of such integers, zigzagged, stay below 2^53. */
const INTEGER_MAX = 2 ** 51;

/** Encodes columns one after another, keeping its memory from one to the next. */
export class ColumnEncoder {
  #known = new Float64Array(0);
  #integers = new Float64Array(0);

  /**
   * Appends one column to `writer`.
   * @param values NaN = unknown; -0 comes back as 0; not changed
   * @returns false, with nothing written, when no value is known
   */
  encode(values: Float64Array, writer: BitWriter): boolean {
    if (this.#known.length < values.length) {
      this.#known = new Float64Array(values.length);
      this.#integers = new Float64Array(values.length);
    }
    const count = keepKnown(values, this.#known);
    if (count === 0) return false;
    const known = this.#known.subarray(0, count);
    const integers = this.#integers.subarray(0, count);
    let scale = findScale(known, integers, false);
    const isFloat32 = scale === undefined && known.every(isFloat32Value);
    if (isFloat32) scale = findScale(known, integers, true);
    const flags = (isFloat32 ? IS_FLOAT32 : 0) | (count < values.length ? HAS_UNKNOWN : 0);
    if (scale === undefined) {
      writer.byte(flags | (isFloat32 ? RAW_FLOAT32 : RAW_FLOAT64));
      if (count < values.length) writeKnownRuns(values, writer);
      writer.raw(new Uint8Array((isFloat32 ? Float32Array.from(known) : known.slice()).buffer));
      return true;
    }
    const shape = bestShape(integers);
    writer.byte(flags | scale | (shape.transform << TRANSFORM_SHIFT));
    if (count < values.length) writeKnownRuns(values, writer);
    writeIntegers(integers, shape, writer);
    return true;
  }
}

/**
 * Reads one column.
 * @param decimals gives float32 values as the decimal numbers that they stand for (12.3, not 12.300000190734863): for sums
 * @param out      its length is that of the column; filled, NaN = unknown
 */
export function decodeColumn(
  bytes: Uint8Array,
  out: Float64Array,
  { decimals = false }: { decimals?: boolean } = {},
): void {
  const reader = new BitReader(bytes);
  const head = reader.byte();
  const runs = head & HAS_UNKNOWN ? readKnownRuns(reader, out.length) : [0, out.length];
  const count = runs.reduce((sum, run, index) => (index % 2 === 1 ? sum + run : sum), 0);
  const scale = head & 15;
  const isFloat32 = (head & IS_FLOAT32) !== 0;
  if (scale > SCALE_MAX) readRaw(reader, out.subarray(0, count), scale === RAW_FLOAT32);
  else {
    readIntegers(reader, out.subarray(0, count), head >>> TRANSFORM_SHIFT);
    const divisor = POWERS[scale] ?? 1;
    const round = isFloat32 && !decimals;
    if (divisor !== 1 || round) unscale(out.subarray(0, count), divisor, round);
  }
  if (count < out.length) spread(out, runs, count);
}

function keepKnown(values: Float64Array, known: Float64Array): number {
  let count = 0;
  for (let index = 0; index < values.length; index += 1) {
    const value = values[index] ?? Number.NaN;
    if (!Number.isNaN(value)) {
      known[count] = value;
      count += 1;
    }
  }
  return count;
}

function isFloat32Value(value: number): boolean {
  return Math.fround(value) === value;
}

/** The least power of ten that makes integers of all values; they are then in `integers`. */
function findScale(
  known: Float64Array,
  integers: Float64Array,
  isFloat32: boolean,
): number | undefined {
  for (let scale = 0; scale <= SCALE_MAX; scale += 1) {
    if (scaleBy(POWERS[scale] ?? 1, known, integers, isFloat32)) return scale;
  }
  return undefined;
}

function scaleBy(
  power: number,
  known: Float64Array,
  integers: Float64Array,
  isFloat32: boolean,
): boolean {
  for (let index = 0; index < known.length; index += 1) {
    const value = known[index] ?? 0;
    const integer = Math.round(value * power);
    const back = integer / power;
    if ((isFloat32 ? Math.fround(back) : back) !== value) return false;
    if (integer > INTEGER_MAX || integer < -INTEGER_MAX) return false;
    integers[index] = integer;
  }
  return true;
}

interface Shape {
  readonly transform: number;
  /** Greatest common divisor of all differences; 0 when there is none but 0. */
  readonly divisor: number;
  readonly least: number;
  readonly leastDifference: number;
  /** Zeros are coded as lengths of runs. */
  readonly zeroRuns: boolean;
  /** Of the values, and of the lengths of the runs. */
  readonly k: number;
  readonly runK: number;
}

/**
 * Chooses the transform and the codes by their estimated size. What the three transforms would code need not be made for that: its
 * sum and its zeros follow from sums over the integers, in one pass.
 */
function bestShape(integers: Float64Array): Shape {
  const first = integers[0] ?? 0;
  const count = integers.length;
  let least = first;
  let atLeast = 0;
  let heights = 0;
  let distances = 0;
  let falls = 0;
  let unchanged = 0;
  let leastDifference = Number.POSITIVE_INFINITY;
  let atLeastDifference = 0;
  let divisor = 0;
  let previous = first;
  for (let index = 0; index < count; index += 1) {
    const value = integers[index] ?? 0;
    heights += value - first;
    if (value < least) {
      least = value;
      atLeast = 0;
    }
    if (value === least) atLeast += 1;
    if (index === 0) continue;
    const difference = value - previous;
    previous = value;
    if (difference < leastDifference) {
      leastDifference = difference;
      atLeastDifference = 0;
    }
    if (difference === leastDifference) atLeastDifference += 1;
    if (difference === 0) unchanged += 1;
    else if (divisor !== 1) divisor = greatestCommonDivisor(divisor, difference);
    if (difference < 0) {
      falls += 1;
      distances -= difference;
    } else distances += difference;
  }
  if (divisor === 0) {
    return { transform: 0, divisor, least, leastDifference: 0, zeroRuns: false, k: 0, runK: 0 };
  }
  const growth = previous - first - (count - 1) * leastDifference;
  const candidates = [
    codesFor(TRANSFORMS.height, count, (heights - count * (least - first)) / divisor, atLeast),
    codesFor(TRANSFORMS.difference, count - 1, (2 * distances) / divisor - falls, unchanged),
    codesFor(TRANSFORMS.growth, count - 1, growth / divisor, atLeastDifference),
  ];
  const { transform, zeroRuns, k, runK } = candidates.reduce((best, other) =>
    other.cost < best.cost ? other : best,
  );
  return { transform, divisor, least, leastDifference, zeroRuns, k, runK };
}

function greatestCommonDivisor(one: number, other: number): number {
  let a = one;
  let b = Math.abs(other);
  while (b !== 0) [a, b] = [b, a % b];
  return a;
}

/** Codes for `count` numbers of this sum, so many of them being zero. */
function codesFor(transform: number, count: number, sum: number, zeros: number) {
  const nonZero = count - zeros;
  const plainCost = riceCost(count, sum);
  const runsCost = riceCost(nonZero, sum - nonZero) + riceCost(nonZero + 1, zeros) + 8;
  return runsCost < plainCost
    ? {
        transform,
        zeroRuns: true,
        cost: runsCost,
        k: bestK(nonZero, sum - nonZero),
        runK: bestK(nonZero + 1, zeros),
      }
    : { transform, zeroRuns: false, cost: plainCost, k: bestK(count, sum), runK: 0 };
}

type Transformed = Pick<Shape, 'transform' | 'divisor' | 'least' | 'leastDifference'>;

/** The number that is coded at `index`; all are at least 0. */
function coded(integers: Float64Array, index: number, shape: Transformed): number {
  const value = integers[index] ?? 0;
  if (shape.transform === TRANSFORMS.height) return (value - shape.least) / shape.divisor;
  const difference = value - (integers[index - 1] ?? 0);
  return shape.transform === TRANSFORMS.difference
    ? zigzag(difference / shape.divisor)
    : (difference - shape.leastDifference) / shape.divisor;
}

/** Index of the first integer that is coded: differences begin with the second. */
function codedFrom(transform: number): number {
  return transform === TRANSFORMS.height ? 0 : 1;
}

const ZERO_RUNS = 0x80;

function writeIntegers(integers: Float64Array, shape: Shape, writer: BitWriter): void {
  const isHeight = shape.transform === TRANSFORMS.height;
  writer.varint(zigzag(isHeight ? shape.least : (integers[0] ?? 0)));
  writer.varint(shape.divisor);
  if (shape.divisor === 0) return;
  if (shape.transform === TRANSFORMS.growth) writer.varint(zigzag(shape.leastDifference));
  writer.byte(shape.k | (shape.zeroRuns ? ZERO_RUNS : 0));
  if (shape.zeroRuns) writer.byte(shape.runK);
  let zeros = 0;
  for (let index = codedFrom(shape.transform); index < integers.length; index += 1) {
    const number = coded(integers, index, shape);
    if (!shape.zeroRuns) writeRice(writer, shape.k, number);
    else if (number === 0) zeros += 1;
    else {
      writeRice(writer, shape.runK, zeros);
      writeRice(writer, shape.k, number - 1);
      zeros = 0;
    }
  }
  // The reader knows how many numbers there are: a run that reaches past the end needs no value after it.
  if (zeros > 0) writeRice(writer, shape.runK, zeros);
  writer.align();
}

function readIntegers(reader: BitReader, out: Float64Array, transform: number): void {
  const base = unzigzag(reader.varint());
  const divisor = reader.varint();
  if (divisor === 0) {
    out.fill(base);
    return;
  }
  const leastDifference = transform === TRANSFORMS.growth ? unzigzag(reader.varint()) : 0;
  const codes = reader.byte();
  const k = codes & ~ZERO_RUNS;
  if (codes & ZERO_RUNS) readWithRuns(reader, out, { k, runK: reader.byte(), transform });
  else for (let i = codedFrom(transform); i < out.length; i += 1) out[i] = readRice(reader, k);
  let value = base;
  if (transform === TRANSFORMS.height) {
    for (let i = 0; i < out.length; i += 1) out[i] = (out[i] ?? 0) * divisor + base;
    return;
  }
  out[0] = base;
  for (let i = 1; i < out.length; i += 1) {
    const number = out[i] ?? 0;
    value +=
      transform === TRANSFORMS.difference
        ? unzigzag(number) * divisor
        : number * divisor + leastDifference;
    out[i] = value;
  }
}

function readWithRuns(
  reader: BitReader,
  out: Float64Array,
  { k, runK, transform }: { k: number; runK: number; transform: number },
): void {
  let index = codedFrom(transform);
  while (index < out.length) {
    const end = Math.min(out.length, index + readRice(reader, runK));
    out.fill(0, index, end);
    index = end;
    if (index < out.length) {
      out[index] = readRice(reader, k) + 1;
      index += 1;
    }
  }
}

function readRaw(reader: BitReader, out: Float64Array, isFloat32: boolean): void {
  const size = isFloat32 ? 4 : 8;
  const bytes = reader.raw(out.length * size);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let index = 0; index < out.length; index += 1) {
    const at = index * size;
    if (at + size > bytes.length) out[index] = Number.NaN;
    else out[index] = isFloat32 ? view.getFloat32(at, true) : view.getFloat64(at, true);
  }
}

function unscale(values: Float64Array, divisor: number, isFloat32: boolean): void {
  for (let index = 0; index < values.length; index += 1) {
    const value = (values[index] ?? 0) / divisor;
    values[index] = isFloat32 ? Math.fround(value) : value;
  }
}

/** Lengths of runs, unknown and known in turn, beginning with unknown; the last run reaches to the end and is not written. */
function writeKnownRuns(values: Float64Array, writer: BitWriter): void {
  const runs: number[] = [];
  let isKnown = false;
  let start = 0;
  for (let index = 0; index < values.length; index += 1) {
    const value = values[index] ?? Number.NaN;
    if (Number.isNaN(value) === isKnown) {
      runs.push(index - start);
      start = index;
      isKnown = !isKnown;
    }
  }
  writer.varint(runs.length);
  for (const run of runs) writer.varint(run);
}

function readKnownRuns(reader: BitReader, length: number): number[] {
  const runs: number[] = [];
  let left = length;
  // A damaged count cannot make more runs than there are values.
  for (let count = Math.min(reader.varint(), length); count > 0; count -= 1) {
    const run = Math.min(left, reader.varint());
    runs.push(run);
    left -= run;
  }
  runs.push(left);
  return runs;
}

/** Moves the known values from the front of `out` to their places. */
function spread(out: Float64Array, runs: readonly number[], count: number): void {
  let from = count;
  let to = out.length;
  for (let index = runs.length - 1; index >= 0; index -= 1) {
    const run = runs[index] ?? 0;
    to -= run;
    if (index % 2 === 0) out.fill(Number.NaN, to, to + run);
    else {
      from -= run;
      out.copyWithin(to, from, from + run);
    }
  }
}
