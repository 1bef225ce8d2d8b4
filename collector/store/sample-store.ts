/** Reading the round-robin archives: what is stored, merged with what is still only in memory. */
import type { StoreStatus } from '../../wire/http.ts';

export interface SampleStore {
  /** From the finest to the coarsest. */
  readonly archives: readonly ArchiveInfo[];
  /**
   * Reads rows of some series of one host. Rows that are not known (too old, not yet there, never sampled) are NaN with count 0.
   * Rows of a coarse archive that are not stored yet are folded from finer ones, down to the samples in memory.
   * @throws InputError `range` when the range is empty or longer than `ROWS_PER_READ_MAX` rows
   */
  read(query: RangeQuery): SeriesRows;
  /** Calls `run`, which reads many hosts, within one view of the file: a fifth faster than as many views. */
  together<T>(run: () => T): T;
  status(): StoreStatus;
  close(): void;
}

export interface ArchiveInfo {
  /** `1s`, `10s`, `5m`, `1h` */
  readonly name: string;
  readonly stepSeconds: number;
  readonly keepSeconds: number;
}

export interface RangeQuery {
  /** Number of the host; 0 = the cluster's summaries. */
  readonly host: number;
  /** Ids of the series on that host, in the order in which the result has them. */
  readonly series: readonly number[];
  /** Seconds since the epoch of the first row, rounded down to the archive's step. */
  readonly fromS: number;
  /** First second that is not wanted; rounded up to the step. */
  readonly toS: number;
  readonly archive: ArchiveInfo;
}

export interface SeriesRows {
  readonly archive: ArchiveInfo;
  readonly stepSeconds: number;
  /** Of the first row; row i covers [startS + i × stepSeconds, startS + (i + 1) × stepSeconds). */
  readonly startS: number;
  readonly rowCount: number;
  /** One per series asked for. The arrays belong to the caller. In the finest archive average, min and max are one array. */
  readonly columns: readonly Column[];
}

export interface Column {
  /** NaN = unknown, as in `min` and `max`. */
  readonly average: Float64Array;
  readonly min: Float64Array;
  readonly max: Float64Array;
  /** Known samples in the row: 0 to stepSeconds. */
  readonly count: Float64Array;
}

export const ROWS_PER_READ_MAX = 100_000;
