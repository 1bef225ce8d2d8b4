import { InputError } from '../../../base/errors.ts';

const MIB = 1024 * 1024;

/** Bytes per unit, as setup-storage(8) reads units: `K` and `KiB` are 1024, `KB` is 1000, no unit is MiB. */
const UNIT_BYTES: Readonly<Record<string, number>> = {
  '': MIB,
  B: 1,
  k: 1024,
  K: 1024,
  kiB: 1024,
  KiB: 1024,
  kB: 1000,
  KB: 1000,
  M: MIB,
  MiB: MIB,
  MB: 1000 ** 2,
  G: 1024 ** 3,
  GiB: 1024 ** 3,
  GB: 1000 ** 3,
  T: 1024 ** 4,
  TiB: 1024 ** 4,
  TB: 1000 ** 4,
  P: 1024 ** 5,
  PiB: 1024 ** 5,
  PB: 1000 ** 5,
};

/** One end of a size: fixed bytes, a share of the disk or volume group, or a share of the machine's memory. */
export type Amount =
  | { readonly of: 'bytes'; readonly bytes: number }
  | { readonly of: 'space'; readonly percent: number }
  | { readonly of: 'memory'; readonly percent: number };

export interface SizeRange {
  readonly min: Amount;
  readonly max: Amount;
}

/** Sizes of one partition on a given disk, in whole bytes, both ends included. */
export interface ByteRange {
  readonly min: number;
  readonly max: number;
}

/**
 * Reads one size such as `20GiB`, `500`, `10%` or `RAM:50%`.
 * @throws InputError `disk-size` naming the text, for decimals, unknown units and anything else
 * Source: setup-storage(8), "size".
 */
export function parseAmount(text: string, line?: number): Amount {
  const memory = /^RAM:(\d+)%$/.exec(text);
  if (memory) return { of: 'memory', percent: Number(memory[1]) };
  const share = /^(\d+)%$/.exec(text);
  if (share) return { of: 'space', percent: Number(share[1]) };
  const fixed = /^(\d+)([A-Za-z]*)$/.exec(text);
  const unit = UNIT_BYTES[fixed?.[2] ?? ''];
  if (fixed && unit !== undefined) return { of: 'bytes', bytes: Number(fixed[1]) * unit };
  throw new InputError('disk-size', `size "${text}": ${whyNot(text)}`, at(line));
}

/** Reads `--disk` and `--ram` values: a size in bytes unless it has a unit. */
export function parseByteCount(text: string): number {
  const amount = parseAmount(/^\d+$/.test(text) ? `${text}B` : text);
  if (amount.of !== 'bytes') {
    throw new InputError('disk-size', `size "${text}": give bytes or a unit such as 20GiB`);
  }
  return amount.bytes;
}

/** Reads `MIN-MAX`, `MIN-` (up to everything), `-MAX` (from nothing) or one fixed size. */
export function parseRange(text: string, line?: number): SizeRange {
  const dash = text.indexOf('-');
  if (dash < 0) {
    const fixed = parseAmount(text, line);
    return { min: fixed, max: fixed };
  }
  const [low, high] = [text.slice(0, dash), text.slice(dash + 1)];
  if (low === '' && high === '') {
    throw new InputError('disk-size', 'size "-" has neither a minimum nor a maximum', at(line));
  }
  return {
    min: low === '' ? { of: 'bytes', bytes: 0 } : parseAmount(low, line),
    max: high === '' ? { of: 'space', percent: 100 } : parseAmount(high, line),
  };
}

/**
 * Turns a range into bytes.
 * @param range     what the line says
 * @param available bytes that percentages refer to
 * @param ramBytes  memory of the machine, for `RAM:N%`; undefined when it is not known
 * @throws InputError `disk-space` (minimum above what there is), `disk-range` (reversed), `disk-ram` (memory unknown)
 * Source: setup-storage, Sizes.pm, make_range: a minimum is rounded down, a maximum up.
 */
export function byteRange(
  range: SizeRange,
  space: { readonly available: number; readonly ramBytes: number | undefined },
  line: number,
): ByteRange {
  const min = Math.floor(bytesOf(range.min, space, line));
  const max = Math.ceil(bytesOf(range.max, space, line));
  if (min > space.available) {
    const text = `needs ${min} bytes, but there are only ${Math.floor(space.available)}`;
    throw new InputError('disk-space', `${text}: make it smaller or use a larger disk`, { line });
  }
  if (max < min) {
    const text = `the maximum of ${max} bytes is below the minimum of ${min}`;
    throw new InputError('disk-range', `size: ${text}`, { line });
  }
  return { min, max };
}

function bytesOf(
  amount: Amount,
  space: { readonly available: number; readonly ramBytes: number | undefined },
  line: number,
): number {
  if (amount.of === 'bytes') return amount.bytes;
  if (amount.of === 'space') return (space.available * amount.percent) / 100;
  if (space.ramBytes === undefined) {
    throw new InputError('disk-ram', `RAM:${amount.percent}% needs the memory size (--ram)`, {
      line,
    });
  }
  return Math.floor((space.ramBytes * amount.percent) / 100);
}

function whyNot(text: string): string {
  if (/^\d+[.,]\d/.test(text)) return 'sizes are whole numbers; use a smaller unit (1.5G is 1536M)';
  return 'expected a whole number with B, K, M, G, T or P, N% or RAM:N%';
}

function at(line: number | undefined): { line?: number } {
  return line === undefined ? {} : { line };
}
