import { InputError } from '../../base/errors.ts';
import { Labels, METRIC_NAME } from '../query/labels.ts';
import { parseSyntax } from '../query/parse.ts';
import {
  addNativeHistogram,
  type NativeHistogram,
  parseNativeHistogram,
} from './native-histogram.ts';

/** One step of an input series: a value, the end of the series, or nothing. */
export type SeriesStep = number | NativeHistogram | 'stale' | undefined;

/** Longer series are refused; one year at a step of 30 seconds. */
const STEPS_MAX = 1_100_000;

const NUMBER = String.raw`(?:\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?|[iI][nN][fF]|[nN][aA][nN])`;
const ITEM = new RegExp(
  `^(?:(?<gap>_)(?:x(?<gaps>\\d+))?|(?<stale>stale)|(?<first>[+-]?${NUMBER})(?:(?<delta>[+-]${NUMBER}))?(?:x(?<times>\\d+))?)$`,
);

const HISTOGRAM = String.raw`\{\{[^}]*\}\}`;
const HISTOGRAM_ITEM = new RegExp(
  `^(?<first>${HISTOGRAM})(?:(?<sign>[+-])(?<delta>${HISTOGRAM}))?(?:x(?<times>\\d+))?$`,
);

/**
 * The values of an input series of a rule test: `1 2 3`, `0+10x5` (0 and five times 10 more), `7x3`, `_` and `_x3` (nothing),
 * `stale`; a native histogram such as `{{count:2 buckets:[2]}}` may stand for a number.
 * @throws InputError `series-notation`
 * Source: Prometheus, "Unit testing for rules", series
 */
export function parseSeriesValues(text: string): readonly SeriesStep[] {
  const steps: SeriesStep[] = [];
  for (const item of text.match(/(?:\{\{[^}]*\}\}|\S)+/g) ?? []) {
    const groups = (item.startsWith('{{') ? HISTOGRAM_ITEM : ITEM).exec(item)?.groups;
    if (!groups) throw bad(`"${item}" is no value; write such as 5, 0+10x5, 7x3, _, _x3 or stale`);
    if (item.startsWith('{{')) addHistograms(steps, groups, item);
    else addItem(steps, groups, item);
  }
  return steps;
}

function addItem(
  steps: SeriesStep[],
  groups: Readonly<Record<string, string | undefined>>,
  item: string,
): void {
  const { gap, gaps, stale, first, delta, times } = groups;
  const count = gap ? Number(gaps ?? 1) : Number(times ?? 0) + 1;
  checkCount(steps.length + count, delta !== undefined && times === undefined, item);
  let value = parseNumber(first ?? '0');
  for (let i = 0; i < count; i++) {
    if (gap) steps.push(undefined);
    else steps.push(stale ? 'stale' : value);
    if (delta !== undefined) value += parseNumber(delta);
  }
}

function addHistograms(
  steps: SeriesStep[],
  { first = '', sign, delta, times }: Readonly<Record<string, string | undefined>>,
  item: string,
): void {
  const count = Number(times ?? 0) + 1;
  checkCount(steps.length + count, delta !== undefined && times === undefined, item);
  const step = delta === undefined ? undefined : parseNativeHistogram(delta);
  let histogram = parseNativeHistogram(first);
  for (let i = 0; i < count; i++) {
    steps.push(histogram);
    if (step) histogram = addNativeHistogram(histogram, step, sign === '-' ? -1 : 1);
  }
}

function checkCount(total: number, isCountMissing: boolean, item: string): void {
  if (total > STEPS_MAX) throw bad(`the series is longer than ${STEPS_MAX} values`);
  if (isCountMissing) throw bad(`"${item}" lacks its count, as in 0+10x5`);
}

function parseNumber(text: string): number {
  const sign = text.startsWith('-') ? -1 : 1;
  const magnitude = text.replace(/^[+-]/, '').toLowerCase();
  if (magnitude === 'inf') return sign * Number.POSITIVE_INFINITY;
  return sign * (magnitude === 'nan' ? Number.NaN : Number(magnitude));
}

/**
 * The labels of a series written as `up{job="a"}`; '' is no labels at all.
 * @throws InputError `series-notation`, QueryError
 */
export function parseSeriesName(text: string): Labels {
  if (text.trim() === '') return Labels.EMPTY;
  const expr = parseSyntax(text);
  if (expr.kind !== 'selector' || expr.offset !== undefined || expr.at !== undefined) {
    throw bad(`"${text}" is no series; write such as up{job="a"}`);
  }
  const labels: Record<string, string> = expr.name ? { [METRIC_NAME]: expr.name } : {};
  for (const { name, operator, value } of expr.matchers) {
    if (operator !== '=') throw bad(`label ${name} of "${text}" must be given with =`);
    labels[name] = value;
  }
  return Labels.from(labels);
}

function bad(message: string): InputError {
  return new InputError('series-notation', message);
}
