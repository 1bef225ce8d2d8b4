import { InputError } from '../../base/errors.ts';

/** Whether a histogram's counters were reset since the sample before, as far as it says. */
export type CounterResetHint = 'unknown' | 'reset' | 'not_reset' | 'gauge';

/** Consecutive buckets; neither the first nor the last is empty. */
interface Buckets {
  /** Index of the first. */
  readonly offset: number;
  readonly counts: readonly number[];
}

/** A native histogram of a rule test. Source: Prometheus, "Unit testing for rules", series */
export interface NativeHistogram {
  readonly schema: number;
  readonly sum: number;
  readonly count: number;
  readonly zeroCount: number;
  readonly zeroThreshold: number;
  readonly customValues: readonly number[];
  readonly hint: CounterResetHint;
  readonly positive: Buckets;
  readonly negative: Buckets;
}

const FIELD = /^([a-z_]+):(\[[^\]]*\]|\S+)(?:\s+|$)/;
const HINTS: readonly CounterResetHint[] = ['unknown', 'reset', 'not_reset', 'gauge'];
const FIELDS: ReadonlySet<string> = new Set([
  'schema',
  'sum',
  'count',
  'z_bucket',
  'z_bucket_w',
  'custom_values',
  'counter_reset_hint',
  'offset',
  'buckets',
  'n_offset',
  'n_buckets',
]);

/**
 * Reads `{{schema:1 sum:2.5 count:4 offset:-1 buckets:[1 3]}}`; what is not named is 0 or empty.
 * @throws InputError `series-notation`
 */
export function parseNativeHistogram(text: string): NativeHistogram {
  const fields = fieldsOf(text);
  const number = (name: string) => parseNumber(fields.get(name) ?? '0', text);
  const numbers = (name: string) =>
    (fields.get(name) ?? '[]')
      .replace(/^\[|\]$/g, '')
      .split(/\s+/)
      .filter(Boolean)
      .map((item) => parseNumber(item, text));
  const hint = HINTS.find((one) => one === (fields.get('counter_reset_hint') ?? 'unknown'));
  if (hint === undefined) throw bad(`counter_reset_hint of ${text} is none of ${HINTS.join(', ')}`);
  return {
    schema: number('schema'),
    sum: number('sum'),
    count: number('count'),
    zeroCount: number('z_bucket'),
    zeroThreshold: number('z_bucket_w'),
    customValues: numbers('custom_values'),
    hint,
    positive: trimmed({ offset: number('offset'), counts: numbers('buckets') }),
    negative: trimmed({ offset: number('n_offset'), counts: numbers('n_buckets') }),
  };
}

function fieldsOf(text: string): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  let rest = /^\{\{\s*(.*?)\s*\}\}$/s.exec(text)?.[1];
  if (rest === undefined) throw bad(`"${text}" is no native histogram`);
  while (rest !== '') {
    const [item, name = '', value = ''] = FIELD.exec(rest) ?? [];
    if (item === undefined || !FIELDS.has(name) || fields.has(name)) {
      throw bad(`"${rest}" in ${text} is no field of a native histogram, such as buckets:[5 10 7]`);
    }
    fields.set(name, value);
    rest = rest.slice(item.length);
  }
  return fields;
}

function parseNumber(text: string, histogram: string): number {
  if (/^[+-]?inf$/i.test(text)) return text.startsWith('-') ? -Infinity : Infinity;
  const value = /^nan$/i.test(text) || text === '' ? Number.NaN : Number(text);
  if (Number.isNaN(value) && !/^nan$/i.test(text))
    throw bad(`"${text}" in ${histogram} is no number`);
  return value;
}

/**
 * `a` plus `factor` times `b`, by bucket; a counter stays a counter of unknown resets.
 * @throws InputError `series-notation` when their buckets have different bounds
 */
export function addNativeHistogram(
  a: NativeHistogram,
  b: NativeHistogram,
  factor: 1 | -1,
): NativeHistogram {
  const bounds = ({ schema, zeroThreshold, customValues }: NativeHistogram) =>
    JSON.stringify([schema, zeroThreshold, customValues]);
  if (bounds(a) !== bounds(b)) throw bad('native histograms of different bounds cannot be added');
  return {
    ...a,
    sum: a.sum + factor * b.sum,
    count: a.count + factor * b.count,
    zeroCount: a.zeroCount + factor * b.zeroCount,
    positive: addBuckets(a.positive, b.positive, factor),
    negative: addBuckets(a.negative, b.negative, factor),
  };
}

function addBuckets(a: Buckets, b: Buckets, factor: 1 | -1): Buckets {
  if (a.counts.length === 0 && factor === 1) return b;
  const offset = Math.min(a.offset, b.offset);
  const end = Math.max(a.offset + a.counts.length, b.offset + b.counts.length);
  const counts = Array.from(
    { length: end - offset },
    (_, index) => bucketAt(a, offset + index) + factor * bucketAt(b, offset + index),
  );
  return trimmed({ offset, counts });
}

function bucketAt({ offset, counts }: Buckets, index: number): number {
  return counts[index - offset] ?? 0;
}

function trimmed({ offset, counts }: Buckets): Buckets {
  const first = counts.findIndex((count) => count !== 0);
  if (first < 0) return { offset: 0, counts: [] };
  const last = counts.findLastIndex((count) => count !== 0);
  return { offset: offset + first, counts: counts.slice(first, last + 1) };
}

/**
 * The hint that a histogram has once it is stored behind another, as Prometheus finds it when samples are read.
 * @param before undefined = the first of its series
 */
export function storedHint(
  before: NativeHistogram | undefined,
  histogram: NativeHistogram,
): CounterResetHint {
  if (histogram.hint === 'gauge' || histogram.hint === 'reset') return histogram.hint;
  if (before === undefined) return 'unknown';
  return isLess(histogram, before) ? 'reset' : 'not_reset';
}

/** True when a counter of `now` is below that of `before`. */
function isLess(now: NativeHistogram, before: NativeHistogram): boolean {
  if (now.count < before.count || now.zeroCount < before.zeroCount) return true;
  return (['positive', 'negative'] as const).some((side) => {
    const { offset, counts } = before[side];
    return counts.some((count, index) => bucketAt(now[side], offset + index) < count);
  });
}

/** In the notation of rule tests, without what is 0; histograms are equal when their texts are. */
export function formatNativeHistogram(histogram: NativeHistogram): string {
  const { schema, count, sum, zeroCount, zeroThreshold, customValues, hint } = histogram;
  const { positive, negative } = histogram;
  const list = (values: readonly number[]) => `[${values.join(' ')}]`;
  const fields: readonly (readonly [name: string, text: string, isShown: boolean])[] = [
    ['schema', `${schema}`, schema !== 0],
    ['count', `${count}`, count !== 0],
    ['sum', `${sum}`, sum !== 0],
    ['z_bucket', `${zeroCount}`, zeroCount !== 0],
    ['z_bucket_w', `${zeroThreshold}`, zeroThreshold !== 0],
    ['custom_values', list(customValues), customValues.length > 0],
    ['counter_reset_hint', hint, hint !== 'unknown'],
    ['offset', `${positive.offset}`, positive.offset !== 0],
    ['buckets', list(positive.counts), positive.counts.length > 0],
    ['n_offset', `${negative.offset}`, negative.offset !== 0],
    ['n_buckets', list(negative.counts), negative.counts.length > 0],
  ];
  const shown = fields.filter(([, , isShown]) => isShown);
  return `{{${shown.map(([name, text]) => `${name}:${text}`).join(' ')}}}`;
}

function bad(message: string): InputError {
  return new InputError('series-notation', message);
}
