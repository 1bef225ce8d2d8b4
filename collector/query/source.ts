import type { Labels } from './labels.ts';
import type { Matcher } from './matcher.ts';
import type { Column } from './value.ts';

/** What the evaluator will do with the samples of one selector, so that a source can choose its archive. Times in ms since the epoch. */
export interface SelectHints {
  /** Samples at or before this time are not needed. */
  readonly afterMs: number;
  /** Of an instant selector that wants the newest sample at each evaluation time: the first of these times. */
  readonly firstMs?: number;
  /** The last time needed, inclusive. */
  readonly untilMs: number;
  /** Distance of the evaluation times; 0 for an instant query. */
  readonly stepMs: number;
  /** Length of the range selector; 0 for an instant selector. */
  readonly rangeMs: number;
  /** The function or aggregation right above the selector (`max_over_time`, `rate`, `sum`…), or ''. */
  readonly operation: string;
  /** How long a series goes on after a sample, when the caller has said so. */
  readonly holdMs?: number;
}

/** `SelectPlan.archive` of what is read out of memory. */
export const LIVE_ARCHIVE = 'live';

/** Where a source would read from, told before anything is read. */
export interface SelectPlan {
  /** For people: `LIVE_ARCHIVE`, `1s average`… */
  readonly archive: string;
  readonly series: number;
  /** Upper bound of the samples that `select` would return. */
  readonly samples: number;
  /** Of the series, those that are not in memory, if that is known: their blocks must be found and opened. */
  readonly stored?: number;
  /** Seconds that a row covers, the longest where there are several; what is known of a row that is under way changes. */
  readonly rowSeconds?: number;
  /** True when the values of a time are others in another range: they count from its begin. */
  readonly isOfTheRange?: boolean;
}

/**
 * The samples of one series, oldest first. The evaluator neither keeps nor changes the arrays beyond the query, so a source may
 * hand out views of its own buffers. A time at which nothing is known has no sample: unknown is a gap, never NaN.
 */
export interface SampleSeries {
  readonly labels: Labels;
  /** Strictly increasing, ms since the epoch. */
  readonly timesMs: Float64Array;
  readonly values: Float64Array;
  /** 1 where the sample says "the series ended here" (its value is ignored): an instant selector finds nothing until the next sample. */
  readonly stale?: Uint8Array;
  /** When the counter of each sample began, ms since the epoch; 0 = unknown. */
  readonly startTimesMs?: Float64Array;
  /** Primary points that each sample stands for (a row of a consolidated archive); count_over_time and sum_over_time multiply by it. */
  readonly pointsPerSample?: number;
  /** The same of the last sample, where that is a row under way. */
  readonly pointsOfLast?: number;
  /** 1 where the sample is a native histogram; its value is ignored (`histogram-use.ts`). */
  readonly histogram?: Uint8Array;
}

/** When an instant selector is evaluated, after `@` and `offset`: at `firstMs`, `firstMs + stepMs`…, `count` times. */
export interface EvaluationTimes {
  readonly firstMs: number;
  readonly stepMs: number;
  readonly count: number;
  /** A value that is this old or older counts no more. */
  readonly lookbackMs: number;
  /** To be called with the number of series before memory is taken for them. */
  onFound(series: number): void;
}

/** Where the evaluator reads. All calls are synchronous and within one consistent view of the data. */
export interface SampleSource {
  /** True when samples may be native histograms. */
  readonly holdsHistograms?: boolean;
  /** Cheap: it must not read samples. The engine adds the plans of all selectors up and refuses a query that is too large. */
  plan(matchers: readonly Matcher[], hints: SelectHints): SelectPlan;
  /** Series with at least one sample in (afterMs, untilMs], in any order; samples outside of it may be included. */
  select(matchers: readonly Matcher[], hints: SelectHints): readonly SampleSeries[];
  /**
   * Gives `use` what an instant selector finds, series by series, as `select` and a search for the newest sample at each time would find it.
   * For sources that hold rows rather than samples. A column is good until `use` returns.
   * @returns false, without a call of `use`, where the source has nothing better than `select`
   */
  eachColumn?(
    matchers: readonly Matcher[],
    hints: SelectHints,
    times: EvaluationTimes,
    use: (column: Column) => void,
  ): boolean;
  /** Label sets of the series that have samples in [startMs, endMs]; the same list as before when nothing has changed, where that is cheap. */
  series(
    matchers: readonly Matcher[],
    range: { readonly startMs: number; readonly endMs: number },
  ): readonly Labels[];
}
