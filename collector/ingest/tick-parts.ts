/** Ticks of which only some datagrams have come: which ones, so that a part that comes twice does not count twice. */

/** More than agents keep. */
const TICKS_MAX = 1024;

export class TickParts {
  /** By tick: values by the index of their first. */
  readonly #parts = new Map<number, Map<number, number>>();

  /** True when the tick lacks something. */
  has(tick: number): boolean {
    return this.#parts.has(tick);
  }

  /**
   * Notes a part of a tick.
   * @param wanted values that make the tick whole
   * @returns true when it is whole now; it is forgotten then
   */
  add(tick: number, part: { first: number; count: number }, wanted: number): boolean {
    if (part.count >= wanted) {
      this.#parts.delete(tick);
      return true;
    }
    const parts = this.#parts.get(tick) ?? new Map<number, number>();
    parts.set(part.first, part.count);
    let total = 0;
    for (const count of parts.values()) total += count;
    if (total >= wanted) this.#parts.delete(tick);
    else this.#parts.set(tick, parts);
    if (this.#parts.size > TICKS_MAX) this.#dropOldest();
    return total >= wanted;
  }

  clear(): void {
    this.#parts.clear();
  }

  #dropOldest(): void {
    for (const tick of this.#parts.keys()) {
      this.#parts.delete(tick);
      return;
    }
  }
}
