import { setFlagsFromString } from 'node:v8';

// V8's matcher backtracks; a pattern such as (a+)+$ could hold the daemon for minutes. With these flags V8 gives up backtracking
// after the given count and restarts the match in its linear-time engine, which covers all of RE2's syntax.
setFlagsFromString('--enable-experimental-regexp-engine-on-excessive-backtracks');
setFlagsFromString('--regexp-backtracks-before-fallback=20000');

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

/**
 * Compiles an RE2 pattern that must match the whole text, `.` matching newlines too, as Prometheus' matchers and label_replace do.
 * @throws RegexpSyntaxError for what RE2 does not accept (look-around, back-references, bad syntax)
 */
export function compileAnchored(pattern: string): RegExp {
  const source = new Translator(pattern).translate();
  try {
    return new RegExp(`^(?:${source})$`, 'su');
  } catch (error) {
    throw new RegexpSyntaxError(
      `error parsing regexp: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

/** Rewrites RE2 syntax into what JavaScript's `u` mode accepts. */
class Translator {
  readonly #pattern: string;
  #at = 0;
  #out = '';

  constructor(pattern: string) {
    this.#pattern = pattern;
  }

  translate(): string {
    this.#alternatives();
    if (this.#at < this.#pattern.length)
      throw fail('unexpected )', this.#pattern.slice(this.#at, this.#at + 1));
    return this.#out;
  }

  /** Reads until the end or an unmatched `)`. A flag group such as `(?i)` holds to the end of its group, so it wraps the rest. */
  #alternatives(): void {
    let open = '';
    let repeatable = false;
    for (;;) {
      const char = this.#pattern[this.#at];
      if (char === undefined || char === ')') break;
      const rest = this.#pattern.slice(this.#at);
      const flags = /^\(\?([imsU]*(?:-[imsU]+)?)\)/.exec(rest);
      if (flags) {
        this.#out += `(?${modifiers(flags[1] as string, flags[0])}:`;
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
    if (char === '[') {
      this.#class(rest);
      return true;
    }
    if (char === '\\') {
      const quoted = /^\\Q([\s\S]*?)(?:\\E|$)/.exec(rest);
      if (quoted) {
        this.#out += `(?:${(quoted[1] as string).replace(/[^\w\s]/gu, literal)})`;
        this.#at += quoted[0].length;
        return true;
      }
      return this.#escape(rest, false);
    }
    const point = String.fromCodePoint(rest.codePointAt(0) as number);
    this.#out += '|^$.'.includes(point) ? point : literal(point);
    this.#at += point.length;
    return !'|^'.includes(point);
  }

  #group(rest: string): void {
    const head = /^\((?:\?(?:P?<([^>]*)>|([imsU]*(?:-[imsU]+)?):))?/.exec(rest) as RegExpExecArray;
    if (rest.startsWith('(?') && head[0] === '(')
      throw fail('invalid or unsupported Perl syntax', rest.slice(0, 3));
    if (head[1] !== undefined && !/^\w+$/.test(head[1]))
      throw fail('invalid named capture', `${head[0]}`);
    if (head[1] !== undefined) this.#out += `(?<${head[1]}>`;
    else if (head[2] !== undefined) this.#out += `(?${modifiers(head[2], head[0])}:`;
    else this.#out += '(';
    this.#at += head[0].length;
    this.#alternatives();
    if (this.#pattern[this.#at] !== ')') throw fail('missing closing )', this.#pattern);
    this.#at++;
    this.#out += ')';
  }

  #class(rest: string): void {
    const start = this.#at;
    this.#out += '[';
    this.#at++;
    if (rest[1] === '^') {
      this.#out += '^';
      this.#at++;
    }
    for (let first = true; ; first = false) {
      const char = this.#pattern[this.#at];
      if (char === undefined) throw fail('missing closing ]', this.#pattern.slice(start));
      if (char === ']' && !first) break;
      const tail = this.#pattern.slice(this.#at);
      const posix = /^\[:(\^?)(\w+):\]/.exec(tail);
      if (posix) {
        const members = POSIX_CLASSES[posix[2] as string];
        if (members === undefined || posix[1])
          throw fail('invalid character class range', posix[0]);
        this.#out += members;
        this.#at += posix[0].length;
      } else if (char === '\\') {
        this.#escape(tail, true);
      } else {
        const point = String.fromCodePoint(tail.codePointAt(0) as number);
        this.#out += point === '-' ? '-' : classLiteral(point);
        this.#at += point.length;
      }
    }
    this.#at++;
    this.#out += ']';
  }

  /** @returns true when a repetition may follow */
  #escape(rest: string, inClass: boolean): boolean {
    const known =
      /^\\(?:[dDsSwWnrtfv]|[pP](?:\{\^?(\w+)\}|[A-Z])|x\{([0-9A-Fa-f]+)\}|x[0-9A-Fa-f]{2}|[0-7]{3}|0)/.exec(
        rest,
      );
    if (known) {
      this.#out += translateEscape(known[0]);
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
}

function translateEscape(text: string): string {
  const negated = /^\\([pP])\{\^(\w+)\}$/.exec(text);
  if (negated) return unicodeClass(negated[1] === 'p' ? 'P' : 'p', negated[2] as string);
  const property = /^\\([pP])(?:\{(\w+)\}|([A-Z]))$/.exec(text);
  if (property) return unicodeClass(property[1] as string, (property[2] ?? property[3]) as string);
  const hex = /^\\x\{([0-9A-Fa-f]+)\}$/.exec(text);
  if (hex) return `\\u{${hex[1]}}`;
  if (/^\\[0-7]+$/.test(text)) return `\\u{${Number.parseInt(text.slice(1), 8).toString(16)}}`;
  return text;
}

function unicodeClass(letter: string, name: string): string {
  return name.length <= 2 ? `\\${letter}{${name}}` : `\\${letter}{Script=${name}}`;
}

/** JavaScript knows i, m and s as group modifiers; U (ungreedy) changes nothing for a match of the whole text. */
function modifiers(flags: string, whole: string): string {
  const [on = '', off = ''] = flags.replaceAll('U', '').split('-');
  if (/(.).*\1/.test(on + off)) throw fail('invalid or unsupported Perl syntax', whole);
  return off ? `${on}-${off}` : on;
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
