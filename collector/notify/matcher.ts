import { InputError, reasonOf } from '../../base/errors.ts';
import { compileAnchored } from '../query/regexp.ts';
import type { LabelSet } from './alert.ts';

export type MatchOperator = '=' | '!=' | '=~' | '!~';

/** One condition on a label, as in Alertmanager: a missing label counts as '', a regular expression must match all of the value. */
export class LabelMatcher {
  readonly name: string;
  readonly operator: MatchOperator;
  readonly value: string;
  readonly #regexp: RegExp | undefined;

  /** @throws InputError `matcher-invalid` */
  constructor(name: string, operator: MatchOperator, value: string) {
    this.name = name;
    this.operator = operator;
    this.value = value;
    if (operator === '=~' || operator === '!~') {
      try {
        this.#regexp = compileAnchored(value);
      } catch (error) {
        throw new InputError('matcher-invalid', `matcher ${this}: ${reasonOf(error)}`);
      }
    }
  }

  matches(labels: LabelSet): boolean {
    const value = labels[this.name] ?? '';
    switch (this.operator) {
      case '=':
        return value === this.value;
      case '!=':
        return value !== this.value;
      case '=~':
        return this.#regexp?.test(value) ?? false;
      case '!~':
        return !this.#regexp?.test(value);
    }
  }

  /** As it stands in group keys and lists: `severity="critical"`. */
  toString(): string {
    const name = isPlainName(this.name) ? this.name : `"${escapeValue(this.name)}"`;
    return `${name}${this.operator}"${escapeValue(this.value)}"`;
  }
}

const MATCHER =
  /^\s*(?:"((?:[^"\\]|\\.)*)"|([^\s"{}!=~,\\'`]+))\s*(=~|!~|!=|=)\s*(?:"((?:[^"\\]|\\.)*)"|([^"]*?))\s*$/s;

/**
 * One matcher as text: `severity="critical"`, `host=~n0.+`.
 * @throws InputError `matcher-invalid`
 */
export function parseMatcher(text: string): LabelMatcher {
  const parts = MATCHER.exec(text);
  const name = unescapeValue(parts?.[1] ?? parts?.[2] ?? '');
  if (!parts || name === '') {
    throw new InputError(
      'matcher-invalid',
      `"${text}" is no matcher; write such as severity="critical" or host=~"n0.+"`,
    );
  }
  return new LabelMatcher(
    name,
    parts[3] as MatchOperator,
    unescapeValue(parts[4] ?? parts[5] ?? ''),
  );
}

/**
 * A list of matchers: `{severity="critical",host=~"n0.+"}`, with or without the braces.
 * @throws InputError `matcher-invalid`
 */
export function parseMatchers(text: string): readonly LabelMatcher[] {
  const inner = text.trim().replace(/^\{(.*)\}$/s, '$1');
  const parts = inner.match(/(?:[^,"]|"(?:[^"\\]|\\.)*"|")+/gs) ?? [];
  return parts.filter((part) => part.trim() !== '').map(parseMatcher);
}

export function matchesAll(matchers: readonly LabelMatcher[], labels: LabelSet): boolean {
  return matchers.every((matcher) => matcher.matches(labels));
}

/** `{a="b",c=~"d"}` in order of name, value and operator: the same for the same set of matchers. */
export function formatMatchers(matchers: readonly LabelMatcher[]): string {
  return `{${matchers.map(String).join(',')}}`;
}

export function sortMatchers(matchers: readonly LabelMatcher[]): readonly LabelMatcher[] {
  const key = (matcher: LabelMatcher) => [matcher.name, matcher.value, matcher.operator].join('\0');
  return matchers.toSorted((a, b) => (key(a) < key(b) ? -1 : 1));
}

function isPlainName(name: string): boolean {
  return /^[^\s"{}!=~,\\'`]+$/.test(name);
}

function escapeValue(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"');
}

function unescapeValue(value: string): string {
  return value.replace(/\\(.)/gs, (whole, char: string) => {
    if (char === 'n') return '\n';
    return char === '"' || char === '\\' ? char : whole;
  });
}
