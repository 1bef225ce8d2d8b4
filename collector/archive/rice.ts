/**
 * Rice codes (Golomb codes for powers of two): an integer u is ⌊u / 2^k⌋ one bits, a zero bit, and the k low bits of u. They are within
 * a few hundredths of a bit of the best possible code for the differences between samples, and decode in a few nanoseconds.
 */
import type { BitReader, BitWriter } from './bits.ts';

/** So many one bits and no zero bit: the integer follows as 6 bits of length and its bits. */
const ESCAPE = 20;
const K_MAX = 24;
/** That a BitWriter takes at once. */
const BITS_MAX = 24;

/** Bits that codes for `count` integers of this sum take, about, with the best k. */
export function riceCost(count: number, sum: number): number {
  const k = bestK(count, sum);
  return count * (1 + k) + Math.max(0, sum / 2 ** k - count / 2);
}

/** The k that makes the codes of `count` integers of this sum short: the mean, taken for a geometric distribution. */
export function bestK(count: number, sum: number): number {
  // Half of a geometric distribution's mass lies below mean × ln 2: there the last bit of the quotient is worth its place.
  const median = count === 0 ? 0 : (sum / count) * Math.LN2;
  return median < 1 ? 0 : Math.min(K_MAX, Math.floor(Math.log2(median)) + (median > 1 ? 1 : 0));
}

/** @param value integer, 0 to 2^53 - 1 */
export function writeRice(writer: BitWriter, k: number, value: number): void {
  const quotient = Math.floor(value / 2 ** k);
  if (quotient >= ESCAPE) {
    writeEscaped(writer, value);
    return;
  }
  const ones = (1 << (quotient + 1)) - 2;
  const low = value & ((1 << k) - 1);
  if (quotient + 1 + k <= BITS_MAX) writer.bits((ones << k) | low, quotient + 1 + k);
  else {
    writer.bits(ones, quotient + 1);
    writer.bits(low, k);
  }
}

function writeEscaped(writer: BitWriter, value: number): void {
  writer.bits((1 << ESCAPE) - 1, ESCAPE);
  const length = value < 2 ** 32 ? 32 - Math.clz32(value) : 64 - Math.clz32(value / 2 ** 32);
  writer.bits(length, 6);
  for (let left = length; left > 0; left -= 24) {
    const size = Math.min(24, left);
    writer.bits(Math.floor(value / 2 ** (left - size)) % 2 ** size, size);
  }
}

export function readRice(reader: BitReader, k: number): number {
  const quotient = reader.unary(ESCAPE);
  if (quotient < ESCAPE) return quotient * 2 ** k + reader.bits(k);
  let value = 0;
  for (let left = reader.bits(6); left > 0; left -= 24) {
    const size = Math.min(24, left);
    value = value * 2 ** size + reader.bits(size);
  }
  return value;
}
