import { formatFloat } from './number.ts';
import { type GoValue, isMap, typeName } from './value.ts';

/** What stands between `%` and the verb. */
interface Flags {
  readonly minus: boolean;
  readonly plus: boolean;
  readonly sharp: boolean;
  readonly space: boolean;
  readonly zero: boolean;
  readonly width: number | undefined;
  readonly precision: number | undefined;
}

const NO_FLAGS: Flags = {
  minus: false,
  plus: false,
  sharp: false,
  space: false,
  zero: false,
  width: undefined,
  precision: undefined,
};

const DIRECTIVE = /%([-+# 0]*)(\*|\d+)?(?:\.(\*|\d+)?)?(.)?/gsu;
/** Numbers of more digits, and wider fields, are cut down to this. fmt takes a million, which is a way to use up memory. */
const WIDTH_MAX = 1000;

/** fmt.Sprintf for the values that templates know. Wrong verbs and counts are reported in the text, as Go does. */
export function sprintf(format: string, args: readonly GoValue[]): string {
  let next = 0;
  const text = format.replace(
    DIRECTIVE,
    (
      whole: string,
      flags: string,
      width: string | undefined,
      precision: string | undefined,
      verb,
    ) => {
      if (verb === undefined) return '%!(NOVERB)';
      const star = () => {
        const value = args[next++];
        return typeof value === 'bigint' ? Number(value) : undefined;
      };
      const widthValue = width === '*' ? star() : width === undefined ? undefined : Number(width);
      const hasPoint = /\./.test(whole.slice(1 + flags.length));
      const precisionValue =
        precision === '*' ? star() : hasPoint ? Number(precision ?? 0) : undefined;
      if (verb === '%') return '%';
      if (next >= args.length) return `%!${verb}(MISSING)`;
      const minus = flags.includes('-') || (widthValue ?? 0) < 0;
      return formatOne(String(verb), args[next++] as GoValue, {
        minus,
        plus: flags.includes('+'),
        sharp: flags.includes('#'),
        space: flags.includes(' '),
        zero: flags.includes('0') && !minus,
        width: widthValue === undefined ? undefined : Math.min(Math.abs(widthValue), WIDTH_MAX),
        precision: precisionValue,
      });
    },
  );
  if (next >= args.length) return text;
  const extra = args
    .slice(next)
    .map((value) => (value === null ? '<nil>' : `${typeName(value)}=${formatValue(value)}`));
  return `${text}%!(EXTRA ${extra.join(', ')})`;
}

/** `%v` */
export function formatValue(value: GoValue): string {
  return formatOne('v', value, NO_FLAGS);
}

/** fmt.Sprint: a space between two operands when neither is a string. */
export function sprint(args: readonly GoValue[]): string {
  let text = '';
  for (const [index, value] of args.entries()) {
    const before = args[index - 1];
    if (index > 0 && typeof value !== 'string' && typeof before !== 'string') text += ' ';
    text += formatValue(value);
  }
  return text;
}

function formatOne(verb: string, value: GoValue, flags: Flags): string {
  if (verb === 'T') return pad(typeName(value), flags);
  if (value === null) return verb === 'v' ? pad('<nil>', flags) : `%!${verb}(<nil>)`;
  switch (typeof value) {
    case 'boolean':
      return verb === 'v' || verb === 't' ? pad(String(value), flags) : wrongVerb(verb, value);
    case 'string':
      return formatString(verb, value, flags);
    case 'bigint':
      return formatInteger(verb, value, flags);
    case 'number':
      return formatNumber(verb, value, flags);
    default:
      return formatComposite(verb, value, flags);
  }
}

function wrongVerb(verb: string, value: GoValue): string {
  return `%!${verb}(${typeName(value)}=${formatValue(value)})`;
}

function formatString(verb: string, value: string, flags: Flags): string {
  const text =
    flags.precision === undefined ? value : [...value].slice(0, flags.precision).join('');
  switch (verb) {
    case 'v':
      return pad(flags.sharp ? quote(text) : text, flags);
    case 's':
      return pad(text, flags);
    case 'q':
      return pad(quote(text), flags);
    case 'x':
      return pad(Buffer.from(text).toString('hex'), flags);
    case 'X':
      return pad(Buffer.from(text).toString('hex').toUpperCase(), flags);
    default:
      return wrongVerb(verb, value);
  }
}

const RADIX: Readonly<Record<string, number>> = { v: 10, d: 10, b: 2, o: 8, x: 16, X: 16 };

function formatInteger(verb: string, value: bigint, flags: Flags): string {
  if (verb === 'c') return pad(String.fromCodePoint(Number(value)), flags);
  if (verb === 'q') return pad(`'${String.fromCodePoint(Number(value))}'`, flags);
  if (verb === 'U') return pad(`U+${value.toString(16).toUpperCase().padStart(4, '0')}`, flags);
  const radix = RADIX[verb];
  if (radix === undefined) return wrongVerb(verb, value);
  let digits = (value < 0n ? -value : value).toString(radix);
  if (verb === 'X') digits = digits.toUpperCase();
  if (flags.precision !== undefined) {
    digits = digits.padStart(Math.min(flags.precision, WIDTH_MAX), '0');
  }
  if (flags.sharp && radix === 16) digits = `0${verb}${digits}`;
  if (flags.sharp && radix === 8) digits = `0${digits}`;
  return padNumber(signOf(value < 0n, flags), digits, flags);
}

function formatNumber(verb: string, value: number, flags: Flags): string {
  const lower = verb.toLowerCase();
  if (!['v', 'e', 'f', 'g'].includes(lower) || verb === 'V') return wrongVerb(verb, value);
  const style = lower === 'v' ? 'g' : (lower as 'e' | 'f' | 'g');
  const precision = Math.min(flags.precision ?? (style === 'g' ? -1 : 6), WIDTH_MAX);
  let text = formatFloat(value, style, precision);
  if (verb !== lower) text = text.toUpperCase().replace('INF', 'Inf').replace('NAN', 'NaN');
  const negative = text.startsWith('-');
  const digits = text.replace(/^[-+]/, '');
  if (!Number.isFinite(value)) {
    const sign = value === Number.POSITIVE_INFINITY ? '+' : signOf(negative, flags);
    return pad(`${sign}${digits}`, flags);
  }
  return padNumber(signOf(negative, flags), digits, flags);
}

function formatComposite(verb: string, value: Exclude<GoValue, string>, flags: Flags): string {
  if (Array.isArray(value)) {
    return `[${value.map((element: GoValue) => formatOne(verb, element, flags)).join(' ')}]`;
  }
  if (isMap(value)) {
    const keys = [...value.keys()].sort();
    const pairs = keys.map(
      (key) =>
        `${formatOne(verb, key, flags)}:${formatOne(verb, value.get(key) as GoValue, flags)}`,
    );
    return `map[${pairs.join(' ')}]`;
  }
  return pad(String(value), flags);
}

function signOf(negative: boolean, flags: Flags): string {
  if (negative) return '-';
  if (flags.plus) return '+';
  return flags.space ? ' ' : '';
}

function padNumber(sign: string, digits: string, flags: Flags): string {
  if (!flags.zero) return pad(sign + digits, flags);
  return sign + digits.padStart((flags.width ?? 0) - sign.length, '0');
}

function pad(text: string, flags: Flags): string {
  const missing = (flags.width ?? 0) - [...text].length;
  if (missing <= 0) return text;
  const filler = (flags.zero ? '0' : ' ').repeat(missing);
  return flags.minus ? text + filler : filler + text;
}

/** strconv.Quote, for text without invalid UTF-8. */
export function quote(text: string): string {
  return JSON.stringify(text)
    .replaceAll('\\b', '\\b')
    .replace(/\\u00([01][0-9a-f])/g, (_, hex: string) =>
      hex === '07' ? '\\a' : hex === '0b' ? '\\v' : `\\x${hex}`,
    )
    .replaceAll('\u007f', '\\x7f');
}
