/**
 * Writing the archives: finished blocks wait in memory until the next flush puts them into the database in one transaction, together
 * with the coarser blocks that can be folded then. When the disk refuses, they wait on, up to a bound.
 */
import type Database from 'better-sqlite3';
import { reasonOf } from '../../base/errors.ts';
import { type Block, BlockEncoder, soundBlock } from '../archive/block.ts';
import { type Archive, blockId, blockStart } from '../archive/layout.ts';
import { BlockStore } from './block-store.ts';
import { encodeFolded, type Folded, foldBlock, seriesIn } from './folding.ts';

/** Encoded blocks that may wait: about 40 minutes of 1,000 hosts with 50 metrics. */
const PENDING_BYTES_MAX = 64 * 2 ** 20;

interface PendingBlock {
  readonly host: number;
  readonly start: number;
  /** undefined: nothing was sampled, but coarser blocks may be due. */
  readonly data: Uint8Array | undefined;
}

export class SampleWriter {
  readonly #database: Database.Database;
  readonly #archives: readonly Archive[];
  readonly #finest: Archive;
  readonly #blocks: BlockStore;
  readonly #encoder = new BlockEncoder();
  readonly #pending = new Map<number, PendingBlock>();
  #pendingBytes = 0;
  #failure: string | undefined;
  /** Blocks that were given up because too many waited. */
  lost = 0;

  /** @param database stays with the caller */
  constructor(database: Database.Database, archives: readonly Archive[]) {
    this.#database = database;
    this.#archives = archives;
    this.#finest = archives[0] as Archive; // layoutArchives gives at least one
    this.#blocks = new BlockStore(database, archives);
  }

  /** Why the last flush failed; undefined when it did not. */
  get failure(): string | undefined {
    return this.#failure;
  }

  get pendingBytes(): number {
    return this.#pendingBytes;
  }

  /** True when the finest archive has the block, or is about to. */
  has(host: number, start: number): boolean {
    const pending = this.#pending.get(blockId(this.#finest, host, start));
    return pending?.start === start || this.#blocks.has(this.#finest, host, start);
  }

  /**
   * Takes a block of the finest archive. Where there is one of that time already, its values stay unless the new ones are known.
   * @param columns values by series id, ascending; a whole block each; NaN = unknown; not kept after the call
   */
  put(host: number, start: number, columns: Map<number, Float64Array>): void {
    const key = blockId(this.#finest, host, start);
    const before = this.#pending.get(key);
    const stored = before?.start === start ? before.data : this.#stored(host, start);
    const merged = stored ? merge(columns, stored) : columns;
    const data = this.#encoder.encode(merged);
    this.#pendingBytes += (data?.length ?? 0) - (before?.data?.length ?? 0);
    this.#pending.set(key, { host, start, data });
    this.#dropExcess();
  }

  #stored(host: number, start: number): Uint8Array | undefined {
    try {
      return this.#blocks.read(this.#finest, host, start);
    } catch (error) {
      this.#failure = reasonOf(error);
      return undefined;
    }
  }

  #dropExcess(): void {
    for (const [key, { data }] of this.#pending) {
      if (this.#pendingBytes <= PENDING_BYTES_MAX) return;
      this.#pending.delete(key);
      this.#pendingBytes -= data?.length ?? 0;
      this.lost += 1;
    }
  }

  /**
   * Writes what waits, and in the same transaction whatever `then` writes.
   * @returns false when the database refused: all of it waits on, `failure` tells why
   */
  flush(then: () => void = () => undefined): boolean {
    try {
      this.#database
        .transaction(() => {
          for (const block of this.#pending.values()) this.#write(block);
          then();
        })
        .immediate();
    } catch (error) {
      this.#failure = reasonOf(error);
      return false;
    }
    this.#pending.clear();
    this.#pendingBytes = 0;
    this.#failure = undefined;
    return true;
  }

  /** Folds the coarser blocks of a host that ended before `second` and were not folded, as after a time without a collector. */
  catchUp(host: number, second: number): void {
    for (const [index, archive] of this.#archives.entries()) {
      const finer = this.#archives[index - 1];
      if (!finer) continue;
      const newest = this.#blocks.newest(archive, host, second);
      const last = this.#blocks.newest(finer, host, second);
      if (last === undefined) continue;
      // What finer blocks hold stays until others take their places, however long nobody sampled.
      const end = last + finer.spanSeconds;
      const oldest = blockStart(archive, host, last - finer.keepSeconds);
      let start = Math.max(newest === undefined ? 0 : newest + archive.spanSeconds, oldest);
      for (; start < end && start + archive.spanSeconds <= second; start += archive.spanSeconds) {
        this.#fold(index, host, start);
      }
    }
  }

  #write({ host, start, data }: PendingBlock): void {
    if (data) this.#blocks.write(this.#finest, host, start, data);
    this.#foldAfter(0, host, start);
  }

  /** Folds what a block of archive `index` completes or, when it came late, changes. */
  #foldAfter(index: number, host: number, start: number): void {
    const archive = this.#archives[index];
    const coarser = this.#archives[index + 1];
    if (!archive || !coarser) return;
    const end = start + archive.spanSeconds;
    const first = blockStart(coarser, host, start);
    const last = blockStart(coarser, host, end - 1);
    for (let coarse = first; coarse <= last; coarse += coarser.spanSeconds) {
      const isComplete = coarse + coarser.spanSeconds <= end;
      if (isComplete || this.#blocks.has(coarser, host, coarse))
        this.#fold(index + 1, host, coarse);
    }
  }

  #fold(index: number, host: number, start: number): void {
    const archive = this.#archives[index];
    const finer = this.#archives[index - 1];
    if (!archive || !finer) return;
    const { stepSeconds: step, rowsPerBlock: rowCount } = archive;
    const folded: Folded = { start, step, rowCount, series: new Map() };
    const end = start + archive.spanSeconds;
    for (let at = blockStart(finer, host, start); at < end; at += finer.spanSeconds) {
      const block = this.#blocks.open(finer, host, at);
      if (block) {
        foldBlock(folded, block, { finer, start: at, ids: seriesIn(block, index === 1) });
      }
    }
    const data = encodeFolded(folded, this.#encoder);
    if (data) this.#blocks.write(archive, host, start, data);
    this.#foldAfter(index, host, start);
  }
}

/** The stored columns with the known values of the new ones in their places, by ascending id. */
function merge(columns: Map<number, Float64Array>, stored: Uint8Array): Map<number, Float64Array> {
  const block = soundBlock(stored);
  if (!block) return columns;
  const ids = [...new Set([...block.ids, ...columns.keys()])].sort((a, b) => a - b);
  return new Map(ids.map((id) => [id, mergedColumn(block, id, columns.get(id))]));
}

function mergedColumn(block: Block, id: number, added: Float64Array | undefined): Float64Array {
  const values = new Float64Array(block.rowCount).fill(Number.NaN);
  block.read(id, values);
  for (const [row, value] of added?.entries() ?? []) {
    if (!Number.isNaN(value)) values[row] = value;
  }
  return values;
}
