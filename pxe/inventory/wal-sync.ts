import { type FileHandle, open } from 'node:fs/promises';

/**
 * Makes what was committed to a database in WAL mode durable without stopping the event loop: SQLite writes the log and leaves it to the
 * kernel (`synchronous=NORMAL`), fdatasync(2) in another thread brings it to the disk, once for all who wait at that time.
 * Source: sqlite.org/wal.html; a commit is durable when the log is.
 */
export class WalSync {
  readonly #sync: () => Promise<void>;
  readonly #close: () => Promise<void>;
  #running: Promise<void> | undefined;
  #next: Promise<void> | undefined;

  /** @param sync brings everything to disk that was written before it is called */
  constructor(sync: () => Promise<void>, close: () => Promise<void> = async () => {}) {
    this.#sync = sync;
    this.#close = close;
  }

  /** Of a database whose connections stay open for as long: the log is removed with the last one. */
  static of(database: string): WalSync {
    let log: Promise<FileHandle> | undefined;
    return new WalSync(
      async () => {
        log ??= open(`${database}-wal`);
        await (await log).datasync();
      },
      async () => (await log)?.close(),
    );
  }

  /**
   * Resolves when what was committed before the call is on disk.
   * @throws what fdatasync throws: then it may not be
   */
  async done(): Promise<void> {
    if (this.#running === undefined) return await this.#start();
    // The one that runs may have begun before the caller's commit; the one after it serves all who come meanwhile.
    this.#next ??= this.#running
      .catch(() => {})
      .then(() => {
        this.#next = undefined;
        return this.#start();
      });
    await this.#next;
  }

  async close(): Promise<void> {
    await this.#next?.catch(() => {});
    await this.#running?.catch(() => {});
    await this.#close();
  }

  #start(): Promise<void> {
    const running = this.#sync().finally(() => {
      if (this.#running === running) this.#running = undefined;
    });
    this.#running = running;
    return running;
  }
}
