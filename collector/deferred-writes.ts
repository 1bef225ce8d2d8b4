/**
 * Writes to `registry.db` for which nobody waits: events, states of alerts, what receivers were told. What the disk refuses is kept in memory and
 * done later in the same order, so that on a full disk rules go on and receivers are told. What a person decides is not written by this: who
 * decides is to hear that it failed.
 */
import Database from 'better-sqlite3';

const RETRY_MS = 1000;
/** Writes that wait; of more the oldest are given up. */
const WAITING_MAX = 20_000;

export class DeferredWrites {
  readonly #onState: (failure: string | undefined) => void;
  readonly #waiting: (() => void)[] = [];
  #timer: NodeJS.Timeout | undefined;

  /** @param onState hears why the disk refused, and undefined when nothing waits any more */
  constructor(onState: (failure: string | undefined) => void = () => undefined) {
    this.#onState = onState;
  }

  /** Does `write` now, or when the disk takes it. */
  do(write: () => void): void {
    this.#waiting.push(write);
    if (this.#waiting.length > WAITING_MAX) this.#waiting.shift();
    if (this.#timer === undefined) this.flush();
  }

  /** Tries what waits. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    for (let write = this.#waiting[0]; write; write = this.#waiting[0]) {
      try {
        write();
      } catch (error) {
        if (!isRefusal(error)) {
          this.#waiting.shift();
          throw error;
        }
        this.#onState(error.message);
        this.#timer = setTimeout(() => this.flush(), RETRY_MS).unref();
        return;
      }
      this.#waiting.shift();
    }
    this.#onState(undefined);
  }

  /** Ends the tries. */
  close(): void {
    this.flush();
    clearTimeout(this.#timer);
  }
}

/** The disk is full or fails, or another process holds the file: all of them may be over later. */
function isRefusal(error: unknown): error is Error {
  const isSqlite = error instanceof Database.SqliteError;
  return isSqlite && /^SQLITE_(FULL|IOERR|READONLY|CANTOPEN|BUSY)/.test(error.code);
}
