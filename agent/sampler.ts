import { reasonOf } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { round2 } from './rate.ts';
import { type SeriesTable, SourceTable } from './series.ts';
import type { Source } from './source.ts';

/** A source and what it fills. */
export interface OpenSource {
  readonly source: Source;
  readonly table: SourceTable;
}

interface Entry extends OpenSource {
  /** Index of the series of milliseconds that a reading took. */
  readonly duration: number;
  /** Index of the series that is 1 after a reading that worked, 0 after one that failed. */
  readonly success: number;
  /** What the last reading failed with, so that only changes are logged. */
  failure: string | undefined;
}

/** Reads the sources, each as often as it wants; one that fails is marked and does not stop the others. */
export class Sampler {
  readonly #entries: readonly Entry[];
  readonly #table: SeriesTable;
  readonly #monotonicMs: () => number;
  readonly #log: Log;
  #readings = 0;

  constructor(
    sources: readonly OpenSource[],
    { table, monotonicMs, log }: { table: SeriesTable; monotonicMs: () => number; log: Log },
  ) {
    this.#table = table;
    this.#monotonicMs = monotonicMs;
    this.#log = log;
    const own = new SourceTable(table);
    this.#entries = sources.map((opened) => ({
      ...opened,
      duration: own.add({
        name: 'source_duration',
        group: 'agent',
        title: 'Time to read a source',
        units: 'ms',
        labels: { source: opened.source.name },
      }),
      success: own.add({
        name: 'source_success',
        group: 'agent',
        title: 'Source could be read',
        description: '1 = yes',
        type: 'uint',
        labels: { source: opened.source.name },
      }),
      failure: undefined,
    }));
  }

  /** Reads what is read each second, and everything the first time. To be called on each second. */
  sample(): void {
    let startMs = this.#monotonicMs();
    for (let index = 0; index < this.#entries.length; index += 1) {
      const entry = this.#entries[index]!;
      if (this.#readings === 0 || entry.source.everySeconds === 1) {
        startMs = this.#read(entry, startMs);
      }
    }
    this.#readings += 1;
  }

  /**
   * Reads the slow sources that are due: after the values of this second were sent, so that a sensor that takes its time does not
   * hold them up. They take turns, so that no second has to bear them all.
   */
  sampleSlow(): void {
    for (let index = 0; index < this.#entries.length; index += 1) {
      const entry = this.#entries[index]!;
      const { everySeconds } = entry.source;
      if (everySeconds > 1 && (this.#readings + index) % everySeconds === 0) {
        this.#read(entry, this.#monotonicMs());
      }
    }
  }

  close(): void {
    for (const { source } of this.#entries) source.close();
  }

  /** @returns when the reading ended */
  #read(entry: Entry, startMs: number): number {
    let failure: string | undefined;
    try {
      entry.source.read();
    } catch (error) {
      failure = reasonOf(error);
      entry.table.forget();
    }
    const endMs = this.#monotonicMs();
    const { numbers } = this.#table;
    numbers[entry.duration] = round2(endMs - startMs);
    numbers[entry.success] = failure === undefined ? 1 : 0;
    if (failure !== entry.failure) this.#tell(entry, failure);
    return endMs;
  }

  #tell(entry: Entry, failure: string | undefined): void {
    entry.failure = failure;
    const source = entry.source.name;
    if (failure === undefined) this.#log.info('source-works', { source });
    else this.#log.warn('source-failed', { source, reason: failure });
  }
}
