import type { Labels } from '../query/labels.ts';
import type { Matcher } from '../query/matcher.ts';
import type { SampleSeries, SampleSource, SelectHints, SelectPlan } from '../query/source.ts';

/** Two sources as one; they have no series in common. */
export class UnionSource implements SampleSource {
  readonly #first: SampleSource;
  readonly #second: SampleSource;

  constructor(first: SampleSource, second: SampleSource) {
    this.#first = first;
    this.#second = second;
  }

  plan(matchers: readonly Matcher[], hints: SelectHints): SelectPlan {
    const first = this.#first.plan(matchers, hints);
    const second = this.#second.plan(matchers, hints);
    if (second.series === 0) return first;
    if (first.series === 0) return second;
    return {
      archive: `${first.archive}, ${second.archive}`,
      series: first.series + second.series,
      samples: first.samples + second.samples,
    };
  }

  select(matchers: readonly Matcher[], hints: SelectHints): readonly SampleSeries[] {
    const second = this.#second.select(matchers, hints);
    const first = this.#first.select(matchers, hints);
    return second.length === 0 ? first : [...first, ...second];
  }

  series(
    matchers: readonly Matcher[],
    range: { readonly startMs: number; readonly endMs: number },
  ): readonly Labels[] {
    const first = this.#first.series(matchers, range);
    const second = this.#second.series(matchers, range);
    // The very list of the first, which whoever keeps listings knows again.
    return second.length === 0 ? first : [...first, ...second];
  }
}
