/** Functions that Prometheus has and the grammar's word list lacks, each with a known function of the same length. */
const STAND_INS: Readonly<Record<string, string>> = {
  min_of: 'idelta',
  max_of: 'idelta',
  holt_winters: 'day_of_month',
  integral: 'increase',
};

/** Words of duration expressions; Prometheus takes them in any case, the grammar in lower case. */
const DURATION_WORDS: ReadonlySet<string> = new Set(['step', 'range', 'min_of', 'max_of']);

/** What Prometheus 3.6 to 3.12 called them. */
const FORMER_DURATION_WORDS: Readonly<Record<string, string>> = { min: 'min_of', max: 'max_of' };

const TOKEN =
  /(?<string>"(?:\\[\s\S]|[^"\\])*"?|'(?:\\[\s\S]|[^'\\])*'?|`[^`]*`?)|(?<comment>#[^\n]*)|(?<space>\s+)|(?<word>[a-zA-Z_:][\w:]*)|(?<number>\d[\w.]*|\.\d[\w.]*)|(?<mark>[\s\S])/gu;

/**
 * Rewrites the few spellings that Prometheus accepts and its published Lezer grammar does not: `2.`, `STEP()`, `min_of(1, 2)`,
 * `holt_winters(…)`. The result has the same length, so that positions in its tree are positions in `text`; read names and numbers
 * from `text`, not from the result.
 */
export function spellForGrammar(text: string): string {
  let out = '';
  for (const { token, groups, inDuration, isCall } of tokensOf(text)) {
    if (groups['word'] !== undefined) {
      const lower = token.toLowerCase();
      if (inDuration && DURATION_WORDS.has(lower) && isCall) out += lower;
      else out += (isCall && !inDuration && STAND_INS[token]) || token;
    } else if (groups['number'] !== undefined) {
      out += token.endsWith('.') ? `${token.slice(0, -1)} ` : token;
    } else if (groups['comment'] !== undefined) {
      // The grammar's tree has comments among the operands.
      out += ' '.repeat(token.length);
    } else out += token;
  }
  return out;
}

/** The query with the words of durations as they are called today; longer than `text` when it has one of the former ones, in which case positions shift. */
export function withTodaysWords(text: string): string {
  if (!/\b(?:min|max)\s*\(/i.test(text)) return text;
  let out = '';
  for (const { token, inDuration, isCall } of tokensOf(text)) {
    out += (inDuration && isCall && FORMER_DURATION_WORDS[token.toLowerCase()]) || token;
  }
  return out;
}

interface Token {
  readonly token: string;
  /** By kind. */
  readonly groups: Readonly<Record<string, string | undefined>>;
  readonly inDuration: boolean;
  /** A parenthesis follows. */
  readonly isCall: boolean;
}

function* tokensOf(text: string): Generator<Token> {
  let brackets = 0;
  const offset = new OffsetTracker();
  for (const match of text.matchAll(TOKEN)) {
    const token = match[0];
    const groups = match.groups as Record<string, string | undefined>;
    const after = match.index + token.length;
    const isCall = groups['word'] !== undefined && /^\s*\(/.test(text.slice(after, after + 64));
    yield { token, groups, inDuration: brackets > 0 || offset.isOpen, isCall };
    if (token === '[') brackets++;
    if (token === ']') brackets = Math.max(0, brackets - 1);
    offset.see(token, groups);
  }
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
