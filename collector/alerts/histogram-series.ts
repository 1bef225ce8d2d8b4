import type { Labels } from '../query/labels.ts';
import { type Matcher, matchesAll } from '../query/matcher.ts';
import { type NativeHistogram, storedHint } from './native-histogram.ts';

/** A sample is looked back for this far, Prometheus' lookback. */
const LOOKBACK_MS = 5 * 60_000;

interface Stored {
  readonly labels: Labels;
  readonly samples: { readonly timeMs: number; readonly histogram: NativeHistogram | undefined }[];
}

/** Input series of a rule test that are native histograms. The query engine knows none: they can be selected, nothing else. */
export class HistogramSeries {
  readonly #series = new Map<string, Stored>();

  /** @param histogram undefined = the series has ended */
  append(labels: Labels, timeMs: number, histogram: NativeHistogram | undefined): void {
    const series = this.#series.get(labels.key) ?? { labels, samples: [] };
    this.#series.set(labels.key, series);
    const before = series.samples.at(-1)?.histogram;
    series.samples.push({
      timeMs,
      histogram: histogram && { ...histogram, hint: storedHint(before, histogram) },
    });
  }

  has(labels: Labels): boolean {
    return this.#series.has(labels.key);
  }

  matches(matchers: readonly Matcher[]): boolean {
    return [...this.#series.values()].some(({ labels }) => matchesAll(matchers, labels));
  }

  /** The newest histogram of each series, unless it is too old or the series has ended. */
  select(
    matchers: readonly Matcher[],
    timeMs: number,
  ): readonly { readonly labels: Labels; readonly histogram: NativeHistogram }[] {
    return [...this.#series.values()].flatMap(({ labels, samples }) => {
      if (!matchesAll(matchers, labels)) return [];
      const newest = samples.findLast((sample) => sample.timeMs <= timeMs);
      if (!newest?.histogram || newest.timeMs <= timeMs - LOOKBACK_MS) return [];
      return [{ labels, histogram: newest.histogram }];
    });
  }
}
