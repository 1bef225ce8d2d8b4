import { type Labels, quoteLabelName } from './labels.ts';
import { compileAnchored } from './regexp.ts';

export type MatchOperator = '=' | '!=' | '=~' | '!~';

/** One condition of a selector on one label; an absent label counts as ''. */
export class Matcher {
  readonly name: string;
  readonly operator: MatchOperator;
  readonly value: string;
  readonly #regexp: RegExp | undefined;
  #text: string | undefined;
  /** The only texts that a `=~` such as `a|b|c` can match, which lets a source look them up instead of testing every series. */
  readonly alternatives: readonly string[] | undefined;

  /** @throws RegexpSyntaxError */
  constructor(name: string, operator: MatchOperator, value: string) {
    this.name = name;
    this.operator = operator;
    this.value = value;
    if (operator === '=') this.alternatives = [value];
    if (operator === '=~' || operator === '!~') {
      this.#regexp = compileAnchored(value);
      if (operator === '=~' && /^[\w :@/,-]*(\|[\w :@/,-]*)*$/.test(value))
        this.alternatives = value.split('|');
    }
  }

  matches(value: string): boolean {
    switch (this.operator) {
      case '=':
        return value === this.value;
      case '!=':
        return value !== this.value;
      case '=~':
        return this.alternatives?.includes(value) ?? (this.#regexp as RegExp).test(value);
      case '!~':
        return !(this.#regexp as RegExp).test(value);
    }
  }

  /** Made once: what was found for matchers is looked up by it. */
  toString(): string {
    this.#text ??= `${quoteLabelName(this.name)}${this.operator}${JSON.stringify(this.value)}`;
    return this.#text;
  }
}

export function matchesAll(matchers: readonly Matcher[], labels: Labels): boolean {
  return matchers.every((matcher) => matcher.matches(labels.get(matcher.name)));
}
