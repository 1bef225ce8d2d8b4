/** Functions that Prometheus has and the grammar's word list lacks, each with a known function of the same length. */
const STAND_INS: Readonly<Record<string, string>> = {
  min_of: 'idelta',
  max_of: 'idelta',
  holt_winters: 'day_of_month',
};

/** Words of duration expressions; Prometheus takes them in any case, the grammar in lower case. */
const DURATION_WORDS: ReadonlySet<string> = new Set(['step', 'range', 'min_of', 'max_of']);

const TOKEN =
  /(?<string>"(?:\\[\s\S]|[^"\\])*"?|'(?:\\[\s\S]|[^'\\])*'?|`[^`]*`?)|(?<comment>#[^\n]*)|(?<space>\s+)|(?<word>[a-zA-Z_:][\w:]*)|(?<number>\d[\w.]*|\.\d[\w.]*)|(?<mark>[\s\S])/gu;

/**
 * Rewrites the few spellings that Prometheus accepts and its published Lezer grammar does not: `2.`, `STEP()`, `min_of(1, 2)`,
 * `holt_winters(…)`. The result has the same length, so that positions in its tree are positions in `text`; read names and numbers
 * from `text`, not from the result.
 */
export function spellForGrammar(text: string): string {
  let out = '';
  let brackets = 0;
  const offset = new OffsetTracker();
  for (const match of text.matchAll(TOKEN)) {
    const token = match[0];
    const groups = match.groups as Record<string, string | undefined>;
    if (groups['word'] !== undefined) {
      const inDuration = brackets > 0 || offset.isOpen;
      const lower = token.toLowerCase();
      const isCall = /^\s*\(/.test(
        text.slice(match.index + token.length, match.index + token.length + 64),
      );
      if (inDuration && DURATION_WORDS.has(lower) && isCall) out += lower;
      else out += (isCall && !inDuration && STAND_INS[token]) || token;
    } else if (groups['number'] !== undefined) {
      out += token.endsWith('.') ? `${token.slice(0, -1)} ` : token;
    } else if (groups['comment'] !== undefined) {
      // The grammar's tree has comments among the operands.
      out += ' '.repeat(token.length);
    } else {
      if (token === '[') brackets++;
      if (token === ']') brackets = Math.max(0, brackets - 1);
      out += token;
    }
    offset.see(token, groups);
  }
  return out;
}

/** Follows the one duration after the word `offset`: signs, then a number, a word with its call, or a parenthesis. */
class OffsetTracker {
  isOpen = false;
  #depth = 0;

  see(token: string, groups: Record<string, string | undefined>): void {
    if (groups['space'] !== undefined || groups['comment'] !== undefined) return;
    if (!this.isOpen) {
      this.isOpen = token.toLowerCase() === 'offset';
      this.#depth = 0;
      return;
    }
    if (token === '(') this.#depth++;
    else if (token === ')') this.#depth--;
    else if (token === '+' || token === '-' || groups['word'] !== undefined) return;
    if (this.#depth <= 0 && token !== '(') this.isOpen = false;
  }
}
