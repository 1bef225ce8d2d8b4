/**
 * The last minutes of one host in memory that all threads share: one row a second, one slot a series. The ingest thread alone
 * writes; the others read without locks. A row carries the second that it holds, so a reader can tell a row that was reused.
 */

/** Seconds that are kept: a whole block of the finest archive (150 s), and what may pass until that is written. */
export const ROWS = 168;

/** Cells before the values of a row: its second since the epoch. */
const HEAD = 1;

export class HostRows {
  readonly memory: SharedArrayBuffer;
  /** Series that fit. */
  readonly slots: number;
  /** All rows; those who write or read many values at once index it with what `open` and `find` give. */
  readonly cells: Float64Array;

  /** Memory that is to be shared by passing `memory` to the constructor in the other thread. */
  static create(slots: number): HostRows {
    return new HostRows(
      new SharedArrayBuffer(ROWS * (HEAD + slots) * Float64Array.BYTES_PER_ELEMENT),
    );
  }

  constructor(memory: SharedArrayBuffer) {
    this.memory = memory;
    this.cells = new Float64Array(memory);
    this.slots = this.cells.length / ROWS - HEAD;
  }

  /**
   * Makes sure that there is a row for `second`; a row that is new has only unknown values.
   * @returns index in `cells` of the value in slot 0
   */
  open(second: number): number {
    const at = this.#at(second);
    const values = at + HEAD;
    if (this.cells[at] !== second) {
      // In this order a reader never takes old values for those of the new second.
      this.cells[at] = 0;
      this.cells.fill(Number.NaN, values, values + this.slots);
      this.cells[at] = second;
    }
    return values;
  }

  /** @returns index in `cells` of the value in slot 0 of the row of `second`, or -1 when that second is not kept */
  find(second: number): number {
    const at = this.#at(second);
    return second > 0 && this.cells[at] === second ? at + HEAD : -1;
  }

  /** @param place 0 to ROWS - 1 @returns the second that the row at this place holds, 0 = none */
  secondAt(place: number): number {
    return this.cells[place * (HEAD + this.slots)] ?? 0;
  }

  /** @returns NaN = unknown or not kept */
  value(second: number, slot: number): number {
    const at = this.find(second);
    if (at < 0) return Number.NaN;
    const value = this.cells[at + slot] ?? Number.NaN;
    return this.find(second) < 0 ? Number.NaN : value;
  }

  #at(second: number): number {
    return (second % ROWS) * (HEAD + this.slots);
  }
}
