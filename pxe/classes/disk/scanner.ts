/** Reads one line of a file from left to right; blanks between pieces do not count. */
export class Scanner {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** Takes what the sticky expression matches here and returns its groups, or undefined and takes nothing. */
  take(pattern: RegExp): readonly string[] | undefined {
    const sticky = new RegExp(pattern.source, 'y');
    sticky.lastIndex = this.#skipped();
    const match = sticky.exec(this.#text);
    if (!match) return undefined;
    this.#at = sticky.lastIndex;
    return match.map((group) => group ?? '');
  }

  /** Takes the next word, whatever it is; empty at the end of the line. */
  word(): string {
    return this.take(/\S+/)?.[0] ?? '';
  }

  /** What is left, without leading blanks. */
  rest(): string {
    return this.#text.slice(this.#skipped()).trimEnd();
  }

  #skipped(): number {
    let at = this.#at;
    while (this.#text[at] === ' ' || this.#text[at] === '\t') at += 1;
    return at;
  }
}
