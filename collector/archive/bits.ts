/** Bits and variable-length integers, most significant bit first: what the columns of the archives are made of. */

/** Grows as needed; the caller copies what was written. */
export class BitWriter {
  #bytes = new Uint8Array(64 * 1024);
  #length = 0;
  /** Bits that do not fill a byte yet, in its upper end. */
  #pending = 0;
  #pendingBits = 0;

  /** Bytes so far; only whole after `align`. */
  get length(): number {
    return this.#length;
  }

  reset(): void {
    this.#length = 0;
    this.#pending = 0;
    this.#pendingBits = 0;
  }

  /** A copy of everything from byte `from` on. */
  slice(from = 0): Uint8Array {
    return this.#bytes.slice(from, this.#length);
  }

  /** @param count 0 to 24 */
  bits(value: number, count: number): void {
    const pending = (this.#pending << count) | value;
    let pendingBits = this.#pendingBits + count;
    if (this.#length + 4 > this.#bytes.length) this.#grow(4);
    while (pendingBits >= 8) {
      pendingBits -= 8;
      this.#bytes[this.#length] = pending >>> pendingBits;
      this.#length += 1;
    }
    this.#pending = pending & ((1 << pendingBits) - 1);
    this.#pendingBits = pendingBits;
  }

  /** Fills the current byte with zero bits. */
  align(): void {
    if (this.#pendingBits > 0) this.bits(0, 8 - this.#pendingBits);
  }

  byte(value: number): void {
    if (this.#length + 1 > this.#bytes.length) this.#grow(1);
    this.#bytes[this.#length] = value;
    this.#length += 1;
  }

  /** Seven bits a byte, lowest first, the top bit telling that more follow. @param value integer, 0 to 2^53 - 1 */
  varint(value: number): void {
    let rest = value;
    while (rest > 127) {
      this.byte((rest % 128) | 128);
      rest = Math.floor(rest / 128);
    }
    this.byte(rest);
  }

  /** A copy of `bytes`. */
  raw(bytes: Uint8Array): void {
    if (this.#length + bytes.length > this.#bytes.length) this.#grow(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  #grow(room: number): void {
    const larger = new Uint8Array((this.#bytes.length + room) * 2);
    larger.set(this.#bytes);
    this.#bytes = larger;
  }
}

/** Reads what BitWriter wrote. Past the end there are zero bits, so damaged data gives wrong values but no exception. */
export class BitReader {
  readonly #bytes: Uint8Array;
  /** In bits. */
  #at: number;

  constructor(bytes: Uint8Array, offset = 0) {
    this.#bytes = bytes;
    this.#at = offset * 8;
  }

  /** Offset of the byte in which the next bit is. */
  get offset(): number {
    return this.#at >>> 3;
  }

  /** The next 24 bits or more, left-aligned in an unsigned 32-bit number, without moving on. */
  #peek(): number {
    const at = this.#at >>> 3;
    const bytes = this.#bytes;
    const word =
      ((bytes[at] ?? 0) << 24) |
      ((bytes[at + 1] ?? 0) << 16) |
      ((bytes[at + 2] ?? 0) << 8) |
      (bytes[at + 3] ?? 0);
    return (word << (this.#at & 7)) >>> 0;
  }

  /** @param count 0 to 24 */
  bits(count: number): number {
    if (count === 0) return 0;
    const value = this.#peek() >>> (32 - count);
    this.#at += count;
    return value;
  }

  /** The number of one bits before the next zero bit, up to `max` (at most 24); the zero bit is read over, none follows `max`. */
  unary(max: number): number {
    const ones = Math.min(Math.clz32(~this.#peek()), max);
    this.#at += ones < max ? ones + 1 : max;
    return ones;
  }

  align(): void {
    this.#at = (this.#at + 7) & ~7;
  }

  byte(): number {
    const value = this.#bytes[this.#at >>> 3] ?? 0;
    this.#at += 8;
    return value;
  }

  varint(): number {
    let value = 0;
    for (let scale = 1; scale < 2 ** 56; scale *= 128) {
      const byte = this.byte();
      value += (byte & 127) * scale;
      if (byte < 128) break;
    }
    return value;
  }

  /** A view on the next `length` bytes, fewer at the end of the data. */
  raw(length: number): Uint8Array {
    const at = this.#at >>> 3;
    this.#at += length * 8;
    return this.#bytes.subarray(at, at + length);
  }
}

/** Signed integers as unsigned ones, small ones staying small: 0, -1, 1, -2… are 0, 1, 2, 3… */
export function zigzag(value: number): number {
  return value >= 0 ? value * 2 : -value * 2 - 1;
}

export function unzigzag(value: number): number {
  return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
}
