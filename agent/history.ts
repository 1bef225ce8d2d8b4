/** The last minutes of sent SAMPLES bodies, for collectors that missed some. Memory is bounded by rows and by bytes. */

/** Before each body: its length. */
const LENGTH_SIZE = 4;
/** Slots are made this much larger than the bodies need, so that a few new series do not make all of them move. */
const SPARE = 1.25;

export interface HistoryLimits {
  /** Ticks that are kept when there is room. */
  readonly rows: number;
  /** Bytes for all rows together; large rows make the history shorter. */
  readonly bytesMax: number;
}

/** A ring of slots of equal size. A slot holds all bodies of one tick, one after another. */
export class History {
  readonly #limits: HistoryLimits;
  #slotSize = 0;
  #bytes = Buffer.alloc(0);
  /** By slot; -1 = empty. */
  #ticks = new Float64Array(0);
  #times = new Float64Array(0);
  #lengths = new Uint32Array(0);
  #last = -1;

  constructor(limits: HistoryLimits) {
    this.#limits = limits;
  }

  /** Rows that can be kept at their present size. */
  get capacity(): number {
    return this.#ticks.length;
  }

  /**
   * Appends a body to the row of `tick`; ticks come in rising order. The bytes are copied.
   * A row that is larger than the whole history may be is not kept.
   */
  add(tick: number, timeMs: number, body: Uint8Array): void {
    const needed = LENGTH_SIZE + body.length + (tick === this.#last ? this.#usedBy(tick) : 0);
    if (needed > this.#slotSize && !this.#resize(needed)) return;
    const slot = tick % this.capacity;
    if (this.#ticks[slot] !== tick) {
      this.#ticks[slot] = tick;
      this.#times[slot] = timeMs;
      this.#lengths[slot] = 0;
      this.#last = tick;
    }
    const at = slot * this.#slotSize + this.#lengths[slot]!;
    this.#bytes.writeUInt32BE(body.length, at);
    this.#bytes.set(body, at + LENGTH_SIZE);
    this.#lengths[slot]! += LENGTH_SIZE + body.length;
  }

  /** The newest tick; -1 when there is none. */
  get last(): number {
    return this.#last;
  }

  /** No tick before this one is kept. */
  get first(): number {
    return Math.max(0, this.#last - this.capacity + 1);
  }

  /** @returns when the row of `tick` was sampled; undefined when it is not kept (any more) */
  timeOf(tick: number): number | undefined {
    const slot = tick % this.capacity;
    return this.#ticks[slot] === tick ? this.#times[slot] : undefined;
  }

  /** The bodies of a tick: views that are valid until the next `add`. */
  bodiesOf(tick: number): Uint8Array[] {
    const bodies: Uint8Array[] = [];
    const start = (tick % this.capacity) * this.#slotSize;
    const end = start + this.#usedBy(tick);
    for (let at = start; at < end; ) {
      const length = this.#bytes.readUInt32BE(at);
      bodies.push(this.#bytes.subarray(at + LENGTH_SIZE, at + LENGTH_SIZE + length));
      at += LENGTH_SIZE + length;
    }
    return bodies;
  }

  #usedBy(tick: number): number {
    const slot = tick % this.capacity;
    return this.#ticks[slot] === tick ? this.#lengths[slot]! : 0;
  }

  /** Makes slots that hold `needed` bytes; the newest rows that still fit move over. */
  #resize(needed: number): boolean {
    const { rows, bytesMax } = this.#limits;
    const slotSize = Math.min(Math.ceil(needed * SPARE), bytesMax);
    const capacity = Math.min(rows, Math.floor(bytesMax / slotSize));
    if (needed > slotSize || capacity === 0) return false;
    const old = { bytes: this.#bytes, slotSize: this.#slotSize, capacity: this.capacity };
    const [ticks, times, lengths] = [this.#ticks, this.#times, this.#lengths];
    this.#slotSize = slotSize;
    this.#bytes = Buffer.allocUnsafeSlow(slotSize * capacity);
    this.#ticks = new Float64Array(capacity).fill(-1);
    this.#times = new Float64Array(capacity);
    this.#lengths = new Uint32Array(capacity);
    const first = Math.max(0, this.#last - Math.min(capacity, old.capacity) + 1);
    for (let tick = first; tick <= this.#last; tick += 1) {
      const from = tick % old.capacity;
      if (ticks[from] !== tick) continue;
      const to = tick % capacity;
      this.#ticks[to] = tick;
      this.#times[to] = times[from]!;
      this.#lengths[to] = lengths[from]!;
      const start = from * old.slotSize;
      old.bytes.copy(this.#bytes, to * slotSize, start, start + lengths[from]!);
    }
    return true;
  }
}
