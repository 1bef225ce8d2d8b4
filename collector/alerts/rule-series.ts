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

export interface Retention {
  /** Samples that are older are forgotten as newer ones come, and so are series that have only such samples. */
  readonly keepMs: number;
  /** Of a value that stays the same a sample is kept at least this often, and the newest: an alert that fires for an hour is no 3,600 samples. */
  readonly sameValueEveryMs: number;
}

/** How often series are looked for that ended long ago. */
const SWEEP_MS = 60_000;

/** Series that rules make, kept in memory: those of recording rules, `ALERTS` and `ALERTS_FOR_STATE`; and the input of rule tests. */
export class RuleSeries implements SampleSource {
  readonly #series = new Map<string, Stored>();
  /** The same by metric, which almost every selector names. */
  readonly #byMetric = new Map<string, Stored[]>();
  readonly #retention: Retention;
  #sweptMs = 0;

  /** Keeps everything unless told. */
  constructor(retention: Retention = { keepMs: Number.POSITIVE_INFINITY, sameValueEveryMs: 0 }) {
    this.#retention = retention;
  }

  /** One at the time of the last replaces it; later ones are forgotten: the clock was set back. */
  append(sample: Sample, timeMs: number): void {
    this.#append(sample.labels, timeMs, sample.value, 0);
  }

  /** Names that series have. */
  get metrics(): Iterable<string> {
    return this.#byMetric.keys();
  }

  /** True when the series has a sample of that time as its last. */
  goesOnAt(labels: Labels, timeMs: number): boolean {
    const series = this.#series.get(labels.key);
    return series?.timesMs.at(-1) === timeMs && series.stale.at(-1) === 0;
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
    if ((series.timesMs.at(-1) ?? timeMs) > timeMs) cutAfter(series, timeMs);
    const at = this.#place(series, timeMs, value, stale);
    series.timesMs[at] = timeMs;
    series.values[at] = value;
    series.stale[at] = stale;
    this.#forget(series, timeMs);
    if (Math.abs(timeMs - this.#sweptMs) >= SWEEP_MS) this.#sweep(timeMs);
  }

  /** Index of the new sample: it takes the place of the last one when that is of the same time, or tells nothing. */
  #place({ timesMs, values, stale: ends }: Stored, timeMs: number, value: number, stale: 0 | 1) {
    const last = timesMs.length - 1;
    if (timesMs[last] === timeMs) return last;
    const isSame = (index: number) => values[index] === value && ends[index] === stale;
    const sinceMs = timeMs - (timesMs[last - 1] ?? Number.NEGATIVE_INFINITY);
    const tellsNothing =
      sinceMs < this.#retention.sameValueEveryMs && isSame(last) && isSame(last - 1);
    return tellsNothing ? last : last + 1;
  }

  /** In larger steps than one sample, because cutting the front off an array costs its length. */
  #forget(series: Stored, nowMs: number): void {
    const expired = firstAfter(series.timesMs, nowMs - this.#retention.keepMs);
    if (expired * 2 < series.timesMs.length || expired < 64) return;
    series.timesMs.splice(0, expired);
    series.values.splice(0, expired);
    series.stale.splice(0, expired);
  }

  #sweep(nowMs: number): void {
    this.#sweptMs = nowMs;
    const isGone = ({ timesMs }: Stored) => (timesMs.at(-1) ?? 0) <= nowMs - this.#retention.keepMs;
    for (const [metric, all] of this.#byMetric) {
      const left = all.filter((series) => !isGone(series));
      if (left.length === all.length) continue;
      for (const series of all) if (isGone(series)) this.#series.delete(series.labels.key);
      if (left.length > 0) this.#byMetric.set(metric, left);
      else this.#byMetric.delete(metric);
    }
  }
}

function cutAfter({ timesMs, values, stale }: Stored, timeMs: number): void {
  const kept = firstAfter(timesMs, timeMs);
  for (const column of [timesMs, values, stale]) column.length = kept;
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
