/** Values with their units as people read them: `15.6 GiB`, `12.4 MB/s`, `43.2 %`. */
import { own } from './own.ts';

interface Prefixes {
  readonly base: number;
  readonly suffixes: readonly string[];
}

const BINARY: Prefixes = { base: 1024, suffixes: ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'] };
const DECIMAL: Prefixes = { base: 1000, suffixes: ['B', 'kB', 'MB', 'GB', 'TB', 'PB'] };
const PLAIN: Prefixes = { base: 1000, suffixes: ['', 'k', 'M', 'G', 'T', 'P'] };

interface Family {
  /** What one unit of the metric is in the unit that the prefixes count. */
  readonly multiplier: number;
  readonly prefixes: Prefixes;
  /** Follows the prefix: `/s` in `MB/s`. */
  readonly tail: string;
}

/** Ganglia counts memory in KB of 1,024 bytes and disks in GB of 10^9. */
const BYTE_FAMILIES: Readonly<Record<string, Family>> = {
  bytes: { multiplier: 1, prefixes: BINARY, tail: '' },
  KB: { multiplier: 1024, prefixes: BINARY, tail: '' },
  KiB: { multiplier: 1024, prefixes: BINARY, tail: '' },
  MB: { multiplier: 1e6, prefixes: DECIMAL, tail: '' },
  GB: { multiplier: 1e9, prefixes: DECIMAL, tail: '' },
  'bytes/sec': { multiplier: 1, prefixes: DECIMAL, tail: '/s' },
  'bytes/s': { multiplier: 1, prefixes: DECIMAL, tail: '/s' },
  'KB/sec': { multiplier: 1024, prefixes: DECIMAL, tail: '/s' },
};

/** How to write all values of one magnitude: `value × factor` followed by `suffix`. */
export interface ValueScale {
  readonly factor: number;
  readonly suffix: string;
}

/** Units as a tail for a number: `ops/sec` → ` ops/s`; none for the words that Ganglia uses for "no unit". */
function tailOf(units: string): string {
  const word = units.trim().replace(/\/sec$/, '/s');
  if (word === '' || word === 'none') return '';
  if (word === 'C') return ' °C';
  return ` ${word}`;
}

/** The scale in which a value of `magnitude` has one to three digits before the point. */
export function scaleFor(units: string, magnitude: number): ValueScale {
  const bytes = own(BYTE_FAMILIES, units);
  if (bytes) {
    const step = stepOf(magnitude * bytes.multiplier, bytes.prefixes);
    return {
      factor: bytes.multiplier / bytes.prefixes.base ** step,
      suffix: ` ${bytes.prefixes.suffixes[step]}${bytes.tail}`,
    };
  }
  const tail = tailOf(units);
  // 9,999 requests are read at a glance, 10,000 are 10 k; percent and seconds never take a prefix.
  const prefixed = units !== '%' && !isSeconds(units) && Math.abs(magnitude) >= 10_000;
  const step = prefixed ? stepOf(magnitude, PLAIN) : 0;
  return { factor: 1 / PLAIN.base ** step, suffix: `${PLAIN.suffixes[step]}${tail}` };
}

function stepOf(value: number, prefixes: Prefixes): number {
  let step = 0;
  for (
    let rest = Math.abs(value);
    rest >= prefixes.base && step < prefixes.suffixes.length - 1;
    rest /= prefixes.base
  )
    step++;
  return step;
}

function isSeconds(units: string): boolean {
  return units === 's' || units === 'sec' || units === 'seconds';
}

/** True for units that are counted in powers of 1,024. */
export function isBinary(units: string): boolean {
  return own(BYTE_FAMILIES, units)?.prefixes === BINARY;
}

/** @param value null and NaN = unknown, written as `–` */
export function formatValue(value: number | null | undefined, units: string): string {
  if (value === null || value === undefined || Number.isNaN(value)) return '–';
  if (isSeconds(units) && Math.abs(value) >= 120) return formatDuration(value);
  const scale = scaleFor(units, value);
  return `${digits(value * scale.factor)}${scale.suffix}`;
}

/** Three significant digits, but never less than the whole part: 0.043, 4.32, 43.2, 432, 4321. */
export function digits(value: number): string {
  const size = Math.abs(value);
  if (size === 0) return '0';
  if (size >= 100 || Number.isInteger(value)) return String(Math.round(value));
  if (size >= 10) return trimmed(value.toFixed(1));
  if (size >= 0.1) return trimmed(value.toFixed(2));
  return size >= 0.001 ? trimmed(value.toFixed(4)) : value.toExponential(1);
}

function trimmed(text: string): string {
  return text.replace(/\.?0+$/, '');
}

/** Labels of one axis: all in the unit of the largest, with just the decimals that they need. */
export function formatTicks(ticks: readonly number[], units: string): string[] {
  const magnitude = Math.max(0, ...ticks.map(Math.abs));
  const decimalsIn = ({ factor }: ValueScale) => decimalsOf(ticks.map((tick) => tick * factor));
  const largest = scaleFor(units, magnitude);
  // A narrow range far from zero: 3732 MiB can be read where 3.644531 GiB would be cut off.
  const scale = decimalsIn(largest) > 2 ? scaleFor(units, magnitude / 1024) : largest;
  const decimals = decimalsIn(scale);
  const suffix = needsCaption(units) ? scale.suffix.slice(0, -tailOf(units).length) : scale.suffix;
  return ticks.map((tick) => `${(tick * scale.factor).toFixed(decimals)}${suffix}`);
}

/** True for units in whole words: too long for an axis, they stand beside the title of the chart. */
export function needsCaption(units: string): boolean {
  return own(BYTE_FAMILIES, units) === undefined && tailOf(units).length > 4;
}

/** The fewest that write every one of the values exactly, at most six. */
function decimalsOf(values: readonly number[]): number {
  const isExact = (decimals: number) =>
    values.every((value) => {
      const shifted = value * 10 ** decimals;
      return Math.abs(shifted - Math.round(shifted)) < 1e-6 * Math.max(1, Math.abs(shifted));
    });
  let decimals = 0;
  while (decimals < 6 && !isExact(decimals)) decimals++;
  return decimals;
}

const DURATION_UNITS = [
  ['d', 86_400],
  ['h', 3_600],
  ['min', 60],
  ['s', 1],
] as const;

/** The two largest units: `3 d 4 h`, `12 min 5 s`, `8 s`. */
export function formatDuration(seconds: number): string {
  let rest = Math.round(Math.abs(seconds));
  const sign = seconds < 0 && rest > 0 ? '-' : '';
  const words: string[] = [];
  for (const [word, size] of DURATION_UNITS) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count > 0) words.push(`${count} ${word}`);
    else if (words.length > 0) break;
    if (words.length === 2) break;
  }
  return words.length > 0 ? sign + words.join(' ') : '0 s';
}
