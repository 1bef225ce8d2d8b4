import { parseDurationMs } from './duration.ts';

const ESCAPES: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  "'": "'",
  '"': '"',
};

/**
 * The value of a quoted string: double or single quotes with Go's escapes, backticks raw.
 * Bytes of `\x` and octal escapes that are not UTF-8 become lone surrogates (U+DC80…U+DCFF), so that the text is not well-formed.
 * @returns undefined when it is not closed or holds an unknown escape
 */
export function unquote(quoted: string): string | undefined {
  const quote = quoted[0] as string;
  if (quoted.length < 2 || !quoted.endsWith(quote)) return undefined;
  const body = quoted.slice(1, -1);
  if (quote === '`') return body;
  let bytes: number[] = [];
  let out = '';
  const flush = (): void => {
    out += decode(bytes);
    bytes = [];
  };
  const parts =
    /\\(?:x([0-9a-fA-F]{2})|([0-7]{3})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([\s\S]))|\\$|[^\\]+/gu;
  for (const [whole, hex, octal, u4, u8, char] of body.matchAll(parts)) {
    if (hex !== undefined || octal !== undefined) {
      bytes.push(
        hex === undefined ? Number.parseInt(octal as string, 8) & 0xff : Number.parseInt(hex, 16),
      );
      continue;
    }
    flush();
    if (u4 !== undefined || u8 !== undefined) {
      const point = Number.parseInt(u4 ?? (u8 as string), 16);
      if (point > 0x10ffff) return undefined;
      out += String.fromCodePoint(point);
    } else if (char !== undefined) {
      const value = ESCAPES[char];
      if (value === undefined || (char !== quote && (char === '"' || char === "'")))
        return undefined;
      out += value;
    } else if (whole === '\\') {
      return undefined; // the closing quote was escaped
    } else {
      out += whole;
    }
  }
  flush();
  return out;
}

/** The text in double quotes with escapes, as `unquote` reads it; bytes that are not UTF-8 are `\\x…` again. */
export function quote(text: string): string {
  return JSON.stringify(text).replace(/\\udc([89a-f][0-9a-f])/g, '\\x$1');
}

function decode(bytes: readonly number[]): string {
  if (bytes.length === 0) return '';
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Uint8Array.from(bytes));
  } catch {
    return bytes.map((byte) => String.fromCharCode(byte < 0x80 ? byte : 0xdc00 + byte)).join('');
  }
}

/** The value of a number as Go reads it (hex, octal, underscores, Inf, NaN), or a duration in seconds. NaN for text that is neither. */
export function parseNumber(text: string): {
  readonly value: number;
  readonly isDuration: boolean;
} {
  const negative = text.startsWith('-');
  const bare = text.replace(/^[+-]/, '').trim();
  const durationMs = bare === '0' ? undefined : parseDurationMs(bare);
  const magnitude = durationMs === undefined ? parseMagnitude(bare) : durationMs / 1000;
  return { value: negative ? -magnitude : magnitude, isDuration: durationMs !== undefined };
}

function parseMagnitude(text: string): number {
  const lower = text.toLowerCase().replaceAll('_', '');
  if (lower === 'inf' || lower === '+inf') return Number.POSITIVE_INFINITY;
  if (lower === 'nan') return Number.NaN;
  if (/^0[0-7]+$/.test(lower)) return Number.parseInt(lower, 8);
  return /^(?:0[xbo][0-9a-f]+|\d+\.?\d*(?:e[+-]?\d+)?|\.\d+(?:e[+-]?\d+)?)$/.test(lower)
    ? Number(lower)
    : Number.NaN;
}

/** Shortest decimal text without exponent (Go's `'f', -1`), with `+Inf`, `-Inf`, `NaN`. */
export function formatDecimal(value: number): string {
  if (!Number.isFinite(value)) return formatNonFinite(value);
  const text = Object.is(value, -0) ? '-0' : String(value);
  const [, sign = '', whole = '', fraction = '', exponent = ''] =
    /^(-?)(\d+)(?:\.(\d+))?e([+-]\d+)$/.exec(text) ?? [];
  if (!exponent) return text;
  const shift = Number(exponent);
  const digits = whole + fraction;
  if (shift > 0) return sign + digits.padEnd(whole.length + shift, '0');
  return `${sign}0.${'0'.repeat(-shift - 1)}${digits}`;
}

/** As the HTTP API writes sample values: exponents outside of 1e-6…1e21, `+Inf`, `-Inf`, `NaN`. */
export function formatSampleValue(value: number): string {
  if (!Number.isFinite(value)) return formatNonFinite(value);
  if (Object.is(value, -0)) return '-0';
  const text = String(value);
  return text.includes('e') ? text.replace(/e([+-])(\d)$/, 'e$10$2') : text;
}

function formatNonFinite(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  return value > 0 ? '+Inf' : '-Inf';
}
