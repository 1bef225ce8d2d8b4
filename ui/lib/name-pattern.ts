/** Filters of names as a person types them: `r07`, `n[001-032]`, `web*,db?`, `!n03`. */

/** Longer patterns are cut: a filter is typed, not pasted. */
const PATTERN_MAX = 256;

/**
 * @returns a test of a name. Terms are separated by commas or spaces; a name passes when any term takes it and no term that begins with `!` does.
 * A term without `*`, `?` or `[…]` takes every name that contains it. Case does not matter; no text is an error.
 */
export function namePattern(text: string): (name: string) => boolean {
  const terms = text
    .slice(0, PATTERN_MAX)
    .toLowerCase()
    .split(/[\s,]+(?![^[]*\])/)
    .filter((term) => term !== '' && term !== '!');
  const wanted = terms.filter((term) => !term.startsWith('!')).map(termTest);
  const refused = terms
    .filter((term) => term.startsWith('!'))
    .map((term) => termTest(term.slice(1)));
  return (name) => {
    const lower = name.toLowerCase();
    return (
      (wanted.length === 0 || wanted.some((test) => test(lower))) &&
      !refused.some((test) => test(lower))
    );
  };
}

function termTest(term: string): (name: string) => boolean {
  if (!/[*?[]/.test(term)) return (name) => name.includes(term);
  const parts = partsOf(term);
  return (name) => new Match(name, parts).from(0, 0);
}

type Part =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'any' }
  | { readonly kind: 'one' }
  | { readonly kind: 'numbers'; readonly ranges: readonly (readonly [from: number, to: number])[] };

function partsOf(term: string): Part[] {
  const parts: Part[] = [];
  for (const [piece] of term.matchAll(/\*+|\?|\[[\d,\- ]*\]|[^*?[]+|\[/g)) {
    if (piece.startsWith('*')) parts.push({ kind: 'any' });
    else if (piece === '?') parts.push({ kind: 'one' });
    else if (piece.startsWith('[') && piece.endsWith(']'))
      parts.push({ kind: 'numbers', ranges: rangesOf(piece) });
    else parts.push({ kind: 'text', text: piece });
  }
  return parts;
}

function rangesOf(piece: string): [number, number][] {
  return piece
    .slice(1, -1)
    .split(',')
    .map((range) => range.split('-').map(Number))
    .map(([from, to]): [number, number] => [from ?? Number.NaN, to ?? from ?? Number.NaN]);
}

class Match {
  readonly #name: string;
  readonly #parts: readonly Part[];
  /** Places that were tried in vain; without them many stars would take exponential time. */
  readonly #failed = new Set<number>();

  constructor(name: string, parts: readonly Part[]) {
    this.#name = name;
    this.#parts = parts;
  }

  /** Whether the parts from `index` on take the name from `at` on. */
  from(at: number, index: number): boolean {
    const place = at * (this.#parts.length + 1) + index;
    if (this.#failed.has(place)) return false;
    const taken = this.#step(at, index);
    if (!taken) this.#failed.add(place);
    return taken;
  }

  #step(at: number, index: number): boolean {
    const part = this.#parts[index];
    if (part === undefined) return at === this.#name.length;
    switch (part.kind) {
      case 'text':
        return this.#name.startsWith(part.text, at) && this.from(at + part.text.length, index + 1);
      case 'one':
        return at < this.#name.length && this.from(at + 1, index + 1);
      case 'any':
        return this.from(at, index + 1) || (at < this.#name.length && this.from(at + 1, index));
      case 'numbers': {
        const run = /^\d+/.exec(this.#name.slice(at))?.[0] ?? '';
        const value = Number(run);
        const inside = run !== '' && part.ranges.some(([from, to]) => value >= from && value <= to);
        return inside && this.from(at + run.length, index + 1);
      }
    }
  }
}
