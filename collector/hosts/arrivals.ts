/** How often samples have come for each of the last seconds, in memory that all threads share; the ingest thread alone writes. */

/** Seconds kept; a power of two. */
const SECONDS = 64;
const FIELDS = 2;

export class Arrivals {
  readonly memory: SharedArrayBuffer;
  /** By second modulo `SECONDS`: the second (since the epoch), and how often. */
  readonly #cells: Float64Array;

  static create(): Arrivals {
    const bytes = SECONDS * FIELDS * Float64Array.BYTES_PER_ELEMENT;
    return new Arrivals(new SharedArrayBuffer(bytes));
  }

  constructor(memory: SharedArrayBuffer) {
    this.memory = memory;
    this.#cells = new Float64Array(memory);
  }

  /** To be called after the samples were put where readers find them. */
  note(second: number): void {
    const at = (second % SECONDS) * FIELDS;
    const kept = this.#cells[at] as number;
    if (kept > second) return; // older than what is kept
    if (kept < second) {
      this.#cells[at + 1] = 0;
      this.#cells[at] = second;
    }
    this.#cells[at + 1] = (this.#cells[at + 1] as number) + 1;
  }

  /** Whoever reads this before the samples can tell later, by another count, that there are others now. */
  count(second: number): number {
    const at = (second % SECONDS) * FIELDS;
    return this.#cells[at] === second ? (this.#cells[at + 1] as number) : 0;
  }
}
