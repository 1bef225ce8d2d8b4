/**
 * Seconds that must be summarised again because values of them came later: out of memory where it holds all that was heard of them, out
 * of the archive where nobody listened then, as after a time without a collector.
 */
import type { Archive } from '../archive/layout.ts';
import { ROWS } from '../hosts/host-rows.ts';
import type { RebuildRange } from './rebuild.ts';
import type { Recovery } from './recovery.ts';
import { GRACE_SECONDS } from './sample-sink.ts';

/** What was lost has been asked for often enough then; memory keeps a second for `ROWS`. */
const SETTLE_SECONDS = 60;
/** A second that is about to leave memory is taken from the archive. */
const KEPT_SECONDS = ROWS - 20;
/** Late rows wait so long for others of their block, and a second to be written. */
const LATE_SECONDS = 20;
/** Summaries that are missing are looked for so far back: a collector that ends soon after its start leaves them to the next. */
const REACH_SECONDS = 3600;
/** Between two looks into the archive. */
const EVERY_SECONDS = 300;

export interface LateSummariesParts {
  readonly finest: Archive;
  readonly recovery: Recovery;
  /** Summarises a second out of memory. */
  readonly repair: (second: number, nowMs: number) => void;
  /** Summarises out of the archive, in its own time. */
  readonly rebuild: (range: RebuildRange) => void;
}

export class LateSummaries {
  readonly #parts: LateSummariesParts;
  /** Memory has everything that was heard of this second and those after it. */
  #heardFrom = 0;
  readonly #inMemory = new Set<number>();
  #inArchive = new Set<number>();
  #rebuildFromS = 0;

  constructor(parts: LateSummariesParts) {
    this.#parts = parts;
  }

  /** Begins anew: what is heard from `second` on is in memory; what was before may lack anything. */
  beginAt(second: number): void {
    this.#heardFrom = second;
    this.#inMemory.clear();
    this.#inArchive.clear();
    this.#rebuildFromS = 0;
  }

  /** Values of a second that is summarised have come. */
  note(second: number, nowS: number): void {
    if (second >= this.#heardFrom && second > nowS - KEPT_SECONDS) this.#inMemory.add(second);
    else this.seek(second, nowS);
  }

  /** The archive shall be looked through up to `second` when all that is to come has come. */
  seek(second: number, nowS: number): void {
    const { spanSeconds } = this.#parts.finest;
    const storedS = second + spanSeconds + GRACE_SECONDS;
    this.#inArchive.add(second);
    this.#rebuildFromS = Math.max(this.#rebuildFromS, Math.max(storedS, nowS) + LATE_SECONDS);
  }

  /** Summarises again what memory has; to be called once a second, as is `rebuildDue`. */
  repairDue(nowMs: number): void {
    const nowS = Math.floor(nowMs / 1000);
    for (const second of this.#inMemory) {
      if (second > nowS - SETTLE_SECONDS) continue;
      this.#inMemory.delete(second);
      if (second > nowS - KEPT_SECONDS) this.#parts.repair(second, nowMs);
      else this.seek(second, nowS);
    }
  }

  rebuildDue(nowS: number): void {
    if (this.#inArchive.size === 0 || nowS < this.#rebuildFromS) return;
    const { finest, recovery, rebuild } = this.#parts;
    if (recovery.isBehind(ROWS)) {
      this.#rebuildFromS = nowS + LATE_SECONDS;
      return;
    }
    const stale = this.#inArchive;
    const toS = Math.max(...stale) + 1;
    const fromS = Math.max(toS - REACH_SECONDS, nowS - finest.keepSeconds);
    rebuild({ fromS, toS, stale, settleSeconds: SETTLE_SECONDS });
    this.#inArchive = new Set();
    this.#rebuildFromS = nowS + EVERY_SECONDS;
  }
}
