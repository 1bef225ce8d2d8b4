import { InputError } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';

/** How often one inlet may write to the log. */
const LOG_EVERY_MS = 60_000;

/** What was refused, by the field that is to blame: late samples are told from bad ones. */
export class RefusalTally {
  readonly #byField = new Map<string, number>();
  count = 0;
  first: InputError | undefined;

  add(error: InputError): void {
    // A field may be followed by a name out of the network: `label rack`.
    const [field = ''] = (error.field ?? error.code).split(' ');
    this.#byField.set(field, (this.#byField.get(field) ?? 0) + 1);
    this.count += 1;
    this.first ??= error;
  }

  /** `time 12, value 1`, what was refused most often first. */
  toString(): string {
    const fields = [...this.#byField].sort(([, a], [, b]) => b - a);
    return fields.map(([field, count]) => `${field} ${count}`).join(', ');
  }
}

/** Counts what an inlet without answers refuses, and tells of it in the log at most once a minute. */
export class Refusals {
  readonly #inlet: string;
  readonly #log: Log;
  #tally = new RefusalTally();
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

  #note(sender: string, error: InputError): void {
    this.#tally.add(error);
    const nowMs = performance.now();
    if (nowMs - this.#loggedMs < LOG_EVERY_MS) return;
    const { code, message } = error;
    const { count } = this.#tally;
    const fields = String(this.#tally);
    this.#log.warn('refused', { inlet: this.#inlet, sender, count, fields, code, message });
    this.#loggedMs = nowMs;
    this.#tally = new RefusalTally();
  }
}
