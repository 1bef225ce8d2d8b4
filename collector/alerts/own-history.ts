import type Database from 'better-sqlite3';
import { DeferredWrites } from '../deferred-writes.ts';
import { Labels, METRIC_NAME } from '../query/labels.ts';
import { type Matcher, matchesAll } from '../query/matcher.ts';
import type { SampleSeries } from '../query/source.ts';
import type { RecordedSource } from '../query-worker/recorded.ts';
import type { Sample } from './evaluate.ts';

/** Part of the schema of `registry.db`: what rules asked of the appliance itself, a sample a minute. */
export const OWN_HISTORY_TABLES = `
  CREATE TABLE own_series (
    id     INTEGER PRIMARY KEY,
    labels TEXT NOT NULL UNIQUE         -- JSON object, the metric's name among them
  ) STRICT;
  CREATE TABLE own_sample (
    series INTEGER NOT NULL REFERENCES own_series (id),
    time_s INTEGER NOT NULL,
    value  REAL,                        -- null = the series has ended
    PRIMARY KEY (series, time_s)
  ) STRICT, WITHOUT ROWID;`;

const EVERY_MS = 60_000;
/** As long as a backtest looks back. 20 bytes a sample: a series takes 900 kB. */
const KEEP_S = 31 * 86_400;
/** How often samples that are too old are forgotten. */
const TRIM_S = 3600;

interface SeriesRow {
  readonly id: number;
  readonly labels: string;
}

/** The past of series that no host sends and archives therefore do not have, so that rules about them can be replayed. */
export class OwnHistory implements RecordedSource {
  readonly #allSeries;
  readonly #samplesOf;
  readonly #writes: DeferredWrites;
  readonly #write;
  /** Keys of the series that were written last. */
  #written: ReadonlySet<string> = new Set();
  #dueMs = Number.NEGATIVE_INFINITY;
  #trimS = 0;

  constructor(registry: Database.Database, writes = new DeferredWrites()) {
    this.#writes = writes;
    this.#allSeries = registry.prepare<[], SeriesRow>('SELECT id, labels FROM own_series');
    this.#samplesOf = registry.prepare<
      [number],
      { readonly timeS: number; readonly value: number | null }
    >('SELECT time_s AS timeS, value FROM own_sample WHERE series = ? ORDER BY time_s');
    const addSeries = registry.prepare<[string]>(
      'INSERT OR IGNORE INTO own_series (labels) VALUES (?)',
    );
    const addSample = registry.prepare<[number, number | null, string]>(
      'INSERT OR REPLACE INTO own_sample SELECT id, ?, ? FROM own_series WHERE labels = ?',
    );
    const trimSamples = registry.prepare<[number]>('DELETE FROM own_sample WHERE time_s < ?');
    const trimSeries = registry.prepare(
      'DELETE FROM own_series WHERE id NOT IN (SELECT series FROM own_sample)',
    );
    this.#write = registry.transaction(
      (values: ReadonlyMap<string, number | null>, timeS: number) => {
        for (const [labels, value] of values) {
          addSeries.run(labels);
          addSample.run(timeS, value, labels);
        }
        if (timeS - this.#trimS < TRIM_S) return;
        this.#trimS = timeS;
        trimSamples.run(timeS - KEEP_S);
        trimSeries.run();
      },
    );
  }

  /** Takes the first samples of each minute. @param samplesNow is asked when they are wanted */
  note(nowMs: number, samplesNow: () => readonly Sample[]): void {
    const isDue = nowMs >= this.#dueMs || nowMs < this.#dueMs - EVERY_MS;
    if (!isDue) return;
    this.#dueMs = (Math.floor(nowMs / EVERY_MS) + 1) * EVERY_MS;
    const values = new Map<string, number | null>();
    for (const key of this.#written) values.set(key, null);
    const written = new Set<string>();
    for (const { labels, value } of samplesNow()) {
      const key = JSON.stringify(labels.toObject());
      values.set(key, value);
      written.add(key);
    }
    this.#writes.do(() => this.#write(values, Math.floor(nowMs / 1000)));
    this.#written = written;
  }

  get metrics(): Iterable<string> {
    return new Set(this.#series().map(({ labels }) => labels.get(METRIC_NAME)));
  }

  select(matchers: readonly Matcher[]): readonly SampleSeries[] {
    return this.#series()
      .filter(({ labels }) => matchesAll(matchers, labels))
      .map(({ id, labels }) => {
        const rows = this.#samplesOf.all(id);
        return {
          labels,
          timesMs: Float64Array.from(rows, ({ timeS }) => timeS * 1000),
          values: Float64Array.from(rows, ({ value }) => value ?? Number.NaN),
          stale: Uint8Array.from(rows, ({ value }) => (value === null ? 1 : 0)),
        };
      });
  }

  #series(): readonly { readonly id: number; readonly labels: Labels }[] {
    return this.#allSeries
      .all()
      .map(({ id, labels }) => ({ id, labels: Labels.from(JSON.parse(labels)) }));
  }
}
