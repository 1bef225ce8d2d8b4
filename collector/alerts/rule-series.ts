import { type Labels, METRIC_NAME } from '../query/labels.ts';
import { type Matcher, matchesAll } from '../query/matcher.ts';
import type { SampleSeries, SampleSource, SelectHints, SelectPlan } from '../query/source.ts';
import type { Sample } from './evaluate.ts';

interface Stored {
  readonly labels: Labels;
  readonly timesMs: number[];
  readonly values: number[];
  readonly stale: (0 | 1)[];
}

/**
 * Series that rules make, kept in memory: those of recording rules, `ALERTS` and `ALERTS_FOR_STATE`; and the input of rule tests.
 * Samples older than the retention are forgotten as newer ones come.
 */
export class RuleSeries implements SampleSource {
  readonly #series = new Map<string, Stored>();
  /** The same by metric, which almost every selector names. */
  readonly #byMetric = new Map<string, Stored[]>();
  readonly #retentionMs: number;

  constructor(retentionMs = Number.POSITIVE_INFINITY) {
    this.#retentionMs = retentionMs;
  }

  /** Samples must come in order of time; one at the time of the last replaces it. */
  append(sample: Sample, timeMs: number): void {
    this.#append(sample.labels, timeMs, sample.value, 0);
  }

  /** From now on the series has ended. */
  end(labels: Labels, timeMs: number): void {
    this.#append(labels, timeMs, Number.NaN, 1);
  }

  plan(matchers: readonly Matcher[], _hints: SelectHints): SelectPlan {
    const series = this.#matching(matchers);
    return {
      archive: 'rules',
      series: series.length,
      samples: series.reduce((sum, { timesMs }) => sum + timesMs.length, 0),
    };
  }

  select(matchers: readonly Matcher[], hints: SelectHints): readonly SampleSeries[] {
    const found: SampleSeries[] = [];
    for (const { labels, timesMs, values, stale } of this.#matching(matchers)) {
      const from = firstAfter(timesMs, hints.afterMs);
      const to = firstAfter(timesMs, hints.untilMs);
      if (from === to) continue;
      found.push({
        labels,
        timesMs: Float64Array.from(timesMs.slice(from, to)),
        values: Float64Array.from(values.slice(from, to)),
        stale: Uint8Array.from(stale.slice(from, to)),
      });
    }
    return found;
  }

  series(
    matchers: readonly Matcher[],
    range: { readonly startMs: number; readonly endMs: number },
  ): readonly Labels[] {
    return this.#matching(matchers)
      .filter(
        ({ timesMs }) => firstAfter(timesMs, range.startMs - 1) < firstAfter(timesMs, range.endMs),
      )
      .map(({ labels }) => labels);
  }

  #matching(matchers: readonly Matcher[]): readonly Stored[] {
    const metric = matchers.find(({ name, operator }) => name === METRIC_NAME && operator === '=');
    const candidates = metric
      ? (this.#byMetric.get(metric.value) ?? [])
      : [...this.#series.values()];
    return candidates.filter(({ labels }) => matchesAll(matchers, labels));
  }

  #append(labels: Labels, timeMs: number, value: number, stale: 0 | 1): void {
    let series = this.#series.get(labels.key);
    if (!series) {
      series = { labels, timesMs: [], values: [], stale: [] };
      this.#series.set(labels.key, series);
      const metric = labels.get(METRIC_NAME);
      const others = this.#byMetric.get(metric);
      if (others) others.push(series);
      else this.#byMetric.set(metric, [series]);
    }
    const { timesMs, values } = series;
    const at = timesMs.at(-1) === timeMs ? timesMs.length - 1 : timesMs.length;
    timesMs[at] = timeMs;
    values[at] = value;
    series.stale[at] = stale;
    this.#forget(series, timeMs);
  }

  /** In larger steps than one sample, because cutting the front off an array costs its length. */
  #forget(series: Stored, nowMs: number): void {
    const expired = firstAfter(series.timesMs, nowMs - this.#retentionMs);
    if (expired * 2 < series.timesMs.length || expired < 64) return;
    series.timesMs.splice(0, expired);
    series.values.splice(0, expired);
    series.stale.splice(0, expired);
  }
}

/** Index of the first time after `timeMs`. */
function firstAfter(timesMs: readonly number[], timeMs: number): number {
  let low = 0;
  let high = timesMs.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((timesMs[middle] as number) > timeMs) high = middle;
    else low = middle + 1;
  }
  return low;
}
