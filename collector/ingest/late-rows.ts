/**
 * Rows that came after their block was stored: collected block by block, so that a stored block is opened once for many of them.
 */
import type { Archive } from '../archive/layout.ts';
import { blockStart } from '../archive/layout.ts';

/** A block that gets no more rows is written after this time, any block after the other. */
const QUIET_MS = 3000;
const OPEN_MS_MAX = 15_000;
/** Blocks that are open at the same time; with 50 series a block takes 120 kB. */
const OPEN_MAX = 128;

interface LateBlock {
  readonly host: number;
  readonly start: number;
  readonly columns: Map<number, Float64Array>;
  readonly openedMs: number;
  changedMs: number;
}

export class LateRows {
  readonly #archive: Archive;
  readonly #write: (host: number, start: number, columns: Map<number, Float64Array>) => void;
  readonly #open = new Map<string, LateBlock>();

  /** @param write gets each block once, columns by ascending series id */
  constructor(
    archive: Archive,
    write: (host: number, start: number, columns: Map<number, Float64Array>) => void,
  ) {
    this.#archive = archive;
    this.#write = write;
  }

  /**
   * Puts values of one second into their block.
   * @param values by series id
   */
  add(
    { host, second, nowMs }: { host: number; second: number; nowMs: number },
    values: Iterable<readonly [id: number, value: number]>,
  ): void {
    const start = blockStart(this.#archive, host, second);
    const block = this.#blockOf(host, start, nowMs);
    const row = second - start;
    for (const [id, value] of values) {
      let column = block.columns.get(id);
      if (!column) {
        column = new Float64Array(this.#archive.rowsPerBlock).fill(Number.NaN);
        block.columns.set(id, column);
      }
      column[row] = value;
    }
    block.changedMs = nowMs;
  }

  #blockOf(host: number, start: number, nowMs: number): LateBlock {
    const key = `${host}:${start}`;
    const known = this.#open.get(key);
    if (known) return known;
    if (this.#open.size >= OPEN_MAX) this.#writeOldest();
    const block: LateBlock = {
      host,
      start,
      columns: new Map(),
      openedMs: nowMs,
      changedMs: nowMs,
    };
    this.#open.set(key, block);
    return block;
  }

  #writeOldest(): void {
    for (const [key, block] of this.#open) {
      this.#close(key, block);
      return;
    }
  }

  #close(key: string, { host, start, columns }: LateBlock): void {
    this.#open.delete(key);
    this.#write(host, start, new Map([...columns].sort(([a], [b]) => a - b)));
  }

  /** Writes the blocks that have waited long enough; all of them with `nowMs` = Infinity. */
  flush(nowMs: number): void {
    for (const [key, block] of this.#open) {
      if (nowMs - block.changedMs >= QUIET_MS || nowMs - block.openedMs >= OPEN_MS_MAX) {
        this.#close(key, block);
      }
    }
  }
}
