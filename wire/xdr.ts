/**
 * XDR, the External Data Representation of RFC 4506: big-endian, every item a multiple of four bytes.
 *
 * `XdrWriter` fills a buffer that the caller owns; `XdrReader` walks over bytes and remembers its first error, so that a decoder
 * is a straight list of reads followed by one check. Neither allocates for numbers.
 */

export const XDR_ERRORS = {
  'too-short': 'the data ends inside an item',
  'too-long': 'a length is above its limit',
  padding: 'a padding byte is not zero',
  bool: 'a boolean is neither 0 nor 1',
  utf8: 'a string is not UTF-8',
  unsafe: 'a 64-bit integer is outside of ±(2^53 - 1)',
  trailing: 'there are bytes after the last item',
} as const;

export type XdrErrorCode = keyof typeof XDR_ERRORS;

/** Bytes that an opaque or string of `length` bytes takes on the wire after its length word. RFC 4506 §4.9 */
export function paddedSize(length: number): number {
  return (length + 3) & ~3;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const NO_BYTES = new Uint8Array(0);

/** Bytes that a string takes on the wire, its length word included. */
export function stringSize(text: string): number {
  return 4 + paddedSize(utf8Length(text));
}

function utf8Length(text: string): number {
  let length = 0;
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    if (unit < 0x80) length += 1;
    else if (unit < 0x800) length += 2;
    else if (unit >= 0xd800 && unit < 0xdc00 && isLowSurrogate(text.charCodeAt(index + 1))) {
      length += 4;
      index += 1;
    } else length += 3; // a lone surrogate is written as U+FFFD, three bytes as well
  }
  return length;
}

function isLowSurrogate(unit: number): boolean {
  return unit >= 0xdc00 && unit < 0xe000;
}

/** Writes items one after another; throws RangeError when the buffer is full, so size it first. */
export class XdrWriter {
  readonly bytes: Uint8Array;
  readonly #view: DataView;
  offset = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** What has been written so far: a view on the buffer, valid until the next write from its start. */
  written(): Uint8Array {
    return this.bytes.subarray(0, this.offset);
  }

  /** RFC 4506 §4.1 */
  int(value: number): void {
    this.#view.setInt32(this.offset, value);
    this.offset += 4;
  }

  /** RFC 4506 §4.2 */
  uint(value: number): void {
    this.#view.setUint32(this.offset, value);
    this.offset += 4;
  }

  /** RFC 4506 §4.4 */
  bool(value: boolean): void {
    this.uint(value ? 1 : 0);
  }

  /** RFC 4506 §4.5 */
  hyper(value: bigint): void {
    this.#view.setBigInt64(this.offset, value);
    this.offset += 8;
  }

  /** RFC 4506 §4.5 */
  uhyper(value: bigint): void {
    this.#view.setBigUint64(this.offset, value);
    this.offset += 8;
  }

  /** A hyper from an integer of magnitude below 2^53; works for unsigned hypers too when it is not negative. */
  hyperNumber(value: number): void {
    const high = Math.floor(value / 0x1_0000_0000);
    this.#view.setInt32(this.offset, high);
    this.#view.setUint32(this.offset + 4, value - high * 0x1_0000_0000);
    this.offset += 8;
  }

  /** RFC 4506 §4.6 */
  float(value: number): void {
    this.#view.setFloat32(this.offset, value);
    this.offset += 4;
  }

  /** RFC 4506 §4.7 */
  double(value: number): void {
    this.#view.setFloat64(this.offset, value);
    this.offset += 8;
  }

  /** RFC 4506 §4.9: the bytes and up to three zero bytes. */
  fixedOpaque(value: Uint8Array): void {
    this.bytes.set(value, this.offset);
    this.#pad(value.length);
  }

  /** RFC 4506 §4.10: length, bytes, padding. */
  opaque(value: Uint8Array): void {
    this.uint(value.length);
    this.fixedOpaque(value);
  }

  /** RFC 4506 §4.11, in UTF-8. */
  string(value: string): void {
    const lengthAt = this.offset;
    const start = lengthAt + 4;
    const { read, written } = encoder.encodeInto(value, this.bytes.subarray(start));
    if (read < value.length) throw new RangeError('XdrWriter: the buffer is full');
    this.uint(written);
    this.#pad(written);
  }

  /** RFC 4506 §4.13: length, then each element by `write`. */
  array<T>(values: readonly T[], write: (value: T) => void): void {
    this.uint(values.length);
    for (const value of values) write(value);
  }

  /** RFC 4506 §4.19: `*`, one boolean and perhaps the value. */
  optional<T>(value: T | undefined, write: (value: T) => void): void {
    this.bool(value !== undefined);
    if (value !== undefined) write(value);
  }

  /** RFC 4506 §4.15: a discriminant, then the arm that `write` chooses by it. */
  union<D extends number>(discriminant: D, write: (discriminant: D) => void): void {
    this.int(discriminant);
    write(discriminant);
  }

  #pad(length: number): void {
    const end = this.offset + paddedSize(length);
    if (end > this.bytes.length) throw new RangeError('XdrWriter: the buffer is full');
    this.bytes.fill(0, this.offset + length, end);
    this.offset = end;
  }
}

/** Reads items one after another. After the first error every read gives 0, an empty string or no elements. */
export class XdrReader {
  readonly bytes: Uint8Array;
  readonly #view: DataView;
  offset: number;
  readonly end: number;
  error: XdrErrorCode | undefined;
  /** Where the item that caused `error` starts. */
  errorOffset = 0;

  /** @param end first byte that is not to be read */
  constructor(bytes: Uint8Array, offset = 0, end = bytes.length) {
    this.bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.offset = offset;
    this.end = Math.min(end, bytes.length);
  }

  fail(code: XdrErrorCode, offset = this.offset): void {
    if (this.error !== undefined) return;
    this.error = code;
    this.errorOffset = offset;
    this.offset = this.end;
  }

  get remaining(): number {
    return this.end - this.offset;
  }

  /** Moves over `size` bytes and gives where they start, or -1 after an error. */
  #take(size: number): number {
    const start = this.offset;
    if (size > this.end - start) {
      this.fail('too-short');
      return -1;
    }
    this.offset = start + size;
    return start;
  }

  int(): number {
    const at = this.#take(4);
    return at < 0 ? 0 : this.#view.getInt32(at);
  }

  uint(): number {
    const at = this.#take(4);
    return at < 0 ? 0 : this.#view.getUint32(at);
  }

  bool(): boolean {
    const at = this.#take(4);
    if (at < 0) return false;
    const value = this.#view.getUint32(at);
    if (value > 1) this.fail('bool', at);
    return value === 1;
  }

  hyper(): bigint {
    const at = this.#take(8);
    return at < 0 ? 0n : this.#view.getBigInt64(at);
  }

  uhyper(): bigint {
    const at = this.#take(8);
    return at < 0 ? 0n : this.#view.getBigUint64(at);
  }

  /** A hyper as a number; `unsafe` when it is outside of ±(2^53 - 1). */
  hyperNumber(): number {
    const at = this.#take(8);
    if (at < 0) return 0;
    const value = this.#view.getInt32(at) * 0x1_0000_0000 + this.#view.getUint32(at + 4);
    if (!Number.isSafeInteger(value)) {
      this.fail('unsafe', at);
      return 0;
    }
    return value;
  }

  /** An unsigned hyper rounded to the nearest number: counters above 2^53 lose their last bits. */
  uhyperRounded(): number {
    const at = this.#take(8);
    return at < 0 ? 0 : this.#view.getUint32(at) * 0x1_0000_0000 + this.#view.getUint32(at + 4);
  }

  /** A hyper rounded to the nearest number. */
  hyperRounded(): number {
    const at = this.#take(8);
    return at < 0 ? 0 : this.#view.getInt32(at) * 0x1_0000_0000 + this.#view.getUint32(at + 4);
  }

  float(): number {
    const at = this.#take(4);
    return at < 0 ? 0 : this.#view.getFloat32(at);
  }

  double(): number {
    const at = this.#take(8);
    return at < 0 ? 0 : this.#view.getFloat64(at);
  }

  /** A view on the `length` bytes, not a copy. */
  fixedOpaque(length: number): Uint8Array {
    const at = this.skipOpaque(length);
    return at < 0 ? NO_BYTES : this.bytes.subarray(at, at + length);
  }

  /** Moves over `length` bytes and their padding without making a view. @returns where they start, or -1 after an error */
  skipOpaque(length: number): number {
    const at = this.#take(paddedSize(length));
    if (at < 0) return -1;
    for (let index = at + length; index < this.offset; index += 1) {
      if (this.bytes[index] !== 0) {
        this.fail('padding', at);
        return -1;
      }
    }
    return at;
  }

  /** A view on the bytes, not a copy. */
  opaque(maxLength: number): Uint8Array {
    return this.fixedOpaque(this.#length(maxLength));
  }

  /** @param maxLength bytes, not characters */
  string(maxLength: number): string {
    const at = this.offset;
    const bytes = this.fixedOpaque(this.#length(maxLength));
    try {
      return decoder.decode(bytes);
    } catch {
      this.fail('utf8', at);
      return '';
    }
  }

  /**
   * @param minElementSize bytes that the smallest element takes: a length that cannot fit the rest of the data is refused before
   *                       anything is allocated
   */
  array<T>(maxLength: number, minElementSize: number, read: () => T): T[] {
    const at = this.offset;
    const length = this.#length(maxLength);
    if (length * minElementSize > this.remaining) {
      this.fail('too-short', at);
      return [];
    }
    const values: T[] = [];
    for (let index = 0; index < length && this.error === undefined; index += 1) values.push(read());
    return values;
  }

  optional<T>(read: () => T): T | undefined {
    return this.bool() ? read() : undefined;
  }

  union<T>(read: (discriminant: number) => T): T {
    return read(this.int());
  }

  /** Nothing may follow the last item. */
  finish(): void {
    if (this.error === undefined && this.offset !== this.end) this.fail('trailing');
  }

  #length(maxLength: number): number {
    const at = this.offset;
    const length = this.uint();
    if (length > maxLength) {
      this.fail('too-long', at);
      return 0;
    }
    return length;
  }
}
