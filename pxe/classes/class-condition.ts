/**
 * Says whether a class list meets a condition: a list of classes of which one is enough, or an expression of `&&`, `||`, `!` and
 * parentheses.
 * @returns undefined when the condition cannot be read
 * Source: install_packages(8), "PACKAGES"; ifclass(1) since FAI 6.4.
 */
export function meetsCondition(condition: string, classes: readonly string[]): boolean | undefined {
  const words = condition.match(/&&|\|\||[!()]|[A-Za-z0-9_.-]+|\S/g) ?? [];
  const defined = new Set(classes);
  if (words.every((word) => /^[A-Za-z0-9_.-]+$/.test(word))) {
    return words.some((word) => defined.has(word));
  }
  return new ConditionReader(words, defined).read();
}

/** Recursive descent; `||` binds least, `!` most. */
class ConditionReader {
  readonly #words: readonly string[];
  readonly #defined: ReadonlySet<string>;
  #at = 0;
  #failed = false;

  constructor(words: readonly string[], defined: ReadonlySet<string>) {
    this.#words = words;
    this.#defined = defined;
  }

  read(): boolean | undefined {
    const value = this.#either();
    return this.#failed || this.#at < this.#words.length ? undefined : value;
  }

  #either(): boolean {
    let value = this.#both();
    while (this.#take('||')) value = this.#both() || value;
    return value;
  }

  #both(): boolean {
    let value = this.#one();
    while (this.#take('&&')) value = this.#one() && value;
    return value;
  }

  #one(): boolean {
    if (this.#take('!')) return !this.#one();
    if (this.#take('(')) {
      const value = this.#either();
      if (!this.#take(')')) this.#failed = true;
      return value;
    }
    const word = this.#words[this.#at];
    if (word === undefined || !/^[A-Za-z0-9_.-]+$/.test(word)) {
      this.#failed = true;
      return false;
    }
    this.#at += 1;
    return this.#defined.has(word);
  }

  #take(word: string): boolean {
    if (this.#words[this.#at] !== word) return false;
    this.#at += 1;
    return true;
  }
}
