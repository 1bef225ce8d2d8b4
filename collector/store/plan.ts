/** How large the archives become: hosts × slots × the size of a block, and what SQLite adds. */
import { type Archive, FOLD_FIELDS } from '../archive/layout.ts';
import { BlockStore, openSamplesReadonly } from './block-store.ts';

/** Bytes that one sample takes in a block, over machines of several kinds (bench/ingest.ts, docs/storage.md). */
const BYTES_PER_SAMPLE = 0.52;

/** Bytes of a folded row: 2.6 with steps of 10 s, 3.3 of 5 min, 3.8 of 1 h; the longer the step, the less is a row like the one before. */
function bytesPerFoldedRow(stepSeconds: number): number {
  return 2.1 + 0.48 * Math.log10(stepSeconds);
}

/** Directory entry of a column, header of a block. */
const COLUMN_BYTES = 2;
const BLOCK_BYTES = 12;
/** Share that pages which are not full and inner pages of the tables add. */
const PAGE_OVERHEAD = 1.06;
/** Metric definitions, host rows, empty tables. */
const REGISTRY_BYTES = 128 * 1024;
const REGISTRY_BYTES_PER_HOST = 1500;

export interface Population {
  /** The cluster's own summaries count as one. */
  readonly hosts: number;
  readonly seriesPerHost: number;
}

export interface ArchivePlan {
  readonly archive: Archive;
  readonly blocks: number;
  readonly bytes: number;
}

/**
 * What each archive takes when all of its slots are in use.
 * @param blockBytes mean size of the blocks of each archive, where it was measured
 */
export function planArchives(
  archives: readonly Archive[],
  { hosts, seriesPerHost }: Population,
  blockBytes: readonly (number | undefined)[] = [],
): ArchivePlan[] {
  return archives.map((archive, index) => {
    const columns = seriesPerHost * (index === 0 ? 1 : FOLD_FIELDS.length);
    const values = index === 0 ? BYTES_PER_SAMPLE : bytesPerFoldedRow(archive.stepSeconds);
    const guess =
      BLOCK_BYTES + columns * COLUMN_BYTES + seriesPerHost * archive.rowsPerBlock * values;
    const blocks = hosts * archive.slots;
    const bytes = Math.round(blocks * (blockBytes[index] ?? guess) * PAGE_OVERHEAD);
    return { archive, blocks, bytes };
  });
}

/** Bytes of the whole file. */
export function planTotal(plans: readonly ArchivePlan[], { hosts }: Population): number {
  const registry = REGISTRY_BYTES + hosts * REGISTRY_BYTES_PER_HOST;
  return plans.reduce((sum, { bytes }) => sum + bytes, registry);
}

export interface Measured {
  readonly population: Population;
  /** Mean size of the blocks of each archive; undefined while there are less than one of each host. */
  readonly blockBytes: readonly (number | undefined)[];
}

/** What a sample database holds at present. @throws what `openDatabase` throws */
export function measureSamples(file: string, archives: readonly Archive[]): Measured {
  const database = openSamplesReadonly(file);
  try {
    const rows = database.prepare<[], { live: string }>('SELECT live FROM host').all();
    const series = rows.reduce(
      (sum, { live }) => sum + (JSON.parse(live) as unknown[]).length + 1,
      0,
    );
    const hosts = rows.length;
    const blocks = new BlockStore(database, archives);
    const blockBytes = archives.map((archive) => {
      const totals = blocks.totals(archive);
      return totals.blocks >= hosts && hosts > 0 ? totals.bytes / totals.blocks : undefined;
    });
    return { population: { hosts, seriesPerHost: hosts === 0 ? 0 : series / hosts }, blockBytes };
  } finally {
    database.close();
  }
}
