import { Scanner, type Text } from './text.ts';

/**
 * Numbers after known words, such as `MemFree: 123 kB`. A key moves little from one reading to the next, so each is first looked for
 * where it was last time, shifted as the key before it was; only then by a search.
 */
export class KeyedNumbers {
  readonly #needles: readonly Buffer[];
  readonly #places: Int32Array;
  readonly #scanner = new Scanner();
  /** By index of the key: the first number behind it, NaN when the text does not have the key. */
  readonly values: Float64Array;

  /** @param keys as they stand at the start of a line, separator included: `MemFree:`, `pgfault `; best in the order of the file */
  constructor(keys: readonly string[]) {
    this.#needles = keys.map((key) => Buffer.from(`\n${key}`));
    this.#places = new Int32Array(keys.length);
    this.values = new Float64Array(keys.length).fill(Number.NaN);
  }

  parse(text: Text): void {
    let shift = 0;
    for (let index = 0; index < this.#needles.length; index += 1) {
      const needle = this.#needles[index]!;
      const place = this.#places[index]!;
      const at = isAt(text, needle, place + shift) ? place + shift : search(text, needle);
      if (at < 0) {
        this.values[index] = Number.NaN;
        continue;
      }
      shift = at - place;
      this.#places[index] = at;
      this.#scanner.start(text, at + needle.length);
      this.values[index] = this.#scanner.number();
    }
  }
}

function isAt({ bytes, end }: Text, needle: Buffer, at: number): boolean {
  if (at < 0 || at + needle.length > end) return false;
  for (let index = 0; index < needle.length; index += 1) {
    if (bytes[at + index] !== needle[index]) return false;
  }
  return true;
}

function search({ bytes, end }: Text, needle: Buffer): number {
  const at = bytes.indexOf(needle);
  return at + needle.length <= end ? at : -1;
}
