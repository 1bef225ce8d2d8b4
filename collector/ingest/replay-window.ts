/** Which datagrams of one boot of an agent were seen: each sequence number is accepted once, and not when it is too old. */

/** Datagrams that may arrive after a newer one. A power of two. */
const SIZE = 1024;

export class ReplayWindow {
  readonly #seen = new Uint32Array(SIZE / 32);
  #newest = -1;

  get newest(): number {
    return this.#newest;
  }

  /** False for a number that was marked before or that is more than 1,024 behind the newest. */
  isNew(sequence: number): boolean {
    if (sequence > this.#newest) return true;
    return sequence > this.#newest - SIZE && !this.#has(sequence);
  }

  /** To be called for a number that is new, once its datagram has proved authentic. */
  mark(sequence: number): void {
    if (sequence > this.#newest) this.#moveTo(sequence);
    const word = (sequence % SIZE) >>> 5;
    this.#seen[word] = (this.#seen[word] ?? 0) | (1 << (sequence & 31));
  }

  #has(sequence: number): boolean {
    return (((this.#seen[(sequence % SIZE) >>> 5] ?? 0) >>> (sequence & 31)) & 1) === 1;
  }

  /** Forgets the numbers whose places the newer ones take. */
  #moveTo(sequence: number): void {
    if (sequence - this.#newest >= SIZE) this.#seen.fill(0);
    else {
      for (let number = this.#newest + 1; number <= sequence; number += 1) {
        const word = (number % SIZE) >>> 5;
        this.#seen[word] = (this.#seen[word] ?? 0) & ~(1 << (number & 31));
      }
    }
    this.#newest = sequence;
  }
}
