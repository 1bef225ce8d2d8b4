import type { Column } from './value.ts';

/** Values that are allocated together at most: what costs is not the copying but a thousand small arrays. */
const CHUNK_SIZE = 65_536;

/** Copies of columns of one length. */
export class ColumnCopies {
  readonly columns: Column[] = [];
  readonly #count: number;
  #values = new Float64Array(0);
  #present = new Uint8Array(0);
  #used = 0;

  /** @param count slots of each column */
  constructor(count: number) {
    this.#count = count;
  }

  add({ labels, dropName, values, present }: Column): void {
    if (this.#used + this.#count > this.#values.length) this.#beginChunk();
    const from = this.#used;
    const to = from + this.#count;
    this.#values.set(values, from);
    this.#present.set(present, from);
    this.#used = to;
    this.columns.push({
      labels,
      dropName,
      values: this.#values.subarray(from, to),
      present: this.#present.subarray(from, to),
    });
  }

  /** As large as all before, so that one series does not take the memory of many. */
  #beginChunk(): void {
    const size = Math.max(this.#count, Math.min(CHUNK_SIZE, this.columns.length * this.#count));
    this.#values = new Float64Array(size);
    this.#present = new Uint8Array(size);
    this.#used = 0;
  }
}
