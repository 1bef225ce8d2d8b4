/** A template's text is cut into literal text and actions; inside of an action into these words. */
export type TokenKind =
  | 'text'
  | 'open'
  | 'close'
  | 'space'
  | 'word'
  | 'field'
  | 'variable'
  | 'dot'
  | 'string'
  | 'number'
  | 'char'
  | 'pipe'
  | 'declare'
  | 'assign'
  | 'comma'
  | 'paren-open'
  | 'paren-close';

export interface Token {
  readonly kind: TokenKind;
  /** As written; of strings and characters the meaning, of text what is left after `{{-` and `-}}` have trimmed it. */
  readonly text: string;
  /** 1-based line of its first character. */
  readonly line: number;
  /** Offsets in the template, end exclusive. */
  readonly from: number;
  readonly to: number;
}

export interface TemplatePlace {
  /** 1-based */
  readonly line: number;
  readonly offset: number;
}

export class TemplateSyntaxError extends Error {
  readonly line: number;
  /** In the template's text; where the word that is wrong begins. */
  readonly offset: number;

  constructor({ line, offset }: TemplatePlace, message: string) {
    super(message);
    this.name = 'TemplateSyntaxError';
    this.line = line;
    this.offset = offset;
  }
}

/**
 * Cuts a template into tokens; comments vanish.
 * @throws TemplateSyntaxError
 * Source: Go's text/template
 */
export function tokenize(template: string): readonly Token[] {
  return new Lexer(template).run();
}

const TRIM_LEFT = /[ \t\r\n]+$/;
const TRIM_RIGHT = /^[ \t\r\n]+/;

const PATTERNS: readonly (readonly [kind: TokenKind, pattern: RegExp])[] = [
  ['space', /[ \t\r\n]+/y],
  ['declare', /:=/y],
  ['assign', /=/y],
  ['pipe', /\|/y],
  ['comma', /,/y],
  ['paren-open', /\(/y],
  ['paren-close', /\)/y],
  [
    'number',
    /[+-]?(?:0[xX][0-9a-fA-F_]+|0[bB][01_]+|0[oO][0-7_]+|(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][+-]?\d+)?)/y,
  ],
  ['field', /\.[\p{L}_][\p{L}\p{Nd}_]*/uy],
  ['dot', /\./y],
  ['variable', /\$[\p{L}\p{Nd}_]*/uy],
  ['word', /[\p{L}_][\p{L}\p{Nd}_]*/uy],
  ['string', /"(?:[^"\\\n]|\\.)*"/y],
  ['string', /`[^`]*`/y],
  ['char', /'(?:[^'\\\n]|\\.[^']*)'/y],
];

class Lexer {
  readonly #template: string;
  readonly #tokens: Token[] = [];
  #at = 0;
  #line = 1;
  #trimNext = false;

  constructor(template: string) {
    this.#template = template;
  }

  run(): readonly Token[] {
    while (this.#at < this.#template.length) {
      const open = this.#template.indexOf('{{', this.#at);
      this.#text(open < 0 ? this.#template.length : open);
      if (open < 0) break;
      this.#action();
    }
    return this.#tokens;
  }

  #text(end: number): void {
    let text = this.#template.slice(this.#at, end);
    const line = this.#line;
    const from = this.#at;
    this.#advance(text);
    if (this.#trimNext) text = text.replace(TRIM_RIGHT, '');
    if (/^\{\{-[ \t\r\n]/.test(this.#template.slice(end, end + 4)))
      text = text.replace(TRIM_LEFT, '');
    if (text) this.#tokens.push({ kind: 'text', text, line, from, to: end });
    this.#trimNext = false;
  }

  #action(): void {
    const trims = /^\{\{-[ \t\r\n]/.test(this.#template.slice(this.#at, this.#at + 4));
    const open = trims ? '{{-' : '{{';
    const openPlace = this.#place;
    const comment = /^[ \t\r\n]*\/\*/.exec(this.#template.slice(this.#at + open.length));
    if (comment && (trims || comment[0] === '/*')) {
      this.#comment(open);
      return;
    }
    this.#push('open', open);
    for (;;) {
      const rest = this.#template.slice(this.#at, this.#at + 5);
      const close = /^(?:[ \t\r\n]-\}\}|\}\})/.exec(rest)?.[0];
      if (close) {
        this.#trimNext = close.length > 2;
        this.#push('close', close);
        return;
      }
      if (rest === '') throw new TemplateSyntaxError(openPlace, 'unclosed action');
      this.#word();
    }
  }

  #comment(open: string): void {
    const end = this.#template.indexOf('*/', this.#at);
    if (end < 0) throw new TemplateSyntaxError(this.#place, 'unclosed comment');
    const close = /^(?:[ \t\r\n]+-\}\}|\}\})/.exec(this.#template.slice(end + 2))?.[0];
    if (!close) throw new TemplateSyntaxError(this.#place, 'comment ends before closing delimiter');
    this.#trimNext = close.length > 2;
    this.#advance(this.#template.slice(this.#at, this.#at + open.length));
    this.#advance(this.#template.slice(this.#at, end + 2 + close.length));
  }

  #word(): void {
    for (const [kind, pattern] of PATTERNS) {
      pattern.lastIndex = this.#at;
      const text = pattern.exec(this.#template)?.[0];
      if (text === undefined) continue;
      if (kind === 'number') this.#checkNumberEnd(text);
      this.#push(kind, text);
      return;
    }
    const char = this.#template[this.#at] ?? '';
    if (char === '"') throw new TemplateSyntaxError(this.#place, 'unterminated quoted string');
    if (char === '`') throw new TemplateSyntaxError(this.#place, 'unterminated raw quoted string');
    if (char === "'") throw new TemplateSyntaxError(this.#place, 'unterminated character constant');
    const code = (char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
    throw new TemplateSyntaxError(this.#place, `unexpected U+${code} '${char}' in action`);
  }

  #checkNumberEnd(text: string): void {
    const next = this.#template[this.#at + text.length] ?? '';
    if (/[\p{L}\p{Nd}_]/u.test(next)) {
      throw new TemplateSyntaxError(this.#place, `bad number syntax: "${text}${next}"`);
    }
  }

  #push(kind: TokenKind, text: string): void {
    const value = kind === 'string' ? unquote(text, this.#place) : text;
    const from = this.#at;
    this.#tokens.push({ kind, text: value, line: this.#line, from, to: from + text.length });
    this.#advance(text);
  }

  get #place(): TemplatePlace {
    return { line: this.#line, offset: this.#at };
  }

  #advance(text: string): void {
    this.#at += text.length;
    this.#line += text.split('\n').length - 1;
  }
}

const ESCAPES: Readonly<Record<string, string>> = {
  a: '\u0007',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  '"': '"',
  "'": "'",
};

/** The meaning of a Go string literal. */
export function unquote(literal: string, place: TemplatePlace): string {
  const inner = literal.slice(1, -1);
  if (literal.startsWith('`')) return inner;
  return inner.replace(
    /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{3})|(.))/gsu,
    (_, hex: string, short: string, long: string, octal: string, simple: string) => {
      if (octal) return String.fromCharCode(Number.parseInt(octal, 8));
      const code = hex ?? short ?? long;
      if (code) return String.fromCodePoint(Number.parseInt(code, 16));
      const meaning = ESCAPES[simple];
      if (meaning === undefined) throw new TemplateSyntaxError(place, `invalid syntax: ${literal}`);
      return meaning;
    },
  );
}
