import { InputError } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';

/** How often one inlet may write to the log. */
const LOG_EVERY_MS = 60_000;

/** Counts what an inlet without answers refuses, and tells of it in the log at most once a minute. */
export class Refusals {
  readonly #inlet: string;
  readonly #log: Log;
  #count = 0;
  #loggedMs = Number.NEGATIVE_INFINITY;

  constructor(inlet: string, log: Log) {
    this.#inlet = inlet;
    this.#log = log;
  }

  /** Runs `take`; what it refuses is counted. */
  guard(sender: string, take: () => void): void {
    try {
      take();
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      this.#note(sender, error);
    }
  }

  #note(sender: string, { code, message }: InputError): void {
    this.#count += 1;
    const nowMs = performance.now();
    if (nowMs - this.#loggedMs < LOG_EVERY_MS) return;
    this.#log.warn('refused', { inlet: this.#inlet, sender, count: this.#count, code, message });
    this.#loggedMs = nowMs;
    this.#count = 0;
  }
}
