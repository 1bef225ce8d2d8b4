/**
 * A block: consecutive rows of all series of one host, column by column, with a directory so that one column is read without the
 * others. docs/format/archive.md has the layout.
 */
import { crc32 } from 'node:zlib';
import { BitReader, BitWriter } from './bits.ts';
import { ColumnEncoder, decodeColumn } from './column.ts';

const FORMAT = 1;
const CHECKSUM_SIZE = 4;
/** More than any block has: damaged counts are refused before anything is allocated. */
const COLUMNS_MAX = 1 << 18;

/** The bytes of a block do not make sense. */
export class DamagedBlock extends Error {
  constructor(what: string) {
    super(`damaged block: ${what}`);
    this.name = 'DamagedBlock';
  }
}

/** Encodes blocks one after another, keeping its memory from one to the next. */
export class BlockEncoder {
  readonly #columns = new ColumnEncoder();
  readonly #data = new BitWriter();
  readonly #block = new BitWriter();

  /**
   * @param columns values by column id, in ascending order of the ids; all of the same length, NaN = unknown. A column without any
   *                known value is left out.
   * @returns a copy that the caller owns, or undefined when nothing is known
   */
  encode(columns: Iterable<readonly [id: number, values: Float64Array]>): Uint8Array | undefined {
    this.#data.reset();
    const ids: number[] = [];
    const sizes: number[] = [];
    let rowCount = 0;
    for (const [id, values] of columns) {
      const before = this.#data.length;
      if (!this.#columns.encode(values, this.#data)) continue;
      ids.push(id);
      sizes.push(this.#data.length - before);
      rowCount = values.length;
    }
    if (ids.length === 0) return undefined;
    const block = this.#block;
    block.reset();
    block.byte(FORMAT);
    block.varint(rowCount);
    writeIds(ids, block);
    for (const size of sizes) block.varint(size);
    block.raw(this.#data.slice());
    const bytes = new Uint8Array(block.length + CHECKSUM_SIZE);
    bytes.set(block.slice());
    const body = bytes.subarray(0, block.length);
    new DataView(bytes.buffer).setUint32(block.length, crc32(body), true);
    return bytes;
  }
}

/** Column ids as runs of consecutive ones: the number of ids, then how many are left out and how many follow. */
function writeIds(ids: readonly number[], writer: BitWriter): void {
  writer.varint(ids.length);
  let next = 0;
  for (let index = 0; index < ids.length; ) {
    const start = ids[index] ?? 0;
    let length = 1;
    while (ids[index + length] === start + length) length += 1;
    writer.varint(start - next);
    writer.varint(length);
    next = start + length;
    index += length;
  }
}

/** A block as read from the archive. */
export class Block {
  readonly rowCount: number;
  /** In ascending order. */
  readonly ids: readonly number[];
  readonly #bytes: Uint8Array;
  readonly #offsets: readonly number[];

  /** @throws DamagedBlock */
  constructor(bytes: Uint8Array) {
    const end = bytes.length - CHECKSUM_SIZE;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (end < 1) throw new DamagedBlock('too short');
    if (view.getUint32(end, true) !== crc32(bytes.subarray(0, end))) {
      throw new DamagedBlock('the checksum does not match');
    }
    const reader = new BitReader(bytes);
    const format = reader.byte();
    if (format !== FORMAT) throw new DamagedBlock(`unknown format ${format}`);
    this.rowCount = reader.varint();
    this.ids = readIds(reader);
    const sizes = this.ids.map(() => reader.varint());
    const offsets = [reader.offset];
    for (const size of sizes) offsets.push((offsets.at(-1) ?? 0) + size);
    if (offsets.at(-1) !== end) throw new DamagedBlock('the directory does not match the size');
    this.#bytes = bytes;
    this.#offsets = offsets;
  }

  /**
   * @param out as long as `rowCount`; filled, NaN = unknown
   * @returns false, with `out` untouched, when the block has no such column
   */
  read(id: number, out: Float64Array, options?: { decimals?: boolean }): boolean {
    const index = this.#indexOf(id);
    if (index < 0) return false;
    const bytes = this.#bytes.subarray(this.#offsets[index], this.#offsets[index + 1]);
    decodeColumn(bytes, out, options);
    return true;
  }

  #indexOf(id: number): number {
    // Ids mostly are 0, 1, 2…: the column is where its id says or before.
    let index = Math.min(id, this.ids.length - 1);
    while (index >= 0 && (this.ids[index] ?? 0) > id) index -= 1;
    return this.ids[index] === id ? index : -1;
  }
}

/** A damaged block is as if it were not there: `clustermon store check` names it. */
export function soundBlock(bytes: Uint8Array): Block | undefined {
  try {
    return new Block(bytes);
  } catch (error) {
    if (error instanceof DamagedBlock) return undefined;
    throw error;
  }
}

/** By row: whether any column has a value. */
export function knownRows(block: Block): boolean[] {
  const known = new Array<boolean>(block.rowCount).fill(false);
  const values = new Float64Array(block.rowCount);
  for (const id of block.ids) {
    if (!known.includes(false)) break;
    block.read(id, values);
    for (const [row, value] of values.entries()) if (!Number.isNaN(value)) known[row] = true;
  }
  return known;
}

function readIds(reader: BitReader): number[] {
  const count = reader.varint();
  if (count > COLUMNS_MAX) throw new DamagedBlock(`${count} columns`);
  const ids: number[] = [];
  let next = 0;
  while (ids.length < count) {
    next += reader.varint();
    const length = reader.varint();
    if (length === 0 || ids.length + length > count) throw new DamagedBlock('runs of column ids');
    for (let index = 0; index < length; index += 1) ids.push(next + index);
    next += length;
  }
  return ids;
}
