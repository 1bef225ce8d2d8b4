/** Thrown for a pattern that RE2 would refuse; the text is what RE2 says. */
export class RegexpSyntaxError extends Error {}

const POSIX_CLASSES: Readonly<Record<string, string>> = {
  alnum: '0-9A-Za-z',
  alpha: 'A-Za-z',
  ascii: '\\x00-\\x7f',
  blank: '\\t ',
  cntrl: '\\x00-\\x1f\\x7f',
  digit: '0-9',
  graph: '!-~',
  lower: 'a-z',
  print: ' -~',
  punct: '!-\\/:-@\\[-`\\{-~',
  space: '\\t\\n\\v\\f\\r ',
  upper: 'A-Z',
  word: '0-9A-Za-z_',
  xdigit: '0-9A-Fa-f',
};

const MAX_REPEAT = 1000; // RE2 refuses larger counts
const MAX_DEPTH = 1000; // and groups in more groups

const PAIR = '[\\ud800-\\udbff][\\udc00-\\udfff]'; // how a character beyond U+FFFF looks without the flag `u`
const VARIABLE_REPEATS_MAX = 3;

export interface Translation {
  readonly source: string;
  /** Backtracking over it may take exponential or high polynomial time. */
  readonly costly: boolean;
  /** Without the flag `u` it would mean something else. */
  readonly unicode: boolean;
}

/**
 * Rewrites RE2 syntax into JavaScript's that means the same with the flag `u` and without it (unless it needs `u`), and needs no other
 * flag: V8's linear-time engine knows neither `u` nor groups with flags, so (?i) and (?s) are spelled out.
 * @throws RegexpSyntaxError
 */
export function translate(pattern: string, dotAll: boolean): Translation {
  return new Translator(pattern, dotAll).translate();
}

class Translator {
  readonly #pattern: string;
  #at = 0;
  #depth = 0;
  #out = '';
  #dotAll: boolean;
  #ignoreCase = false;
  #variableRepeats = 0;
  #costly = false;
  #unicode = false;
  /** The atom before contains a choice: repeating it multiplies the ways to match. */
  #choice = false;

  constructor(pattern: string, dotAll: boolean) {
    this.#pattern = pattern;
    this.#dotAll = dotAll;
  }

  translate(): Translation {
    this.#alternatives();
    if (this.#at < this.#pattern.length)
      throw fail('unexpected )', this.#pattern.slice(this.#at, this.#at + 1));
    return {
      source: this.#out,
      unicode: this.#unicode,
      costly: this.#costly || this.#variableRepeats > VARIABLE_REPEATS_MAX,
    };
  }

  /** Reads until the end or an unmatched `)`. A flag group such as `(?i)` holds to the end of its group. */
  #alternatives(): void {
    const { dotAll, ignoreCase } = { dotAll: this.#dotAll, ignoreCase: this.#ignoreCase };
    let open = '';
    let repeatable = false;
    for (;;) {
      const char = this.#pattern[this.#at];
      if (char === undefined || char === ')') break;
      const rest = this.#pattern.slice(this.#at);
      const flags = /^\(\?([imsU]*(?:-[imsU]+)?)\)/.exec(rest);
      if (flags) {
        this.#out += this.#openFlags(flags[1] as string, flags[0]);
        this.#at += flags[0].length;
        open += ')';
        repeatable = false;
      } else if ('*+?{'.includes(char) && this.#repeat(rest, repeatable)) {
        repeatable = false;
      } else {
        repeatable = this.#atom(char, rest);
      }
    }
    this.#out += open;
    this.#dotAll = dotAll;
    this.#ignoreCase = ignoreCase;
  }

  /** U (ungreedy) changes nothing of what matches; m is left to JavaScript. */
  #openFlags(flags: string, whole: string): string {
    const [on = '', off = ''] = flags.split('-');
    if (/(.).*\1/.test(on + off)) throw fail('invalid or unsupported Perl syntax', whole);
    if (on.includes('i')) this.#ignoreCase = true;
    if (off.includes('i')) this.#ignoreCase = false;
    if (on.includes('s')) this.#dotAll = true;
    if (off.includes('s')) this.#dotAll = false;
    if (on.includes('m')) return '(?m:';
    return off.includes('m') ? '(?-m:' : '(?:';
  }

  #repeat(rest: string, repeatable: boolean): boolean {
    const repeat = /^(?:[*+?]|\{(\d+)(?:,(\d*))?\})\??/.exec(rest);
    if (!repeat) return false; // a brace that is no count stands for itself
    if (!repeatable) throw fail('missing argument to repetition operator', repeat[0]);
    if (Number(repeat[1] ?? 0) > MAX_REPEAT || Number(repeat[2] ?? 0) > MAX_REPEAT)
      throw fail('invalid repeat count', repeat[0]);
    if (repeat[2] && Number(repeat[2]) < Number(repeat[1]))
      throw fail('invalid repeat count', repeat[0]);
    this.#out += repeat[0];
    this.#at += repeat[0].length;
    if (!/^\{(\d+)(,\1)?\}/.test(repeat[0])) this.#variableRepeats++;
    if (this.#choice && !repeat[0].startsWith('?')) this.#costly = true;
    if (/^[*+?]/.test(this.#pattern.slice(this.#at)))
      throw fail('invalid nested repetition operator', repeat[0] + this.#pattern[this.#at]);
    return true;
  }

  /** @returns true when a repetition may follow */
  #atom(char: string, rest: string): boolean {
    if (char === '(') {
      this.#group(rest);
      return true;
    }
    this.#choice = false;
    if (char === '[') {
      this.#class(rest);
      return true;
    }
    if (char === '\\') {
      const quoted = /^\\Q([\s\S]*?)(?:\\E|$)/.exec(rest);
      if (quoted) {
        this.#out += `(?:${[...(quoted[1] as string)].map((each) => this.#literal(each)).join('')})`;
        this.#at += quoted[0].length;
        return true;
      }
      return this.#escape(rest, false);
    }
    const point = String.fromCodePoint(rest.codePointAt(0) as number);
    this.#at += point.length;
    if (point === '.') this.#out += this.#anyChar();
    else this.#out += '|^$'.includes(point) ? point : this.#literal(point);
    return !'|^'.includes(point);
  }

  #group(rest: string): void {
    const head = /^\((?:\?(?:P?<([^>]*)>|([imsU]*(?:-[imsU]+)?):))?/.exec(rest) as RegExpExecArray;
    if (rest.startsWith('(?') && head[0] === '(')
      throw fail('invalid or unsupported Perl syntax', rest.slice(0, 3));
    if (head[1] !== undefined && !/^\w+$/.test(head[1]))
      throw fail('invalid named capture', `${head[0]}`);
    const { dotAll, ignoreCase, variableRepeats } = {
      dotAll: this.#dotAll,
      ignoreCase: this.#ignoreCase,
      variableRepeats: this.#variableRepeats,
    };
    if (head[1] !== undefined) this.#out += `(?<${head[1]}>`;
    else this.#out += head[2] === undefined ? '(' : this.#openFlags(head[2], head[0]);
    this.#at += head[0].length;
    const start = this.#at;
    this.#depth++;
    if (this.#depth > MAX_DEPTH) throw fail('expression nests too deeply', '');
    this.#alternatives();
    this.#depth--;
    if (this.#pattern[this.#at] !== ')') throw fail('missing closing )', this.#pattern);
    this.#choice =
      this.#variableRepeats > variableRepeats || this.#pattern.slice(start, this.#at).includes('|');
    this.#at++;
    this.#out += ')';
    this.#dotAll = dotAll;
    this.#ignoreCase = ignoreCase;
  }

  /** One code point, also where a text is matched by its UTF-16 units; as part of `.*` and `.+` the halves need no care. */
  #anyChar(): string {
    if (/^[*+]/.test(this.#pattern.slice(this.#at))) return this.#dotAll ? '[^]' : '[^\\n]';
    return `(?:${PAIR}|[^${this.#dotAll ? '' : '\\n'}\\ud800-\\udfff])`;
  }

  #literal(point: string): string {
    const other = this.#ignoreCase ? otherCase(point) : undefined;
    if (other !== undefined) return `[${point}${other}]`;
    return point.length > 1 ? `(?:${point})` : literal(point);
  }

  #class(rest: string): void {
    const start = this.#at;
    const negated = rest[1] === '^';
    let members = '';
    this.#at += negated ? 2 : 1;
    for (let first = true; ; first = false) {
      const tail = this.#pattern.slice(this.#at);
      if (tail === '') throw fail('missing closing ]', this.#pattern.slice(start));
      if (tail.startsWith(']') && !first) break;
      const posix = /^\[:(\^?)(\w+):\]/.exec(tail);
      if (posix) {
        members += this.#posixClass(posix);
        this.#at += posix[0].length;
      } else {
        members += this.#range();
      }
    }
    this.#at++;
    const wide = /[\ud800-\udfff]|\\[pP]/.test(members);
    if (wide) this.#unicode = true;
    if (!negated) this.#out += `[${members}]`;
    else if (wide || /^[*+]/.test(this.#pattern.slice(this.#at))) this.#out += `[^${members}]`;
    else this.#out += `(?:${PAIR}|[^${members}\\ud800-\\udfff])`;
  }

  /** `[:alpha:]`, or `[:^alpha:]` for all others. */
  #posixClass([text, negation, name = '']: RegExpExecArray): string {
    const isCase = name === 'lower' || name === 'upper';
    const named = POSIX_CLASSES[this.#ignoreCase && isCase ? 'alpha' : name];
    if (named === undefined) throw fail('invalid character class range', text);
    return negation ? othersThan(named) : named;
  }

  /** One character of a class, or two with `-` between. */
  #range(): string {
    const from = this.#member();
    if (!/^-[^\]]/.test(this.#pattern.slice(this.#at)) || from.point === undefined)
      return from.text + this.#otherCases(from.point, from.point);
    this.#at++;
    const to = this.#member();
    if (to.point === undefined || to.point < from.point)
      throw fail('invalid character class range', `${from.text}-${to.text}`);
    return `${from.text}-${to.text}${this.#otherCases(from.point, to.point)}`;
  }

  #member(): { text: string; point?: number } {
    const tail = this.#pattern.slice(this.#at);
    if (tail.startsWith('\\')) {
      const out = this.#out;
      this.#out = '';
      this.#escape(tail, true);
      const text = this.#out;
      this.#out = out;
      const plain = /^\\?([\s\S])$/u.exec(text);
      const code = /^\\[a-zA-Z]/.test(text) ? undefined : plain?.[1]?.codePointAt(0);
      return code === undefined ? { text } : { text, point: code };
    }
    const point = String.fromCodePoint(tail.codePointAt(0) as number);
    this.#at += point.length;
    return { text: classLiteral(point), point: point.codePointAt(0) as number };
  }

  /** What (?i) adds to a range: the other case of its letters. */
  #otherCases(from: number | undefined, to: number | undefined): string {
    if (!this.#ignoreCase || from === undefined || to === undefined) return '';
    if (from === to) return otherCase(String.fromCodePoint(from)) ?? '';
    const swapped = (low: number, high: number, distance: number) => {
      const [start, end] = [Math.max(from, low), Math.min(to, high)];
      return start > end
        ? ''
        : `${String.fromCharCode(start + distance)}-${String.fromCharCode(end + distance)}`;
    };
    return swapped(0x41, 0x5a, 0x20) + swapped(0x61, 0x7a, -0x20);
  }

  /** @returns true when a repetition may follow */
  #escape(rest: string, inClass: boolean): boolean {
    const known =
      /^\\(?:[dDsSwWnrtfv]|[pP](?:\{\^?(\w+)\}|[A-Z])|x\{([0-9A-Fa-f]+)\}|x[0-9A-Fa-f]{2}|[0-7]{3}|0)/.exec(
        rest,
      );
    if (known) {
      if (/^\\[pP]/.test(known[0])) this.#unicode = true;
      this.#out += this.#translateEscape(known[0], inClass);
      this.#at += known[0].length;
      return true;
    }
    const next = rest[1];
    if (next === undefined) throw fail('trailing backslash at end of expression', '');
    if (!inClass && 'bBAz'.includes(next)) {
      this.#out += { b: '\\b', B: '\\B', A: '^', z: '$' }[next] ?? '';
      this.#at += 2;
      return false;
    }
    if (next === 'a') this.#out += '\\x07';
    else if (/[A-Za-z0-9]/.test(next)) throw fail('invalid escape sequence', rest.slice(0, 2));
    else this.#out += inClass ? classLiteral(next) : literal(next);
    this.#at += 2;
    return true;
  }

  #translateEscape(text: string, inClass: boolean): string {
    const negated = /^\\([pP])\{\^(\w+)\}$/.exec(text);
    if (negated) return unicodeClass(negated[1] === 'p' ? 'P' : 'p', negated[2] as string);
    const property = /^\\([pP])(?:\{(\w+)\}|([A-Z]))$/.exec(text);
    if (property)
      return unicodeClass(property[1] as string, (property[2] ?? property[3]) as string);
    const hex = /^\\x\{?([0-9A-Fa-f]+)\}?$/.exec(text)?.[1];
    const octal = /^\\([0-7]+)$/.exec(text)?.[1];
    if (hex === undefined && octal === undefined) return text;
    const code = hex === undefined ? Number.parseInt(octal as string, 8) : Number.parseInt(hex, 16);
    if (code > 0x10ffff) throw fail('invalid escape sequence', text);
    const point = String.fromCodePoint(code);
    return inClass ? classLiteral(point) : this.#literal(point);
  }
}

function unicodeClass(letter: string, name: string): string {
  return name.length <= 2 ? `\\${letter}{${name}}` : `\\${letter}{Script=${name}}`;
}

/** Members of a class: every character that is not among these, which are of ASCII. */
function othersThan(members: string): string {
  const among = new RegExp(`[${members}]`);
  const others = Array.from({ length: 0x80 }, (_, code) => String.fromCharCode(code))
    .filter((char) => !among.test(char))
    .map(classLiteral);
  return `${others.join('')}\\x80-\u{10ffff}`;
}

/** The other case of a letter, when it has one of the same length. */
function otherCase(point: string): string | undefined {
  const other = point === point.toLowerCase() ? point.toUpperCase() : point.toLowerCase();
  return other !== point && other.length === point.length ? other : undefined;
}

function literal(char: string): string {
  return /[\^$\\.*+?()[\]{}|/]/.test(char) ? `\\${char}` : char;
}

/** Inside of brackets other characters are special: a `-` that was escaped must stay so. */
function classLiteral(char: string): string {
  return /[\^\\[\]-]/.test(char) ? `\\${char}` : char;
}

function fail(reason: string, at: string): RegexpSyntaxError {
  return new RegexpSyntaxError(`error parsing regexp: ${reason}${at === '' ? '' : `: \`${at}\``}`);
}
