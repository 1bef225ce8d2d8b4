import { Scanner, type Text } from './text.ts';

const NEWLINE = 0x0a;

/** One pair of lines: titles and, below them, numbers. */
interface Section {
  /** `Tcp:` */
  readonly prefix: Buffer;
  /** Bytes of the line of titles, its newline included. */
  readonly titlesLength: number;
  readonly wanted: readonly Wanted[];
}

interface Wanted {
  /** Columns between the wanted one before, or the prefix, and this one. */
  readonly skip: number;
  /** Index of the key. */
  readonly key: number;
}

/**
 * Numbers out of pairs of lines, `Tcp: ActiveOpens … \nTcp: 12 …`, as /proc/net/snmp and /proc/net/netstat have them. The titles are
 * read once, and again only when the numbers are not where they were (`IcmpMsg` grows with each new type that the host meets).
 */
export class ColumnNumbers {
  readonly #keys: readonly string[];
  readonly #scanner = new Scanner();
  #sections: readonly Section[] = [];
  /** By index of the key; NaN when the text does not have it. */
  readonly values: Float64Array;

  /** @param keys such as `Tcp.ActiveOpens` */
  constructor(keys: readonly string[]) {
    this.#keys = keys;
    this.values = new Float64Array(keys.length).fill(Number.NaN);
  }

  /** @throws when the text is not made of such pairs */
  parse(text: Text): void {
    if (this.#readNumbers(text)) return;
    this.#sections = sectionsOf(text, this.#keys);
    if (!this.#readNumbers(text)) throw new Error('lines of titles and numbers do not match');
  }

  /** @returns false when the titles are not the known ones */
  #readNumbers(text: Text): boolean {
    const scanner = this.#scanner;
    scanner.start(text);
    this.values.fill(Number.NaN);
    for (const { prefix, titlesLength, wanted } of this.#sections) {
      scanner.position += titlesLength;
      if (text.bytes[scanner.position - 1] !== NEWLINE || !scanner.take(prefix)) return false;
      for (const { skip, key } of wanted) {
        scanner.skipWords(skip);
        this.values[key] = scanner.number();
      }
      scanner.skipLine();
    }
    return this.#sections.length > 0 && scanner.atEnd;
  }
}

function sectionsOf({ bytes, end }: Text, keys: readonly string[]): Section[] {
  const lines = bytes.toString('latin1', 1, end).split('\n');
  const sections: Section[] = [];
  for (let index = 0; index + 1 < lines.length; index += 2) {
    const line = lines[index] ?? '';
    const [prefix = '', ...titles] = line.trimEnd().split(' ');
    const wanted: Wanted[] = [];
    let skip = 0;
    for (const title of titles) {
      const key = keys.indexOf(`${prefix.slice(0, -1)}.${title}`);
      if (key >= 0) wanted.push({ skip, key });
      skip = key >= 0 ? 0 : skip + 1;
    }
    sections.push({ prefix: Buffer.from(prefix), titlesLength: line.length + 1, wanted });
  }
  return sections;
}
