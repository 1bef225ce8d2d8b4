/** Rows of one chart: times and one column per line, oldest first, null = unknown. */

export type Column = (number | null)[];

/** A live row that comes later than this many steps after the last one leaves a gap. */
const GAP_STEPS = 2.5;

/** Rows beyond this are dropped from the old end, whatever the window says. */
const ROWS_MAX = 8_192;

/**
 * History from the archive followed by live rows. The arrays are reused (uPlot keeps references to them): they change in place and
 * are valid until the next call. Unknown is null, never NaN, which uPlot would draw as a bridge over the gap.
 */
export class TimeWindow {
  /** Seconds since the epoch. */
  readonly times: number[] = [];
  readonly columns: readonly Column[];
  #stepSeconds = 1;

  constructor(columnCount: number) {
    this.columns = Array.from({ length: columnCount }, () => []);
  }

  /**
   * Replaces all rows by those of the archive; live rows that are newer than its last row stay. Rows at the end in which nothing is
   * known yet are left out: the archive has not got so far.
   * @param columns as many as the window has, of equal length; a missing one is all unknown
   */
  load(
    startS: number,
    stepSeconds: number,
    columns: readonly (readonly (number | null)[])[],
  ): void {
    this.#stepSeconds = stepSeconds;
    const rows = knownRows(columns);
    const endS = startS + (rows - 1) * stepSeconds;
    const keepFrom = this.times.findIndex((time) => time > endS);
    const tail = keepFrom < 0 ? this.times.length : keepFrom;
    this.times.splice(
      0,
      tail,
      ...Array.from({ length: rows }, (_, row) => startS + row * stepSeconds),
    );
    this.columns.forEach((column, index) => {
      const source = columns[index];
      column.splice(
        0,
        tail,
        ...Array.from({ length: rows }, (_, row) => unknownToNull(source?.[row])),
      );
    });
  }

  /** Adds a live row; one that is not newer than the last replaces it when it has the same time, and is dropped otherwise. */
  append(timeS: number, valueAt: (column: number) => number | null): void {
    const last = this.times.at(-1);
    if (last !== undefined && timeS < last) return;
    if (last !== undefined && timeS - last > Math.max(GAP_STEPS * this.#stepSeconds, GAP_STEPS)) {
      this.times.push(last + this.#stepSeconds);
      for (const column of this.columns) column.push(null);
    }
    const row = timeS === last ? this.times.length - 1 : this.times.length;
    this.times[row] = timeS;
    for (let index = 0; index < this.columns.length; index++)
      this.columns[index]![row] = unknownToNull(valueAt(index));
    if (this.times.length > ROWS_MAX) this.#drop(this.times.length - ROWS_MAX);
  }

  /** Drops rows before `fromS`, but for the last one of them, from which the line enters the window. */
  dropBefore(fromS: number): void {
    let count = 0;
    while (count + 1 < this.times.length && this.times[count + 1]! < fromS) count++;
    if (count > 0) this.#drop(count);
  }

  clear(): void {
    this.#drop(this.times.length);
  }

  #drop(count: number): void {
    this.times.splice(0, count);
    for (const column of this.columns) column.splice(0, count);
  }
}

/** Rows up to the last in which any column is known. */
function knownRows(columns: readonly (readonly (number | null)[])[]): number {
  const lasts = columns.map((column) =>
    column.findLastIndex((value) => unknownToNull(value) !== null),
  );
  return Math.max(-1, ...lasts) + 1;
}

function unknownToNull(value: number | null | undefined): number | null {
  return value === undefined || value === null || Number.isNaN(value) ? null : value;
}
