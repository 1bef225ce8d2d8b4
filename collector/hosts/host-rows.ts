/**
 * The last minutes of one host in memory that all threads share: one row a second, one slot a series. The ingest thread alone
 * writes; the others read without locks. A row carries the second that it holds, so a reader can tell a row that was reused.
 */
import { shortestDecimal } from '../../wire/samples.ts';

/** Seconds that are kept: a whole block of the finest archive (150 s), and what may pass until that is written. */
export const ROWS = 168;

/** Doubles before the values of a row: its second since the epoch. */
const HEAD = 1;

/** How many series have a slot: those of type `float` need half the memory. */
export interface RowShape {
  /** Slots 0 to `doubles` - 1. */
  readonly doubles: number;
  /** The slots after those. */
  readonly floats: number;
}

export class HostRows {
  readonly memory: SharedArrayBuffer;
  readonly shape: RowShape;
  /** Of a row, in doubles. */
  readonly #size: number;
  readonly #doubles: Float64Array;
  /** The same memory. */
  readonly #floats: Float32Array;

  /** Memory that is to be shared by passing `memory` and `shape` to the constructor in the other thread. */
  static create(shape: RowShape): HostRows {
    const bytes = ROWS * sizeOf(shape) * Float64Array.BYTES_PER_ELEMENT;
    return new HostRows(new SharedArrayBuffer(bytes), shape);
  }

  constructor(memory: SharedArrayBuffer, shape: RowShape) {
    this.memory = memory;
    this.shape = shape;
    this.#size = sizeOf(shape);
    this.#doubles = new Float64Array(memory);
    this.#floats = new Float32Array(memory);
  }

  /**
   * Makes sure that there is a row for `second`; a row that is new has only unknown values.
   * @returns the row, for `get` and `set`
   */
  open(second: number): number {
    const at = this.#at(second);
    const row = at + HEAD;
    if (this.#doubles[at] !== second) {
      // In this order a reader never takes old values for those of the new second.
      this.#doubles[at] = 0;
      const floats = row + this.shape.doubles;
      this.#doubles.fill(Number.NaN, row, floats);
      this.#floats.fill(Number.NaN, 2 * floats, 2 * (at + this.#size));
      this.#doubles[at] = second;
    }
    return row;
  }

  /** @returns the row of `second`, or -1 when that second is not kept */
  find(second: number): number {
    const at = this.#at(second);
    return second > 0 && this.#doubles[at] === second ? at + HEAD : -1;
  }

  /** @param row what `open` or `find` gave */
  set(row: number, slot: number, value: number): void {
    if (slot < this.shape.doubles) this.#doubles[row + slot] = value;
    else this.#floats[this.#floatAt(row, slot)] = value;
  }

  /** @param row what `open` or `find` gave @returns NaN = unknown; of a float the decimal that was meant, as it came */
  get(row: number, slot: number): number {
    if (slot < this.shape.doubles) return this.#doubles[row + slot] ?? Number.NaN;
    return shortestDecimal(this.#floats[this.#floatAt(row, slot)] ?? Number.NaN);
  }

  /** @param place 0 to ROWS - 1 @returns the second that the row at this place holds, 0 = none */
  secondAt(place: number): number {
    return this.#doubles[place * this.#size] ?? 0;
  }

  /** @returns NaN = unknown or not kept */
  value(second: number, slot: number): number {
    const row = this.find(second);
    if (row < 0) return Number.NaN;
    const value = this.get(row, slot);
    return this.find(second) < 0 ? Number.NaN : value;
  }

  #at(second: number): number {
    return (second % ROWS) * this.#size;
  }

  /** Floats begin where the doubles of the row end: 2 × (row + doubles) + (slot - doubles). */
  #floatAt(row: number, slot: number): number {
    return 2 * row + this.shape.doubles + slot;
  }
}

/** Of a row, in doubles. */
function sizeOf({ doubles, floats }: RowShape): number {
  return HEAD + doubles + Math.ceil(floats / 2);
}
