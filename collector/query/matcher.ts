import { type Labels, quoteLabelName } from './labels.ts';
import { compileAnchored } from './regexp.ts';

export type MatchOperator = '=' | '!=' | '=~' | '!~';

/** One condition of a selector on one label; an absent label counts as ''. */
export class Matcher {
  readonly name: string;
  readonly operator: MatchOperator;
  readonly value: string;
  /** The texts that a pattern without special characters matches; no expression is made of it. */
  readonly #list: readonly string[] | undefined;
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
      if (/^[\w :@/,|-]*$/.test(value)) this.#list = value.split('|');
      else this.#regexp = compileAnchored(value);
      if (operator === '=~') this.alternatives = this.#list;
    }
  }

  matches(value: string): boolean {
    switch (this.operator) {
      case '=':
        return value === this.value;
      case '!=':
        return value !== this.value;
      case '=~':
        return this.#matchesPattern(value);
      case '!~':
        return !this.#matchesPattern(value);
    }
  }

  #matchesPattern(value: string): boolean {
    return this.#list?.includes(value) ?? (this.#regexp as RegExp).test(value);
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
