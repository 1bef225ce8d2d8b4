import type { Labels } from './labels.ts';
import { type Matcher, matchesAll } from './matcher.ts';
import type { SampleSeries, SampleSource, SelectHints, SelectPlan } from './source.ts';

/** One sample as it is given. */
export interface MemorySample {
  readonly timeMs: number;
  readonly value: number;
  readonly isStale?: boolean;
  readonly startTimeMs?: number;
  /** A native histogram stands here. */
  readonly isHistogram?: boolean;
}

interface Stored {
  readonly labels: Labels;
  /** Oldest first. */
  samples: readonly MemorySample[];
  columns: SampleSeries | undefined;
}

/** A source that holds everything in memory: for tests, scripts and rule tests. */
export class MemorySource implements SampleSource {
  readonly holdsHistograms = true;
  readonly #byKey = new Map<string, Stored>();

  /** Adds samples to a series; a sample at the time of an earlier one replaces it. */
  add(labels: Labels, samples: readonly MemorySample[]): void {
    const stored = this.#byKey.get(labels.key) ?? { labels, samples: [], columns: undefined };
    const byTime = new Map(
      [...stored.samples, ...samples].map((sample) => [sample.timeMs, sample]),
    );
    stored.samples = [...byTime.values()].sort((a, b) => a.timeMs - b.timeMs);
    stored.columns = undefined;
    this.#byKey.set(labels.key, stored);
  }

  plan(matchers: readonly Matcher[], hints: SelectHints): SelectPlan {
    const found = this.select(matchers, hints);
    const samples = found.reduce((sum, series) => sum + series.timesMs.length, 0);
    return { archive: 'memory', series: found.length, samples };
  }

  select(matchers: readonly Matcher[], { afterMs, untilMs }: SelectHints): readonly SampleSeries[] {
    const found: SampleSeries[] = [];
    for (const stored of this.#byKey.values()) {
      if (!matchesAll(matchers, stored.labels)) continue;
      if (stored.samples.some(({ timeMs }) => timeMs > afterMs && timeMs <= untilMs))
        found.push(columnsOf(stored));
    }
    return found;
  }

  series(
    matchers: readonly Matcher[],
    { startMs, endMs }: { readonly startMs: number; readonly endMs: number },
  ): readonly Labels[] {
    return [...this.#byKey.values()]
      .filter(
        ({ labels, samples }) =>
          matchesAll(matchers, labels) &&
          samples.some(({ timeMs }) => timeMs >= startMs && timeMs <= endMs),
      )
      .map(({ labels }) => labels);
  }
}

function columnsOf(stored: Stored): SampleSeries {
  stored.columns ??= {
    labels: stored.labels,
    timesMs: Float64Array.from(stored.samples, ({ timeMs }) => timeMs),
    values: Float64Array.from(stored.samples, ({ value }) => value),
    ...(stored.samples.some(({ isStale }) => isStale) && {
      stale: Uint8Array.from(stored.samples, ({ isStale }) => Number(isStale ?? false)),
    }),
    ...(stored.samples.some(({ isHistogram }) => isHistogram) && {
      histogram: Uint8Array.from(stored.samples, ({ isHistogram }) => Number(isHistogram ?? false)),
    }),
    ...(stored.samples.some(({ startTimeMs }) => startTimeMs !== undefined) && {
      startTimesMs: Float64Array.from(stored.samples, ({ startTimeMs }) => startTimeMs ?? 0),
    }),
  };
  return stored.columns;
}
