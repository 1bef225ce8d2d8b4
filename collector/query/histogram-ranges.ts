/** What range functions make of native histograms: most leave them out, the others look at each window. */
import type { MatrixSelector, VectorSelector } from './ast.ts';
import type { Context } from './context.ts';
import { IGNORING, PASSING, unsupported, warnOfMix } from './histogram-use.ts';
import { METRIC_NAME } from './labels.ts';
import { withoutMarked } from './marked.ts';
import type { RangeSeries } from './select.ts';
import type { SampleSeries, SelectHints } from './source.ts';
import type { Window } from './window.ts';

/** Functions that make a histogram of histograms: how many samples they need, and whether they read only that many, the last. */
const RULES: ReadonlyMap<string, { readonly needed: number; readonly isOfLast?: boolean }> =
  new Map([
    ['avg_over_time', { needed: 1 }],
    ['delta', { needed: 2 }],
    ['idelta', { needed: 2, isOfLast: true }],
    ['increase', { needed: 2 }],
    ['irate', { needed: 2, isOfLast: true }],
    ['rate', { needed: 2 }],
    ['sum_over_time', { needed: 1 }],
  ]);

/** Functions that compare neighbours: of a single sample, its kind does not matter. */
const OF_NEIGHBOURS: ReadonlySet<string> = new Set(['changes', 'resets']);

/** True for a function that must be asked window by window (`windowOutcome`). */
export function judgesWindows(operation: string): boolean {
  return RULES.has(operation) || OF_NEIGHBOURS.has(operation);
}

/** What a window gives: a number that can be computed, a histogram that cannot, or nothing. */
export type WindowOutcome = 'number' | 'histogram' | 'nothing';

/**
 * Judges a window of a series that may hold histograms. Numbers and histograms do not mix: that gives nothing, and a warning.
 * @throws QueryError `query-unsupported` when the number would depend on histograms
 */
export function windowOutcome(
  context: Context,
  operation: string,
  { from, to }: Window,
  { labels, histogram }: RangeSeries,
  range: MatrixSelector,
): WindowOutcome {
  const rule = RULES.get(operation);
  const read = histogram?.subarray(rule?.isOfLast ? Math.max(from, to - rule.needed) : from, to);
  if (!read?.includes(1)) return 'number';
  if (OF_NEIGHBOURS.has(operation) && read.length === 1) return 'number';
  if (!rule) throw unsupported({ labels }, range.selector);
  if (read.length < rule.needed) return 'nothing';
  if (!read.includes(0)) return 'histogram';
  warnOfMix(context, { labels }, range);
  return 'nothing';
}

/**
 * The samples of a range selector as the function above it sees them: with histograms only where it looks at each window itself.
 * @throws QueryError `query-unsupported` when there are histograms that the result would depend on
 */
export function numbersOf(
  series: SampleSeries,
  { annotations }: Context,
  { selector, hints }: { readonly selector: VectorSelector; readonly hints: SelectHints },
): SampleSeries {
  const { histogram, labels } = series;
  if (!histogram || PASSING.has(hints.operation) || !isAnyRead(series, histogram, hints))
    return series;
  if (judgesWindows(hints.operation) && !selector.extension) return series;
  if (!IGNORING.has(hints.operation)) throw unsupported(series, selector);
  if (isAnyWindowMixed(series, histogram, hints))
    annotations.inform(
      `ignored histograms in a range containing both floats and histograms for metric name ${JSON.stringify(labels.get(METRIC_NAME))}`,
      selector.span,
    );
  return withoutMarked(histogram, series);
}

function isAnyRead(
  { timesMs }: SampleSeries,
  histogram: Uint8Array,
  { afterMs, untilMs }: SelectHints,
): boolean {
  return timesMs.some((time, index) => histogram[index] && time > afterMs && time <= untilMs);
}

function isAnyWindowMixed(
  { timesMs }: SampleSeries,
  histogram: Uint8Array,
  { afterMs, untilMs, stepMs, rangeMs }: SelectHints,
): boolean {
  for (let startMs = afterMs; startMs + rangeMs <= untilMs; startMs += stepMs || rangeMs) {
    const inWindow = histogram.filter((_, index) => {
      const time = timesMs[index] as number;
      return time > startMs && time <= startMs + rangeMs;
    });
    if (inWindow.includes(0) && inWindow.includes(1)) return true;
  }
  return false;
}
