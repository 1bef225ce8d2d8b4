/** The columns of `clustermon top`: which metrics they need, and how one host's values become a number and a text. */

/** Newest values of one host by metric; NaN = unknown. */
export type Values = (metric: string) => number;

export interface Column {
  readonly id: string;
  readonly title: string;
  readonly width: number;
  /** The key that sorts by it. */
  readonly key: string;
  readonly metrics: readonly string[];
  value(values: Values): number;
  format(value: number): string;
}

const plain = (digits: number) => (value: number) => value.toFixed(digits);

export const COLUMNS: readonly Column[] = [
  {
    id: 'load',
    title: 'LOAD',
    width: 7,
    key: 'l',
    metrics: ['load_one'],
    value: (values) => values('load_one'),
    format: plain(2),
  },
  {
    id: 'cpu',
    title: 'CPU%',
    width: 6,
    key: 'c',
    metrics: ['cpu_idle'],
    value: (values) => 100 - values('cpu_idle'),
    format: plain(1),
  },
  {
    id: 'mem',
    title: 'MEM%',
    width: 6,
    key: 'm',
    metrics: ['mem_total', 'mem_available'],
    value: (values) => 100 * (1 - values('mem_available') / values('mem_total')),
    format: plain(1),
  },
  {
    id: 'in',
    title: 'NET IN',
    width: 8,
    key: 'i',
    metrics: ['bytes_in'],
    value: (values) => values('bytes_in'),
    format: formatBytes,
  },
  {
    id: 'out',
    title: 'NET OUT',
    width: 8,
    key: 'o',
    metrics: ['bytes_out'],
    value: (values) => values('bytes_out'),
    format: formatBytes,
  },
];

export const METRICS: readonly string[] = [...new Set(COLUMNS.flatMap(({ metrics }) => metrics))];

const UNITS = ['', 'K', 'M', 'G', 'T', 'P'] as const;

/** `1.5M`: three digits that count, powers of 1000. */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const digits = unit === 0 || value >= 99.95 ? 0 : 1;
  return `${value.toFixed(digits)}${UNITS[unit]}`;
}
