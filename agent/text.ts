import { closeSync, openSync, readSync } from 'node:fs';

/**
 * The contents of one file of /proc or /sys: bytes 1 to `end` (not included). Byte 0 is a newline, so that every line, the first
 * one too, follows one and can be searched for as `\nname`.
 */
export interface Text {
  readonly bytes: Buffer;
  readonly end: number;
}

const NEWLINE = 0x0a;
const TAB = 0x09;
const SPACE = 0x20;
const MINUS = 0x2d;
const DOT = 0x2e;
const ZERO = 0x30;

/** A text out of a string, for tests and for what is read once. */
export function textOf(contents: string): Text {
  const bytes = Buffer.from(`\n${contents}`);
  return { bytes, end: bytes.length };
}

/** Larger files are cut: /proc/stat of 8,192 CPUs has about a megabyte. */
const SIZE_MAX = 4 * 1024 * 1024;
const SIZE_START = 16 * 1024;
/** Files of many records come in pieces of up to a page; a piece this far below it (no record is as long) was the last. */
const LAST_PIECE_MAX = 3072;

/** Reads files again and again into one buffer, which grows to the largest of them: what was read is valid until the next read. */
export class FileReader implements Text {
  bytes = Buffer.allocUnsafeSlow(SIZE_START);
  end = 1;

  constructor() {
    this.bytes[0] = NEWLINE;
  }

  /** Reads a kept descriptor from its start, which makes the kernel write the contents anew. */
  read(descriptor: number): Text {
    this.end = 1;
    for (;;) {
      const room = this.bytes.length - this.end;
      const length = readSync(descriptor, this.bytes, this.end, room, this.end - 1);
      this.end += length;
      if (length < room) {
        if (length < LAST_PIECE_MAX) return this;
      } else if (!this.#grow()) return this;
    }
  }

  /** Reads a file that is not kept open. */
  readOnce(path: string): Text {
    const descriptor = openSync(path, 'r');
    try {
      return this.read(descriptor);
    } finally {
      closeSync(descriptor);
    }
  }

  #grow(): boolean {
    if (this.bytes.length >= SIZE_MAX) return false;
    const larger = Buffer.allocUnsafeSlow(this.bytes.length * 2);
    this.bytes.copy(larger, 0, 0, this.end);
    this.bytes = larger;
    return true;
  }
}

/** A file whose descriptor is kept; opened at the first read, and again after an error. */
export class KeptFile {
  readonly #path: string;
  readonly #reader: FileReader;
  #descriptor = -1;

  constructor(path: string, reader: FileReader) {
    this.#path = path;
    this.#reader = reader;
  }

  read(): Text {
    if (this.#descriptor < 0) this.#descriptor = openSync(this.#path, 'r');
    try {
      return this.#reader.read(this.#descriptor);
    } catch (error) {
      this.close();
      throw error;
    }
  }

  close(): void {
    if (this.#descriptor >= 0) closeSync(this.#descriptor);
    this.#descriptor = -1;
  }
}

/**
 * Walks over a text, number by number; allocates nothing. One scanner serves many texts.
 * The loops work on local variables and call nothing: a process that works a millisecond each second never becomes hot enough for
 * its calls to be inlined.
 */
export class Scanner {
  #bytes: Buffer = Buffer.alloc(1);
  position = 0;
  end = 0;

  /** Starts at `position` of a text, at its first line when none is given. */
  start(text: Text, position = 1): void {
    this.#bytes = text.bytes;
    this.end = text.end;
    this.position = position;
  }

  get atEnd(): boolean {
    return this.position >= this.end;
  }

  /** The byte under the scanner, 0 at the end. */
  get byte(): number {
    return this.position < this.end ? this.#bytes[this.position]! : 0;
  }

  /** Moves over blanks, but not over newlines. */
  skipBlanks(): void {
    const bytes = this.#bytes;
    let at = this.position;
    while (at < this.end && (bytes[at] === SPACE || bytes[at] === TAB)) at += 1;
    this.position = at;
  }

  /** Moves to the next blank or newline. */
  skipWord(): void {
    const bytes = this.#bytes;
    let at = this.position;
    while (at < this.end && bytes[at]! > SPACE) at += 1;
    this.position = at;
  }

  /** Moves over `count` words and the one blank before each. */
  skipWords(count: number): void {
    const bytes = this.#bytes;
    let at = this.position;
    for (let left = count; left > 0 && at < this.end; left -= 1) {
      at += 1;
      while (at < this.end && bytes[at]! > SPACE) at += 1;
    }
    this.position = at;
  }

  /** Moves behind the next newline. */
  skipLine(): void {
    const at = this.#bytes.indexOf(NEWLINE, this.position);
    this.position = at < 0 || at >= this.end ? this.end : at + 1;
  }

  /** Moves over `word` when it comes next. @returns whether it did */
  take(word: Buffer): boolean {
    const bytes = this.#bytes;
    const at = this.position;
    if (at + word.length > this.end) return false;
    for (let index = 0; index < word.length; index += 1) {
      if (bytes[at + index] !== word[index]) return false;
    }
    this.position = at + word.length;
    return true;
  }

  /** Moves behind the next occurrence of `word`. @returns false, at the end, when there is none */
  find(word: Buffer): boolean {
    const at = this.#bytes.indexOf(word, this.position);
    const found = at >= 0 && at + word.length <= this.end;
    this.position = found ? at + word.length : this.end;
    return found;
  }

  /**
   * The next whole or decimal number in this line; the scanner then stands behind it.
   * @returns NaN when the next word is not a number, or the line ends
   */
  number(): number {
    const bytes = this.#bytes;
    const end = this.end;
    let at = this.position;
    while (at < end && (bytes[at] === SPACE || bytes[at] === TAB)) at += 1;
    const negative = bytes[at] === MINUS;
    if (negative) at += 1;
    const first = at;
    let value = 0;
    let scale = 0;
    for (; at < end; at += 1) {
      const digit = bytes[at]! - ZERO;
      if (digit >= 0 && digit <= 9) {
        value = value * 10 + digit;
        scale *= 10;
      } else if (bytes[at] === DOT && scale === 0) scale = 1;
      else break;
    }
    if (at === first) return Number.NaN;
    this.position = at;
    if (scale > 1) value /= scale;
    return negative ? -value : value;
  }
}
