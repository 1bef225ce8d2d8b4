/** The SampleStore over SQLite: blocks of the archives, finer blocks where a coarse one is not written yet, samples in memory. */
import { statSync } from 'node:fs';
import type Database from 'better-sqlite3';
import { InputError } from '../../base/errors.ts';
import type { StoreStatus } from '../../wire/http.ts';
import type { Block } from '../archive/block.ts';
import { averages, foldRows, foldSamples, type Rows, unknownRows } from '../archive/fold.ts';
import { type Archive, blockStart, layoutArchives } from '../archive/layout.ts';
import { ROWS } from '../hosts/host-rows.ts';
import type { HostTable, LiveSeries } from '../hosts/host-table.ts';
import { BlockStore, openSamplesReadonly } from './block-store.ts';
import { type Folded, readFolded, rowsOf } from './folding.ts';
import { planArchives, planTotal } from './plan.ts';
import {
  type Column,
  type RangeQuery,
  ROWS_PER_READ_MAX,
  type SampleStore,
  type SeriesRows,
} from './sample-store.ts';

export interface SampleStoreOptions {
  /** `samples.db`, which the ingest thread has made. */
  readonly file: string;
  /** As in the settings: `1s:6h`… */
  readonly archives: readonly string[];
  readonly hosts: HostTable;
  readonly nowS?: () => number;
}

/** Opens the archives for reading; any number of threads may. */
export function openSampleStore(options: SampleStoreOptions): SampleStore {
  const database = openSamplesReadonly(options.file);
  return new SampleReader(database, layoutArchives(options.archives), options);
}

class SampleReader implements SampleStore {
  readonly archives: readonly Archive[];
  readonly #database: Database.Database;
  readonly #blocks: BlockStore;
  readonly #hosts: HostTable;
  readonly #file: string;
  readonly #nowS: () => number;

  constructor(
    database: Database.Database,
    archives: readonly Archive[],
    { file, hosts, nowS = () => Math.floor(Date.now() / 1000) }: SampleStoreOptions,
  ) {
    this.#database = database;
    this.archives = archives;
    this.#blocks = new BlockStore(database, archives);
    this.#hosts = hosts;
    this.#file = file;
    this.#nowS = nowS;
  }

  read(query: RangeQuery): SeriesRows {
    const index = this.archives.findIndex(({ name }) => name === query.archive.name);
    const archive = this.archives[index];
    if (!archive) throw new InputError('range', `there is no archive "${query.archive.name}"`);
    const step = archive.stepSeconds;
    const startS = Math.floor(query.fromS / step) * step;
    const rowCount = Math.ceil((query.toS - startS) / step);
    if (!(rowCount > 0 && rowCount <= ROWS_PER_READ_MAX)) {
      throw new InputError(
        'range',
        `a range of ${rowCount} rows of ${archive.name} was asked for; 1 to ${ROWS_PER_READ_MAX} can be read at once`,
      );
    }
    const range = {
      host: query.host,
      ids: query.series,
      from: startS,
      to: startS + rowCount * step,
    };
    const columns =
      index === 0
        ? this.#samples(range).map(sampleColumn)
        : this.#foldedColumns(index, range, query.series);
    return { archive, stepSeconds: step, startS, rowCount, columns };
  }

  together<T>(run: () => T): T {
    return this.#database.transaction(run)();
  }

  #foldedColumns(index: number, range: Range, series: readonly number[]): Column[] {
    const folded = this.#folded(index, range);
    return series.map((id) => {
      const rows = folded.series.get(id) ?? unknownRows(folded.rowCount);
      return { average: averages(rows), min: rows.min, max: rows.max, count: rows.count };
    });
  }

  /** One value a second for each series, out of memory, and out of the finest archive what memory does not have. */
  #samples({ host, ids, from, to }: Range): Float64Array[] {
    const archive = this.archives[0] as Archive;
    const columns = ids.map(() => new Float64Array(to - from).fill(Number.NaN));
    const nowS = this.#nowS();
    const end = Math.min(to, nowS + 1);
    const live = this.#hosts.byNumber(host);
    for (const [index, id] of ids.entries()) {
      const series = live?.seriesById(id);
      const column = columns[index];
      if (series && column) copySamples(column, series, { from, to: end, nowS });
    }
    const values = new Float64Array(archive.rowsPerBlock);
    for (let start = blockStart(archive, host, from); start < end; start += archive.spanSeconds) {
      const first = Math.max(from, start);
      const rows = { first: first - from, last: Math.min(end, start + archive.spanSeconds) - from };
      if (columns.every((column) => !hasUnknown(column, rows))) continue;
      const block = this.#blocks.open(archive, host, start);
      if (!block) continue;
      for (const [index, id] of ids.entries()) {
        const column = columns[index];
        if (column && block.read(id, values)) {
          fillUnknown(column, rows, values.subarray(first - start));
        }
      }
    }
    return columns;
  }

  /** Rows of a coarse archive; of spans that are not stored yet from the next finer archive. */
  #folded(index: number, { host, ids, from, to }: Range): Folded {
    const archive = this.archives[index] as Archive;
    const step = archive.stepSeconds;
    const folded: Folded = { start: from, step, rowCount: (to - from) / step, series: new Map() };
    const nowS = this.#nowS();
    for (
      let start = blockStart(archive, host, from);
      start < Math.min(to, nowS + 1);
      start += archive.spanSeconds
    ) {
      const block = this.#blocks.open(archive, host, start);
      if (block) copyRows(folded, block, { archive, start, ids });
      else {
        const span = {
          host,
          ids,
          from: Math.max(from, start),
          to: Math.min(to, start + archive.spanSeconds),
        };
        this.#foldFiner(folded, index, span, nowS);
      }
    }
    return folded;
  }

  #foldFiner(into: Folded, index: number, range: Range, nowS: number): void {
    const finer = this.archives[index - 1] as Archive;
    if (range.to <= nowS - finer.keepSeconds - finer.spanSeconds) return;
    const offsetSeconds = range.from - into.start;
    if (index === 1) {
      for (const [place, samples] of this.#samples(range).entries()) {
        const id = range.ids[place] ?? 0;
        foldSamples(rowsOf(into, id), samples, { offset: offsetSeconds, step: into.step });
      }
      return;
    }
    const ratio = into.step / finer.stepSeconds;
    const offset = offsetSeconds / finer.stepSeconds;
    for (const [id, rows] of this.#folded(index - 1, range).series) {
      foldRows(rowsOf(into, id), rows, { offset, ratio });
    }
  }

  status(): StoreStatus {
    const hosts = [...this.#hosts.list(), this.#hosts.cluster];
    const series = hosts.reduce((sum, host) => sum + host.series.length, 0);
    const population = { hosts: hosts.length, seriesPerHost: series / hosts.length };
    return {
      fileBytes: fileSize(this.#file) + fileSize(`${this.#file}-wal`),
      plannedBytes: planTotal(planArchives(this.archives, population), population),
      archives: this.archives.map(({ name, stepSeconds, keepSeconds }) => ({
        name,
        stepSeconds,
        keepSeconds,
      })),
      writable: !this.#hosts.problems.some(({ code }) => code === 'store-write'),
    };
  }

  close(): void {
    this.#database.close();
  }
}

interface Range {
  readonly host: number;
  readonly ids: readonly number[];
  readonly from: number;
  readonly to: number;
}

function sampleColumn(values: Float64Array): Column {
  return {
    average: values,
    min: values,
    max: values,
    // Made for those who ask: most do not.
    get count() {
      return values.map((value) => (Number.isNaN(value) ? 0 : 1));
    },
  };
}

/** What memory holds is what is stored, or newer. */
function copySamples(
  column: Float64Array,
  series: LiveSeries,
  { from, to, nowS }: { from: number; to: number; nowS: number },
): void {
  for (let second = Math.max(from, nowS - ROWS); second < to; second += 1) {
    column[second - from] = series.at(second);
  }
}

interface RowRange {
  readonly first: number;
  /** Exclusive. */
  readonly last: number;
}

function hasUnknown(column: Float64Array, { first, last }: RowRange): boolean {
  for (let row = first; row < last; row += 1) if (Number.isNaN(column[row])) return true;
  return false;
}

/** @param values of the row `first` and those after it */
function fillUnknown(column: Float64Array, { first, last }: RowRange, values: Float64Array): void {
  for (let row = first; row < last; row += 1) {
    if (Number.isNaN(column[row])) column[row] = values[row - first] ?? Number.NaN;
  }
}

function copyRows(
  into: Folded,
  block: Block,
  { archive, start, ids }: { archive: Archive; start: number; ids: readonly number[] },
): void {
  const offset = (start - into.start) / archive.stepSeconds;
  for (const id of ids) {
    const rows: Rows | undefined = readFolded(block, id);
    if (rows) foldRows(rowsOf(into, id), rows, { offset, ratio: 1 });
  }
}

function fileSize(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}
