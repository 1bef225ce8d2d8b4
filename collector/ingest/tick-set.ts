/** Ticks of one boot that are missing: a bit for each of the last 1,024, which is more than agents keep. */
import type { TickRange } from '../../wire/control.ts';

const SIZE = 1024;

export class TickSet {
  readonly #bits = new Uint32Array(SIZE / 32);
  /** Highest tick that the set can hold at present. */
  #newest = -1;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  has(tick: number): boolean {
    return tick > this.#newest - SIZE && tick <= this.#newest && this.#bit(tick);
  }

  /** Ticks are added roughly in order: one that is too old is not added, a new one drops those that are too old for it. */
  add(tick: number): void {
    if (tick > this.#newest) this.#moveTo(tick);
    if (tick <= this.#newest - SIZE || tick < 0 || this.#bit(tick)) return;
    const word = (tick % SIZE) >>> 5;
    this.#bits[word] = (this.#bits[word] ?? 0) | (1 << (tick & 31));
    this.#size += 1;
  }

  delete(tick: number): boolean {
    if (!this.has(tick)) return false;
    this.#clear(tick);
    return true;
  }

  clear(): void {
    this.#bits.fill(0);
    this.#size = 0;
    this.#newest = -1;
  }

  /** The oldest missing ticks as ranges, both ends included, at most `max` ranges. */
  ranges(max: number): TickRange[] {
    const ranges: { from: number; to: number }[] = [];
    let left = this.#size;
    for (let tick = Math.max(0, this.#newest - SIZE + 1); left > 0; tick += 1) {
      if (!this.#bit(tick)) continue;
      left -= 1;
      const last = ranges.at(-1);
      if (last?.to === tick - 1) last.to = tick;
      else if (ranges.length === max) break;
      else ranges.push({ from: tick, to: tick });
    }
    return ranges;
  }

  /** Drops the ticks below `tick`. @returns how many there were */
  dropBefore(tick: number): number {
    const before = this.#size;
    for (let old = Math.max(0, this.#newest - SIZE + 1); old < tick && this.#size > 0; old += 1) {
      if (old <= this.#newest && this.#bit(old)) this.#clear(old);
    }
    return before - this.#size;
  }

  #bit(tick: number): boolean {
    return (((this.#bits[(tick % SIZE) >>> 5] ?? 0) >>> (tick & 31)) & 1) === 1;
  }

  #clear(tick: number): void {
    const word = (tick % SIZE) >>> 5;
    this.#bits[word] = (this.#bits[word] ?? 0) & ~(1 << (tick & 31));
    this.#size -= 1;
  }

  #moveTo(tick: number): void {
    const from = Math.max(this.#newest + 1, tick - SIZE + 1);
    for (let place = from; place <= tick && this.#size > 0; place += 1) {
      if (this.#bit(place)) this.#clear(place);
    }
    this.#newest = tick;
  }
}
