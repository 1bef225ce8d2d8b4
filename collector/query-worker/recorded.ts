/** Series that rules make (`ALERTS`, recording rules) live in the main thread; a query that names them takes them along. */
import { RuleSeries } from '../alerts/rule-series.ts';
import { Labels, METRIC_NAME } from '../query/labels.ts';
import { Matcher } from '../query/matcher.ts';
import type { SampleSource } from '../query/source.ts';

/** One series as plain data. */
export interface RecordedSeries {
  readonly labels: Readonly<Record<string, string>>;
  readonly timesMs: Float64Array;
  readonly values: Float64Array;
  readonly stale: Uint8Array | undefined;
}

export type RecordedSource = Pick<RuleSeries, 'metrics' | 'select'>;

/** All samples that are kept. */
const EVERYTHING = {
  afterMs: -1,
  untilMs: Number.MAX_SAFE_INTEGER,
  stepMs: 0,
  rangeMs: 0,
  operation: '',
};

/** A selector without a metric's name before its braces, or with a pattern of names in them: it may find any series. */
const UNNAMED = /__name__|(?:^|[^\w:\s]|\b(?:and|or|unless|atan2|bool)\s)\s*\{/i;

/**
 * The recorded series that the texts may ask for: those whose metric stands in one of them.
 * @param texts queries and selectors; without any, when all names or labels are asked for, every series is taken
 */
export function recordedFor(texts: readonly string[], recorded: RecordedSource): RecordedSeries[] {
  const isAny = texts.length === 0 || texts.some((text) => UNNAMED.test(text));
  return [...recorded.metrics]
    .filter((metric) => isAny || texts.some((text) => text.includes(metric)))
    .flatMap((metric) => recorded.select([new Matcher(METRIC_NAME, '=', metric)], EVERYTHING))
    .map(({ labels, timesMs, values, stale }) => {
      return { labels: labels.toObject(), timesMs, values, stale };
    });
}

/** The same in the thread that answers. */
export function sourceOfRecorded(list: readonly RecordedSeries[]): SampleSource {
  const source = new RuleSeries();
  for (const { labels: record, timesMs, values, stale } of list) {
    const labels = Labels.from(record);
    for (const [index, timeMs] of timesMs.entries()) {
      if (stale?.[index]) source.end(labels, timeMs);
      else source.append({ labels, value: values[index] as number }, timeMs);
    }
  }
  return source;
}
