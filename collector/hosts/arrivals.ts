/** When samples last came for each of the last seconds, in memory that all threads share; the ingest thread alone writes. */

/** Seconds that have a place of their own. */
const SECONDS = 64;
const FIELDS = 2;

export class Arrivals {
  readonly memory: SharedArrayBuffer;
  /** By second modulo `SECONDS`: the second (since the epoch), and the number of its last arrival among all. */
  readonly #cells: Float64Array;
  #number = 0;

  static create(): Arrivals {
    const bytes = SECONDS * FIELDS * Float64Array.BYTES_PER_ELEMENT;
    return new Arrivals(new SharedArrayBuffer(bytes));
  }

  constructor(memory: SharedArrayBuffer) {
    this.memory = memory;
    this.#cells = new Float64Array(memory);
  }

  /** To be called after the samples were put where readers find them. A second of another minute, from a wrong clock, takes the place of one of now. */
  note(second: number): void {
    const at = (second % SECONDS) * FIELDS;
    this.#number += 1;
    this.#cells[at] = second;
    this.#cells[at + 1] = this.#number;
  }

  /**
   * The number of the last arrival for a second, NaN when it is not known. Whoever reads it before the samples can tell later, by the same number,
   * that they are the same; a second that has lost its place never is.
   */
  newest(second: number): number {
    const at = (second % SECONDS) * FIELDS;
    return this.#cells[at] === second ? (this.#cells[at + 1] as number) : Number.NaN;
  }
}
