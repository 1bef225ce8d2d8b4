import { reasonOf } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { round2 } from './rate.ts';
import { type SeriesTable, SourceTable } from './series.ts';

/** How the readings of one source went: two series of its own, and the log when it fails or works again. */
export class Health {
  readonly #source: string;
  readonly #table: SeriesTable;
  readonly #log: Log;
  /** Index of the series of milliseconds that a reading took. */
  readonly #duration: number;
  /** Index of the series that is 1 after a reading that worked, 0 after one that failed. */
  readonly #success: number;
  /** What the last reading failed with, so that only changes are logged. */
  #failure: string | undefined;

  /** @param source what the label `source` says */
  constructor(source: string, { table, log }: { table: SeriesTable; log: Log }) {
    this.#source = source;
    this.#table = table;
    this.#log = log;
    const own = new SourceTable(table);
    this.#duration = own.add({
      name: 'source_duration',
      group: 'agent',
      title: 'Time to read a source',
      units: 'ms',
      labels: { source },
    });
    this.#success = own.add({
      name: 'source_success',
      group: 'agent',
      title: 'Source could be read',
      description: '1 = yes',
      type: 'uint',
      labels: { source },
    });
  }

  worked(durationMs: number): void {
    this.#show(durationMs, 1);
    if (this.#failure === undefined) return;
    this.#failure = undefined;
    this.#log.info('source-works', { source: this.#source });
  }

  failed(durationMs: number, error: unknown): void {
    this.#show(durationMs, 0);
    const reason = reasonOf(error);
    if (reason === this.#failure) return;
    this.#failure = reason;
    this.#log.warn('source-failed', { source: this.#source, reason });
  }

  #show(durationMs: number, success: number): void {
    const { numbers } = this.#table;
    if (this.#duration >= 0) numbers[this.#duration] = round2(durationMs);
    if (this.#success >= 0) numbers[this.#success] = success;
  }
}
