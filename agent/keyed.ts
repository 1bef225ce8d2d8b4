import { Scanner, type Text } from './text.ts';

/** Place of a key that the kernel does not have: it will not have it later either. */
const ABSENT = -1;

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
    const scanner = this.#scanner;
    const places = this.#places;
    let shift = 0;
    for (let index = 0; index < places.length; index += 1) {
      const place = places[index]!;
      if (place === ABSENT) continue;
      const needle = this.#needles[index]!;
      scanner.start(text, place + shift);
      if (!scanner.take(needle)) {
        const at = search(text, needle);
        places[index] = at;
        if (at === ABSENT) continue;
        scanner.position = at + needle.length;
      }
      const at = scanner.position - needle.length;
      shift = at - place;
      places[index] = at;
      this.values[index] = scanner.number();
    }
  }
}

function search({ bytes, end }: Text, needle: Buffer): number {
  const at = bytes.indexOf(needle);
  return at >= 0 && at + needle.length <= end ? at : ABSENT;
}
