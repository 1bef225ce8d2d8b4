/** How large the archives become: hosts × series × rows × bytes, and what SQLite adds. */
import { type Archive, FOLD_FIELDS } from '../archive/layout.ts';

/** Bytes that one value of a row takes in a block; measured by bench/ingest over machines of several kinds (docs/storage.md). */
export const BYTES_PER_SAMPLE = 0.53;
export const BYTES_PER_FOLDED_ROW = 3.6;
/** Directory entry of a column, header of a block. */
const COLUMN_BYTES = 2;
const BLOCK_BYTES = 12;
/** Share that pages which are not full and inner pages of the tables add. */
const PAGE_OVERHEAD = 1.06;
/** Metric definitions, host rows, empty tables. */
const REGISTRY_BYTES = 128 * 1024;
const REGISTRY_BYTES_PER_HOST = 1500;

export interface Population {
  readonly hosts: number;
  readonly seriesPerHost: number;
}

export interface ArchivePlan {
  readonly archive: Archive;
  readonly blocks: number;
  readonly bytes: number;
}

/** What each archive takes when all of its slots are in use. */
export function planArchives(
  archives: readonly Archive[],
  { hosts, seriesPerHost }: Population,
): ArchivePlan[] {
  return archives.map((archive, index) => {
    const columns = seriesPerHost * (index === 0 ? 1 : FOLD_FIELDS.length);
    const values = index === 0 ? BYTES_PER_SAMPLE : BYTES_PER_FOLDED_ROW;
    const block =
      BLOCK_BYTES + columns * COLUMN_BYTES + seriesPerHost * archive.rowsPerBlock * values;
    const blocks = hosts * archive.slots;
    return { archive, blocks, bytes: Math.round(blocks * block * PAGE_OVERHEAD) };
  });
}

/** Bytes of the whole file. */
export function planBytes(archives: readonly Archive[], population: Population): number {
  const registry = REGISTRY_BYTES + population.hosts * REGISTRY_BYTES_PER_HOST;
  return planArchives(archives, population).reduce((sum, { bytes }) => sum + bytes, registry);
}
