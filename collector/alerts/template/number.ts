/**
 * Numbers as Go's fmt and strconv write them. In templates a JavaScript number stands for float64 and a bigint for int, so that
 * `{{ 5 }}` and `{{ $value }}` keep Go's different types.
 */

/** From this exponent on the shortest `%g` is scientific: 1000000 is 1e+06 (strconv, `%e` decision). */
const SHORTEST_EXPONENT_MAX = 6;

/** strconv.FormatFloat(value, format, precision, 64); precision -1 = the fewest digits that read back the same. */
export function formatFloat(value: number, format: 'e' | 'f' | 'g', precision: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  const sign = value < 0 || Object.is(value, -0) ? '-' : '';
  const magnitude = Math.abs(value);
  switch (format) {
    case 'e':
      return sign + scientific(magnitude, precision);
    case 'f':
      return sign + (precision < 0 ? plain(magnitude) : fixed(magnitude, precision));
    case 'g':
      return sign + general(magnitude, precision);
  }
}

/** `%g`: plain digits for exponents from -4 up to the precision, scientific beyond; no trailing zeros. */
function general(magnitude: number, precision: number): string {
  if (precision < 0) {
    const exponent = exponentOf(magnitude.toExponential());
    return exponent < -4 || exponent >= SHORTEST_EXPONENT_MAX
      ? scientific(magnitude, -1)
      : plain(magnitude);
  }
  const significant = Math.max(precision, 1);
  const rounded = toExponential(magnitude, significant - 1);
  const exponent = exponentOf(rounded);
  const [mantissa = '0'] = rounded.split('e');
  const digits = mantissa.replace('.', '').replace(/0+$/, '');
  if (exponent < -4 || exponent >= significant) {
    const fraction = digits.slice(1);
    return `${digits[0] ?? '0'}${fraction ? `.${fraction}` : ''}${exponentText(exponent)}`;
  }
  if (digits === '') return '0';
  return placePoint(digits, exponent);
}

function placePoint(digits: string, exponent: number): string {
  if (exponent < 0) return `0.${'0'.repeat(-exponent - 1)}${digits}`;
  const whole = digits.slice(0, exponent + 1).padEnd(exponent + 1, '0');
  const fraction = digits.slice(exponent + 1);
  return fraction ? `${whole}.${fraction}` : whole;
}

function scientific(magnitude: number, precision: number): string {
  const text = precision < 0 ? magnitude.toExponential() : toExponential(magnitude, precision);
  return `${text.split('e')[0]}${exponentText(exponentOf(text))}`;
}

/** At least two digits of exponent, as C and Go print it. */
function exponentText(exponent: number): string {
  return `e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
}

function exponentOf(text: string): number {
  return Number(text.split('e')[1]);
}

/** Decimal digits without an exponent, fewest that read back the same. */
function plain(magnitude: number): string {
  const text = magnitude.toExponential();
  const [mantissa = '0'] = text.split('e');
  return placePoint(mantissa.replace('.', ''), exponentOf(text));
}

/** JavaScript's toExponential and toFixed round a tie away from zero, Go rounds the exact binary value half to even: decide on exact digits. */
function toExponential(magnitude: number, fractionDigits: number): string {
  if (magnitude === 0) return `${fixed(0, fractionDigits)}e+0`;
  const exponent = exponentOf(magnitude.toExponential());
  const rounded = roundExact(magnitude, fractionDigits - exponent);
  const digits = rounded.toString();
  const shift = digits.length - (fractionDigits + 1);
  const kept = digits.slice(0, fractionDigits + 1);
  const mantissa = fractionDigits > 0 ? `${kept[0]}.${kept.slice(1)}` : kept;
  return `${mantissa}e${exponent + shift}`;
}

function fixed(magnitude: number, fractionDigits: number): string {
  const digits = roundExact(magnitude, fractionDigits)
    .toString()
    .padStart(fractionDigits + 1, '0');
  if (fractionDigits === 0) return digits;
  return `${digits.slice(0, -fractionDigits)}.${digits.slice(-fractionDigits)}`;
}

/** The exact binary value times 10^scale, rounded half to even. */
function roundExact(magnitude: number, scale: number): bigint {
  const { mantissa, exponent } = decompose(magnitude);
  let numerator = mantissa;
  let denominator = 1n;
  if (exponent >= 0) numerator <<= BigInt(exponent);
  else denominator <<= BigInt(-exponent);
  if (scale >= 0) numerator *= 10n ** BigInt(scale);
  else denominator *= 10n ** BigInt(-scale);
  const quotient = numerator / denominator;
  const twice = 2n * (numerator % denominator);
  const up = twice > denominator || (twice === denominator && quotient % 2n === 1n);
  return up ? quotient + 1n : quotient;
}

/** magnitude = mantissa × 2^exponent, exactly (IEEE 754 binary64). */
function decompose(magnitude: number): { readonly mantissa: bigint; readonly exponent: number } {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, magnitude);
  const bits = view.getBigUint64(0);
  const biased = Number((bits >> 52n) & 0x7ffn);
  const fraction = bits & 0xfffffffffffffn;
  return biased === 0
    ? { mantissa: fraction, exponent: -1074 }
    : { mantissa: fraction | 0x10000000000000n, exponent: biased - 1075 };
}
