import type { Log } from '../base/log.ts';
import { Health } from './health.ts';
import type { SeriesTable, SourceTable } from './series.ts';
import type { Source } from './source.ts';

/** A source and what it fills. */
export interface OpenSource {
  readonly source: Source;
  readonly table: SourceTable;
}

interface Entry extends OpenSource {
  readonly health: Health;
}

/** Reads the sources, each as often as it wants; one that fails is marked and does not stop the others. */
export class Sampler {
  readonly #entries: readonly Entry[];
  readonly #monotonicMs: () => number;
  #readings = 0;

  constructor(
    sources: readonly OpenSource[],
    { table, monotonicMs, log }: { table: SeriesTable; monotonicMs: () => number; log: Log },
  ) {
    this.#monotonicMs = monotonicMs;
    this.#entries = sources.map((opened) => ({
      ...opened,
      health: new Health(opened.source.name, { table, log }),
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
  #read({ source, table, health }: Entry, startMs: number): number {
    try {
      source.read();
    } catch (error) {
      table.forget();
      const failedMs = this.#monotonicMs();
      health.failed(failedMs - startMs, error);
      return failedMs;
    }
    const endMs = this.#monotonicMs();
    health.worked(endMs - startMs);
    return endMs;
  }
}
